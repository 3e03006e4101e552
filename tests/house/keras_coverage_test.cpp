// Holds docs/keras-coverage.md true: it is made of the public names of Keras 3, the table of
// built-in classes, the golden values and tests/house/keras_coverage.json, which explains what is
// missing. `STRATA_WRITE_PAGES=1 house_tests --gtest_filter='KerasCoverage.*'` writes it anew.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <sstream>

#include "activations/builtin_name.hpp"
#include "core/registry.hpp"
#include "house/source_tree.hpp"
#include "strata/activations/activation.hpp"
#include "strata/config.hpp"
#include "strata/constraints/constraint.hpp"
#include "strata/initializers/initializer.hpp"
#include "strata/layers/layer.hpp"
#include "strata/losses/loss.hpp"
#include "strata/metrics/metric.hpp"
#include "strata/optimizers/learning_rate.hpp"
#include "strata/optimizers/optimizer.hpp"
#include "strata/regularizers/regularizer.hpp"

namespace strata::testing {
namespace keras_coverage_test {

constexpr const char* kPage = "docs/keras-coverage.md";
constexpr const char* kIntroduction = R"(. *Same* means the same options,
defaults and numbers. They are shown by values that Keras computed, in these lines of the files in
`tests/golden`; where there are none, the tests named here state what holds. *Within* tells of cases
of which it is a part. The README lists where Strata departs on purpose.

The page is made of Keras's names (`tests/golden/names.json`), the table of built-in classes, those
files, and `tests/house/keras_coverage.json`, and a test compares; docs/architecture.md says how to
write it anew.

)";
constexpr const char* kList = "tests/house/keras_coverage.json";

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

const std::type_info* family_of(const std::string& module) {
  static const std::map<std::string, const std::type_info*> families = {
      {"layers", &typeid(Layer)},
      {"losses", &typeid(Loss)},
      {"metrics", &typeid(Metric)},
      {"optimizers", &typeid(Optimizer)},
      {"optimizers.schedules", &typeid(LearningRateSchedule)},
      {"initializers", &typeid(Initializer)},
      {"constraints", &typeid(Constraint)},
      {"regularizers", &typeid(Regularizer)}};
  const auto found = families.find(module);
  return found == families.end() ? nullptr : found->second;
}

bool declares(const std::string& header, const std::string& text) {
  return holds(text_of(header), text);
}

std::set<std::string> callback_classes() {
  const std::string derived = " : public Callback {";
  std::set<std::string> names;
  for (const auto& file : sources_under("include")) {
    std::istringstream lines(text_of(file));
    for (std::string line; std::getline(lines, line);)
      if (line.starts_with("class ") && line.ends_with(derived))
        names.insert(line.substr(6, line.size() - 6 - derived.size()));
  }
  return names;
}

// What Strata has under one of Keras's names: the name of its class or function.
std::optional<std::string> found_here(const std::string& module, const std::string& name) {
  if (module == "callbacks") {
    static const std::set<std::string> classes = callback_classes();
    return classes.contains(name) ? std::optional(name) : std::nullopt;
  }
  if (module == "activations") {
    static const std::vector<std::string> names = activations::builtin_names();
    if (std::find(names.begin(), names.end(), name) != names.end())
      return std::string(activations::builtin_name(*ActivationSpec(name)));
    static const std::string functions = text_of("include/strata/activations/functions.hpp");
    const bool declared = holds(functions, "Tensor " + name + "(");
    return declared ? std::optional(name) : std::nullopt;
  }
  const std::type_info& family = *family_of(module);
  if (const auto entry = registry::find(family, name)) return entry->class_name;
  const auto identifier = registry::find_identifier(family, name);
  return identifier ? std::optional(identifier->entry->class_name) : std::nullopt;
}

// The key under which the cases of golden files name what they are of.
std::string golden_key(const std::string& module) {
  if (module == "losses") return "loss";
  return module == "optimizers.schedules" ? "schedule" : module.substr(0, module.size() - 1);
}

// The lines of each golden file that show something, by its module and name.
using Lines = std::map<std::string, std::vector<int>>;
struct Goldens {
  std::map<std::string, Lines> direct;                 // the case is of it
  std::map<std::string, Lines> within;                 // it is a part of what the case is of
  std::map<std::string, std::set<std::string>> names;  // what the cases of a file are of
};

void note(Lines& lines, const std::string& file, int line) {
  std::vector<int>& of_file = lines[file];
  if (of_file.empty() || of_file.back() != line) of_file.push_back(line);
}

// Notes the objects in a config. Those without a module are of every family that has the name.
void note_parts(const Config& value, const std::string& file, int line, Goldens& goldens) {
  if (value.is_string() && value.get_ref<const std::string&>().starts_with("{")) {
    const Config parsed = Config::parse(value.get<std::string>(), nullptr, false);
    if (!parsed.is_discarded()) note_parts(parsed, file, line, goldens);
  }
  if (!value.is_structured()) return;
  if (value.is_object() && value.contains("class_name") && value["class_name"].is_string()) {
    const Config module = value.value("module", Config());
    const auto name = value["class_name"].get<std::string>();
    const std::string of_keras = "keras.";
    if (module.is_string() && module.get<std::string>().starts_with(of_keras)) {
      note(goldens.within[module.get<std::string>().substr(of_keras.size()) + "." + name], file,
           line);
    } else if (module.is_null()) {
      note(goldens.within["layers." + name], file, line);
    }
  }
  for (const Config& part : value) note_parts(part, file, line, goldens);
}

Goldens read_goldens() {
  Goldens goldens;
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(STRATA_GOLDEN_DIR))
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  const Config names = Config::parse(text_of("tests/golden/names.json"));
  for (const auto& path : files) {
    const std::string text = text_of(path);
    const Config golden = Config::parse(text);
    const std::string file = path.stem().string();
    const bool by_keras = file != "penalties" && file != "proximal";  // those NumPy computed
    if (!golden.contains("cases") || !by_keras) continue;
    const auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
    EXPECT_EQ(lines, golden["cases"].size() + 2) << file << ".json must hold one case a line";
    int line = 1;
    for (const Config& one : golden["cases"]) {
      ++line;
      for (const auto& module : names["modules"].items()) {
        const auto of = one.find(golden_key(module.key()));
        if (of == one.end() || !of->is_string()) continue;
        note(goldens.direct[module.key() + "." + of->get<std::string>()], file, line);
        goldens.names[file].insert(of->get<std::string>());
      }
      note_parts(one, file, line, goldens);
    }
  }
  return goldens;
}

std::string in_quotes(const std::string& text) { return '"' + text + '"'; }

const std::map<std::string, std::string>& test_sources() {
  static const std::map<std::string, std::string> texts = [] {
    std::map<std::string, std::string> found;
    for (const auto& source : sources_under("tests"))
      if (!source.string().starts_with("tests/house"))
        found[source.generic_string()] = text_of(source);
    return found;
  }();
  return texts;
}

// A test that reads a golden file: all of its cases, or those of the classes that it names.
struct Reader {
  const std::string* text;
  bool reads_all;
};

std::vector<Reader> readers_of(const std::string& file, const std::set<std::string>& classes) {
  std::vector<Reader> readers;
  for (const auto& source : test_sources()) {
    const std::string& text = source.second;
    if (!holds(text, in_quotes(file))) continue;
    if (!holds(text, "golden_cases(") && !holds(text, "layer_cases(")) continue;
    const bool names_some = std::any_of(classes.begin(), classes.end(), [&](const auto& one) {
      return holds(text, in_quotes(one));
    });
    readers.push_back({&text, !names_some || holds(text, "golden_cases(" + in_quotes(file))});
  }
  return readers;
}

// "`layers_core.json` 2–8, 11".
std::string written(const Lines& lines) {
  std::string text;
  for (const auto& [file, numbers] : lines) {
    text += (text.empty() ? "`" : "; `") + file + ".json` ";
    for (std::size_t i = 0; i < numbers.size();) {
      std::size_t last = i;
      while (last + 1 < numbers.size() && numbers[last + 1] == numbers[last] + 1) ++last;
      if (i > 0) text += ", ";
      text += std::to_string(numbers[i]);
      if (last > i) text += "–" + std::to_string(numbers[last]);
      i = last + 1;
    }
  }
  return text;
}

// The names in one part of the list, each with what it says of them.
std::map<std::string, Config> listed(const Config& list, const char* part) {
  std::map<std::string, Config> found;
  for (const Config& entry : list.at(part))
    for (const Config& name : entry.at("names")) {
      EXPECT_TRUE(found.emplace(name.get<std::string>(), entry).second)
          << name << " is listed twice";
    }
  return found;
}

// The list without what it explains as missing though it is here.
Config pruned(Config list) {
  Config kept = Config::array();
  for (Config entry : list["left_out"]) {
    Config names = Config::array();
    for (const Config& full : entry["names"]) {
      const auto name = full.get<std::string>();
      const std::size_t dot = name.rfind('.');
      if (!found_here(name.substr(0, dot), name.substr(dot + 1))) names.push_back(full);
    }
    entry["names"] = names;
    if (!names.empty()) kept.push_back(entry);
  }
  list["left_out"] = kept;
  return list;
}

class Page {
 public:
  explicit Page(const Config& list)
      : left_out_(listed(list, "left_out")),
        other_forms_(listed(list, "other_forms")),
        without_values_(listed(list, "without_values")) {}

  std::string text() {
    const Config names = Config::parse(text_of("tests/golden/names.json"));
    std::string sections;
    std::string counts;
    for (const auto& module : names["modules"].items()) {
      std::map<std::string, int> count;
      std::string rows;
      for (const auto& name : module.value().items())
        rows += row(module.key(), name.key(), name.value().get<std::string>(), count);
      counts += "| [keras." + module.key() + "](#keras" + anchor(module.key()) + ") | " +
                std::to_string(module.value().size()) + " | " + std::to_string(count["same"]) +
                " | " + std::to_string(count["other form"]) + " | " +
                std::to_string(count["left out"]) + " |\n";
      sections +=
          "\n## keras." + module.key() + "\n\n| Keras | here | shown by |\n|---|---|---|\n" + rows;
    }
    for (const auto& explained : {left_out_, other_forms_, without_values_})
      for (const auto& [name, entry] : explained)
        EXPECT_TRUE(seen_.contains(name)) << kList << ": " << name << " is no name of Keras's";
    const auto version = names["keras_version"].get<std::string>();
    return "# What of Keras is here\n\nEvery public name of these modules of Keras " + version +
           kIntroduction +
           "| module | names | same | in another form | not here |\n|---|---|---|---|---|\n" +
           counts + sections;
  }

 private:
  static std::string anchor(std::string module) {
    std::erase(module, '.');
    return module;
  }

  std::string row(const std::string& module, const std::string& name, const std::string& kind,
                  std::map<std::string, int>& count) {
    const std::string full = module + "." + name;
    seen_.insert(full);
    const std::string start = "| `" + name + "` | ";
    const auto left_out = left_out_.find(full);
    const auto other = other_forms_.find(full);
    const bool explained = left_out != left_out_.end();
    if (other != other_forms_.end()) {
      EXPECT_FALSE(explained) << full << " is explained twice in " << kList;
      const auto header = other->second.at("declared").get<std::string>();
      EXPECT_TRUE(declares(header, other->second.at("line"))) << header << " lacks " << full;
      ++count["other form"];
      return start + other->second.at("here").get<std::string>() + " | |\n";
    }
    const std::optional<std::string> here = found_here(module, name);
    EXPECT_FALSE(here && explained) << full << " is here; " << kList << " explains why it isn't";
    if (!here) {
      EXPECT_TRUE(explained) << full << " is neither here nor explained in " << kList;
      ++count["left out"];
      return start + "no: " + (explained ? left_out->second.at("reason").get<std::string>() : "?") +
             " | |\n";
    }
    ++count["same"];
    const bool is_alias = kind.starts_with("= ");
    EXPECT_TRUE(!is_alias || kind.substr(2) == *here) << full << " names " << *here << " here";
    return start + (*here == name ? "same" : "same: names `" + *here + "`") + " | " +
           (*here == name ? shown_by(module, name) : "") + " |\n";
  }

  std::string shown_by(const std::string& module, const std::string& name) {
    const std::string full = module + "." + name;
    const auto direct = goldens_.direct.find(full);
    if (direct != goldens_.direct.end()) {
      for (const auto& [file, lines] : direct->second)
        EXPECT_TRUE(is_read(file, name)) << "no test reads the cases of " << name << " in " << file;
      return written(direct->second);
    }
    const auto within = goldens_.within.find(full);
    if (within != goldens_.within.end()) return "within " + written(within->second);
    const auto other = without_values_.find(full);
    EXPECT_NE(other, without_values_.end()) << full << " is the same, but no golden value shows it";
    return other == without_values_.end() ? "?" : tests_named(name);
  }

  bool is_read(const std::string& file, const std::string& name) {
    auto found = readers_.find(file);
    if (found == readers_.end())
      found = readers_.emplace(file, readers_of(file, goldens_.names.at(file))).first;
    return std::any_of(found->second.begin(), found->second.end(), [&](const Reader& reader) {
      return reader.reads_all || holds(*reader.text, in_quotes(name));
    });
  }

  static std::string tests_named(const std::string& name) {
    std::string found;
    for (const auto& [source, text] : test_sources())
      if (holds(text, "TEST(" + name + ",") || holds(text, "TEST_F(" + name + "Test,"))
        found += (found.empty() ? "`" : "; `") + source + "`";
    EXPECT_FALSE(found.empty()) << "no test is named TEST(" << name << ", …)";
    return found;
  }

  Goldens goldens_ = read_goldens();
  std::map<std::string, Config> left_out_;
  std::map<std::string, Config> other_forms_;
  std::map<std::string, Config> without_values_;
  std::map<std::string, std::vector<Reader>> readers_;  // by golden file
  std::set<std::string> seen_;
};

void write(const std::string& file, const std::string& text) {
  std::ofstream(std::filesystem::path(STRATA_SOURCE_DIR) / file) << text;
}

TEST(KerasCoverage, PageTellsOfEveryNameWhetherItIsHere) {
  Config list = Config::parse(text_of(kList));
  const bool anew = std::getenv("STRATA_WRITE_PAGES") != nullptr;
  if (anew) {
    list = pruned(std::move(list));
    write(kList, list.dump(1) + "\n");
  }
  const std::string page = Page(list).text();
  if (anew) write(kPage, page);
  EXPECT_EQ(page, text_of(kPage)) << "write it anew as docs/architecture.md says";
}

TEST(KerasCoverage, FindsWhatIsHereByEveryKindOfName) {
  EXPECT_EQ(found_here("layers", "AvgPool2D"), "AveragePooling2D");
  EXPECT_EQ(found_here("losses", "mean_squared_error"), "MeanSquaredError");
  EXPECT_EQ(found_here("activations", "hard_swish"), "hard_silu");
  EXPECT_EQ(found_here("callbacks", "EarlyStopping"), "EarlyStopping");
  EXPECT_FALSE(found_here("layers", "Nothing"));
  EXPECT_FALSE(found_here("callbacks", "RemoteMonitor"));
}

}  // namespace keras_coverage_test
}  // namespace strata::testing
