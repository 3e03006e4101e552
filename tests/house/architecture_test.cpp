// The direction of the design: who may include whom, and what a public header may cost.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <regex>
#include <set>
#include <string>

#include "house/source_tree.hpp"

namespace strata::testing {
namespace {

using Parts = std::set<std::string>;

Parts joined(Parts parts, const Parts& more) {
  parts.insert(more.begin(), more.end());
  return parts;
}

// Each folder with all that it may include, besides itself.
const std::map<std::string, Parts>& allowed_parts() {
  static const std::map<std::string, Parts> table = [] {
    const Parts rules = {"regularizers", "initializers", "constraints",
                         "activations",  "losses",       "metrics"};
    std::map<std::string, Parts> parts = {{"core", {}}};
    parts["tensor"] = parts["kernels"] = {"core", "tensor"};
    parts["data"] = {"core", "tensor"};
    parts["io"] = {"core", "tensor"};
    parts["datasets"] = {"core", "tensor", "data", "io"};
    parts["autodiff"] = {"core", "tensor", "kernels"};
    parts["ops"] = joined(parts["autodiff"], {"autodiff"});
    const Parts below_rules = joined(parts["ops"], {"ops"});
    for (const std::string& rule : rules) parts[rule] = below_rules;
    parts["layers"] = parts["optimizers"] = joined(below_rules, rules);
    parts["training"] = parts["callbacks"] =
        joined(parts["layers"], {"layers", "optimizers", "data", "training", "callbacks"});
    parts["models"] = parts["training"];
    parts["compression"] = joined(parts["models"], {"models"});
    parts["saving"] = joined(parts["models"], {"models", "io"});
    parts["plots"] = joined(parts["models"], {"models", "io"});
    parts["cli"] = joined(parts["saving"], {"saving", "compression", "datasets", "plots"});
    return parts;
  }();
  return table;
}

std::vector<Include> all_includes() {
  std::vector<Include> all;
  for (const char* folder : {"include/strata", "src"}) {
    for (const auto& file : sources_under(folder)) {
      const std::vector<Include> of_file = includes_of(file);
      all.insert(all.end(), of_file.begin(), of_file.end());
    }
  }
  return all;
}

bool is_public(const std::string& file) { return file.rfind("include/", 0) == 0; }

// A layer that can be built from its config, not a base that several share.
bool is_concrete(const std::string& target) {
  return target.rfind("strata/", 0) == 0 &&
         text_of("include/" + target).find(" from_config(const Config&") != std::string::npos;
}

std::string stem(const std::string& path) { return std::filesystem::path(path).stem().string(); }

TEST(Architecture, EveryFolderHasItsPlace) {
  for (const char* folder : {"include/strata", "src"}) {
    for (const auto& file : sources_under(folder)) {
      const std::string part = part_of(file.generic_string());
      EXPECT_TRUE(part.empty() || allowed_parts().count(part) == 1) << file;
    }
  }
}

TEST(Architecture, IncludesPointInward) {
  for (const auto& [file, target, quoted] : all_includes()) {
    const std::string from = part_of(file);
    const std::string to = part_of(target);
    if (!quoted || from.empty() || to.empty() || from == to) continue;
    EXPECT_EQ(allowed_parts().at(from).count(to), 1U) << file << " reaches out to " << target;
  }
}

TEST(Architecture, LayersDontIncludeEachOther) {
  for (const auto& [file, target, quoted] : all_includes()) {
    if (!quoted || part_of(file) != "layers" || part_of(target) != "layers") continue;
    if (stem(file) == stem(target)) continue;
    if (target == "strata/layers/rnn.hpp") continue;  // a layer, and the base of LSTM and its kin
    if (stem(file) == "time_distributed") continue;   // lists layers that treat samples alone
    EXPECT_FALSE(is_concrete(target)) << file << " includes " << target;
  }
}

TEST(Architecture, PublicHeadersDontReachIntoTheSources) {
  for (const auto& [file, target, quoted] : all_includes()) {
    if (quoted && is_public(file)) {
      EXPECT_EQ(target.rfind("strata/", 0), 0U) << file << ": " << target;
    }
  }
}

TEST(Architecture, PublicHeadersAreLight) {
  const std::set<std::string> heavy = {"iostream", "filesystem", "chrono", "regex", "fstream",
                                       "sstream",  "random",     "thread", "future"};
  const std::set<std::string> opt_in = {"include/strata/config.hpp", "include/strata/format.hpp",
                                        "include/strata/xtensor.hpp"};
  for (const auto& [file, target, quoted] : all_includes()) {
    if (!is_public(file) || opt_in.count(file) == 1) continue;
    EXPECT_NE(target, "strata/config.hpp") << file;
    if (quoted || target == "nlohmann/json_fwd.hpp") continue;
    EXPECT_EQ(target.find_first_of("/."), std::string::npos) << file << " includes " << target;
    EXPECT_EQ(heavy.count(target), 0U) << file << " includes " << target;
  }
}

// Any other file would be compiled anew for every header that changes.
TEST(Architecture, TheUmbrellaIsForUsersAndTheListOfAllClasses) {
  for (const auto& [file, target, quoted] : all_includes()) {
    if (file == "src/builtins.cpp") continue;
    EXPECT_NE(target, "strata/strata.hpp") << file;
  }
}

void add_reachable(const std::string& header, std::set<std::string>& reached) {
  if (!reached.insert(header).second) return;
  for (const Include& include : includes_of("include/" + header)) {
    if (include.quoted) add_reachable(include.target, reached);
  }
}

TEST(Architecture, TheUmbrellaHoldsEveryPublicHeader) {
  std::set<std::string> reached = {"strata/config.hpp", "strata/format.hpp", "strata/xtensor.hpp"};
  add_reachable("strata/strata.hpp", reached);
  for (const auto& file : sources_under("include")) {
    const std::string header = file.lexically_relative("include").generic_string();
    EXPECT_EQ(reached.count(header), 1U) << header << " is missing in strata.hpp";
  }
}

TEST(Architecture, NoFileIsNamedForBeingLeftOver) {
  const std::set<std::string> banned = {"utils",  "util", "helpers", "helper",
                                        "common", "misc", "stuff",   "tools"};
  for (const char* folder : {"include", "src", "tests", "examples", "benchmarks"}) {
    for (const auto& file : sources_under(folder)) {
      EXPECT_EQ(banned.count(file.stem().string()), 0U) << file;
    }
  }
}

TEST(Architecture, NoMacrosAreDefined) {
  for (const char* folder : {"include", "src"}) {
    for (const auto& file : sources_under(folder)) {
      EXPECT_EQ(text_of(file).find("#define"), std::string::npos) << file;
    }
  }
}

// A fork while another thread makes something would leave the child waiting for that thread.
TEST(Architecture, WhatIsMadeOnceIsMadeWhileTheProgramLoads) {
  static const std::regex maker(R"re((\w+)\(\) \{\s*static [^;(]*& \w+ =\s*\*new)re");
  int makers = 0;
  for (const auto& file : sources_under("src")) {
    const std::string text = text_of(file);
    for (auto match = std::sregex_iterator(text.begin(), text.end(), maker);
         match != std::sregex_iterator(); ++match, ++makers) {
      const std::string made = (*match)[1].str() + "_made_at_load = " + (*match)[1].str() + "();";
      EXPECT_NE(text.find(made), std::string::npos) << file << ": " << made;
    }
    EXPECT_EQ(text.find("once_flag"), std::string::npos) << file;
  }
  EXPECT_GT(makers, 5);
}

TEST(Architecture, EverySourceOpensWithWhatItIsFor) {
  for (const char* folder : {"include", "src", "tests", "examples", "benchmarks"}) {
    for (const auto& file : sources_under(folder)) {
      const std::string path = file.generic_string();
      if (path.starts_with("tests/contract/")) continue;  // kept as they were given
      EXPECT_TRUE(text_of(file).starts_with("// ")) << path;
    }
  }
}

// The lists are explicit, so a file can be forgotten. A private header needs no list.
void expect_listed(const std::filesystem::path& folder, const std::string& name) {
  std::string lists;
  for (const char* list : {"CMakeLists.txt", "programs.cmake"}) {
    if (std::filesystem::exists(STRATA_SOURCE_DIR / folder / list)) lists += text_of(folder / list);
  }
  // Words by themselves: `activation` is no part of `fused_activation`.
  const std::regex word("(^|[^\\w.])" + std::regex_replace(name, std::regex("[.]"), "[.]") +
                        "($|[^\\w])");
  EXPECT_TRUE(std::regex_search(lists, word)) << name << " is in no list of " << folder;
}

TEST(Architecture, EverySourceIsInItsFoldersList) {
  for (const auto& file : sources_under("src")) {
    if (file.extension() != ".cpp") continue;
    // The rooms within src/kernels share one list.
    const bool in_kernels = part_of(file.generic_string()) == "kernels";
    expect_listed(in_kernels ? "src/kernels" : file.parent_path(), file.filename().string());
  }
  for (const char* folder : {"tests", "examples", "benchmarks"}) {
    for (const auto& file : sources_under(folder)) {
      if (file.extension() == ".cpp") expect_listed(file.parent_path(), file.stem().string());
    }
  }
}

TEST(Architecture, EveryPublicHeaderIsInItsFoldersList) {
  for (const auto& file : sources_under("include")) {
    const std::filesystem::path folder =
        "src" / std::filesystem::path(part_of(file.generic_string()));
    expect_listed(folder, file.filename().string());
  }
}

}  // namespace
}  // namespace strata::testing
