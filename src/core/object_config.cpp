// Config objects: who is named by one, and what is said about one that names nobody.
#include <algorithm>
#include <array>
#include <utility>

#include "core/check.hpp"
#include "core/custom_scope.hpp"
#include "core/known_names.hpp"
#include "core/registry.hpp"

namespace strata::registry {
namespace {

constexpr std::size_t kMostListed = 12;  // of the known names in an error

const Config kNoConfig = Config::object();

// Keras's names of what holds Python code, or a program to be run.
constexpr std::array kPythonCode = {"Lambda", "TFSMLayer", "TorchModuleWrapper", "__lambda__",
                                    "<lambda>"};

// What an object says about its class. Texts are empty where it has none.
struct Said {
  explicit Said(const Config& object)
      : class_name(text(object, "class_name")),
        module(text(object, "module")),
        registered_name(text(object, "registered_name")) {
    const auto name = object.find("registered_name");
    says_no_name = name != object.end() && name->is_null();
  }

  // Whether a class of a user's is meant, whatever built-in may be called the same.
  bool names_another() const { return !registered_name.empty() && registered_name != class_name; }
  bool in_keras() const { return module == "keras" || module.starts_with("keras."); }
  bool is_of_keras() const { return in_keras() && says_no_name; }

  std::string class_name;
  std::string module;
  std::string registered_name;
  bool says_no_name;

 private:
  static std::string text(const Config& object, const char* key) {
    const auto found = object.find(key);
    if (found == object.end() || found->is_null()) return {};
    return found->is_string() ? found->get<std::string>() : json_excerpt(*found);
  }
};

std::shared_ptr<const ClassEntry> custom_class(const std::type_info& family, const Said& said) {
  if (auto by_name = find_custom(family, said.registered_name)) return by_name;
  return find_custom(family, said.class_name);
}

// `.package = "my", .name = "Ridge"`; empty if the name has no package.
std::string registration(std::string_view name) {
  const std::size_t end_of_package = name.find('>');
  if (end_of_package == std::string_view::npos) return {};
  return fmt::format("{{.package = \"{}\", .name = \"{}\"}}",
                     excerpt(name.substr(0, end_of_package)),
                     excerpt(name.substr(end_of_package + 1)));
}

void refuse_python_code(std::string_view label, std::string_view name) {
  if (std::find(kPythonCode.begin(), kPythonCode.end(), name) == kPythonCode.end()) return;
  const bool is_callable = name == "__lambda__" || name == "<lambda>";
  raise(label, "Python code in a file is never run; {}. Received: {}.",
        Whole{is_callable ? "give the function a name in Python and save the model again"
                          : fmt::format("write a class that computes the same and pass "
                                        "custom_object<T>(\"{}\") in custom_objects",
                                        name)},
        name);
}

// What else an error says of a name that the table or a scope has, or nothing.
const char* note_on(std::string_view name) {
  return is_users_name(name) ? " What has this name does not fit here." : "";
}

[[noreturn]] void raise_unknown_class(const std::type_info& family, std::string_view label,
                                      const Said& said,
                                      const std::vector<std::string>& also_known) {
  if (!said.names_another()) refuse_python_code(label, said.class_name);
  const std::string& name = said.names_another() ? said.registered_name : said.class_name;
  std::vector<std::string> known = custom_class_names(family);
  for (const auto& more : {also_known, class_names(family)})
    known.insert(known.end(), more.begin(), more.end());
  std::string ways = fmt::format("pass custom_object<T>(\"{}\") in custom_objects", excerpt(name));
  if (const std::string options = registration(name); !options.empty())
    ways = fmt::format("register it by register_serializable<T>({}) or {}", options, ways);
  std::string received = "class_name=" + excerpt(said.class_name);
  if (!said.module.empty()) received += ", module=" + excerpt(said.module);
  if (!said.registered_name.empty())
    received += ", registered_name=" + excerpt(said.registered_name);
  raise(label, "unknown class; {}.{} {}. Received: {}.", Whole{ways}, note_on(name),
        Whole{nearest_names(name, known, kMostListed)}, Whole{received});
}

std::shared_ptr<const ClassEntry> find_named(const std::type_info& family, std::string_view label,
                                             const Said& said,
                                             const std::vector<std::string>& also_known) {
  if (said.names_another()) {
    auto users = find(family, said.registered_name);
    if (users != nullptr && !users->registered_name.empty()) return users;
  }
  if (!said.is_of_keras()) {
    if (auto custom = custom_class(family, said)) return custom;
  }
  if (!said.names_another()) {
    if (auto entry = find(family, said.class_name)) {
      check(said.module.empty() || said.in_keras(), label,
            "a class that is not of keras must be registered with register_serializable or passed "
            "in custom_objects. Received: module={}, class_name={}.",
            said.module, excerpt(said.class_name));
      return entry;
    }
    if (auto custom = custom_class(family, said)) return custom;
  }
  raise_unknown_class(family, label, said, also_known);
}

}  // namespace

Config object_config(const std::type_info& type, Config config) {
  const std::shared_ptr<const ClassEntry> custom =
      find(type) == nullptr ? find_custom(type) : nullptr;
  const ClassEntry* entry = custom == nullptr ? find(type) : custom.get();
  check(entry != nullptr, class_name_of(type),
        "a class can be written into a config only when registered: call "
        "register_serializable<{0}>({{.package = …, .name = …}}) first. Received: class {0}.",
        class_name_of(type));
  Config object;
  object["module"] = entry->module.empty() ? Config(nullptr) : Config(entry->module);
  object["class_name"] = entry->class_name;
  object["config"] = std::move(config);
  object["registered_name"] =
      entry->registered_name.empty() ? Config(nullptr) : Config(entry->registered_name);
  return object;
}

Config function_config(const std::string& registered_name) {
  Config object;
  object["module"] = "builtins";
  object["class_name"] = "function";
  object["config"] = registered_name;
  object["registered_name"] = "function";
  return object;
}

Named read_object(const std::type_info& family, std::string_view label, const Config& object,
                  const std::vector<std::string>& also_known) {
  check(object.is_object() && object.contains("class_name") && object["class_name"].is_string(),
        label, "a config must be an object with a class_name. Received: {}.", object);
  const Said said(object);
  auto entry = find_named(family, label, said, also_known);
  const auto config = object.find("config");
  if (config == object.end() || config->is_null()) return {std::move(entry), kNoConfig};
  check(config->is_object(), label,
        "the config inside a config must be an object. Received: class_name={}, config={}.",
        excerpt(said.class_name), *config);
  return {std::move(entry), *config};
}

bool names_custom_class(const std::type_info& family, const Config& object) {
  if (!object.is_object()) return false;
  const Said said(object);
  return !said.is_of_keras() && custom_class(family, said) != nullptr;
}

void raise_unknown_function(std::string_view label, const std::type_info& type, const Config& name,
                            const std::vector<std::string>& also_known) {
  check(name.is_string(), label, "a config must name a function by a string. Received: {}.", name);
  const auto text = name.get<std::string>();
  refuse_python_code(label, text);
  std::vector<std::string> known = function_names(type);
  known.insert(known.end(), also_known.begin(), also_known.end());
  const std::string options = registration(text);
  raise(label,
        "unknown function; register it by register_serializable({}, function) or pass "
        "custom_object(\"{}\", function) in custom_objects.{} {}. Received: {}.",
        Whole{options.empty() ? fmt::format("{{.name = \"{}\"}}", excerpt(text)) : options},
        excerpt(text), note_on(text), Whole{nearest_names(text, known, kMostListed)},
        excerpt(text));
}

}  // namespace strata::registry
