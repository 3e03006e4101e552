#include "core/registry.hpp"

#include <cxxabi.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <shared_mutex>
#include <typeindex>

#include "builtins.hpp"
#include "core/ascii.hpp"
#include "core/check.hpp"
#include "core/fork.hpp"
#include "core/known_names.hpp"

namespace strata::registry {
namespace {

struct Table {
  ForkSafe<std::shared_mutex> mutex;
  ForkSafe<std::mutex> listing{HeldUp::work};  // of the built-ins, which takes the other mutex
  std::atomic<bool> listed = false;
  std::map<std::pair<std::type_index, std::string>, std::shared_ptr<const ClassEntry>> by_name;
  std::map<std::type_index, std::shared_ptr<const ClassEntry>> by_type;
  std::map<std::pair<std::type_index, std::string>, std::shared_ptr<const FunctionEntry>> functions;
  std::set<std::string> registered_names;  // of users' classes and functions together, as in Keras
};

Table& table() {
  static Table& instance = *new Table;  // never destroyed: static objects may look names up at exit
  return instance;
}

// A fork while another thread makes it would leave the child waiting for that thread.
[[maybe_unused]] Table& table_made_at_load = table();

void claim_registered_name(const std::string& name) {
  check(table().registered_names.insert(name).second, "register_serializable",
        "a name can be registered once. Received: {}, which is taken.", name);
}

void add_locked(ClassEntry entry) {
  Table& names = table();
  const auto shared = std::make_shared<const ClassEntry>(std::move(entry));
  const std::type_index family(*shared->family);
  const bool builtin = shared->registered_name.empty();
  const std::string& name = builtin ? shared->class_name : shared->registered_name;
  names.by_name.emplace(std::pair{family, name}, shared);
  if (builtin) names.by_name.emplace(std::pair{family, snake_case(name)}, shared);
  names.by_type.insert_or_assign(std::type_index(*shared->type), shared);
}

// The table with the built-ins, which the first call adds.
Table& ready() {
  Table& names = table();
  if (names.listed.load(std::memory_order_acquire)) return names;
  const std::scoped_lock lock(names.listing);
  if (!names.listed.load(std::memory_order_relaxed)) list_builtins();
  names.listed.store(true, std::memory_order_release);
  return names;
}

}  // namespace

void add_builtin_entry(ClassEntry entry) {
  const std::unique_lock lock(table().mutex);
  add_locked(std::move(entry));
}

void add(ClassEntry entry) {
  const std::unique_lock lock(ready().mutex);
  claim_registered_name(entry.registered_name);
  add_locked(std::move(entry));
}

void add(FunctionEntry entry) {
  Table& names = ready();
  const std::unique_lock lock(names.mutex);
  claim_registered_name(entry.registered_name);
  const std::pair key{std::type_index(*entry.type), entry.registered_name};
  names.functions.emplace(key, std::make_shared<const FunctionEntry>(std::move(entry)));
}

const ClassEntry* find(const std::type_info& type) {
  Table& names = ready();
  const std::shared_lock lock(names.mutex);
  const auto found = names.by_type.find(std::type_index(type));
  return found == names.by_type.end() ? nullptr : found->second.get();
}

const ClassEntry* find(const std::type_info& family, std::string_view name) {
  Table& names = ready();
  const std::shared_lock lock(names.mutex);
  const auto found = names.by_name.find({std::type_index(family), std::string(name)});
  return found == names.by_name.end() ? nullptr : found->second.get();
}

const FunctionEntry* find_function(const std::type_info& type, std::string_view registered_name) {
  Table& names = ready();
  const std::shared_lock lock(names.mutex);
  const auto found = names.functions.find({std::type_index(type), std::string(registered_name)});
  return found == names.functions.end() ? nullptr : found->second.get();
}

std::vector<std::string> class_names(const std::type_info& family) {
  Table& names = ready();
  const std::shared_lock lock(names.mutex);
  std::vector<std::string> result;
  for (const auto& [key, entry] : names.by_name) {
    const std::string& name =
        entry->registered_name.empty() ? entry->class_name : entry->registered_name;
    if (key.first == std::type_index(family) && key.second == name) result.push_back(name);
  }
  return result;
}

std::vector<std::string> spellings(const std::type_info& family) {
  std::vector<std::string> result;
  for (std::string& name : class_names(family)) {
    const std::string other = snake_case(name);
    const bool taken = find(family, other) == find(family, name) && other != name;
    result.push_back(std::move(name));
    if (taken) result.push_back(other);
  }
  return result;
}

std::string class_name_of(const std::type_info& type) {
  if (const ClassEntry* entry = find(type)) return entry->class_name;
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> full(
      abi::__cxa_demangle(type.name(), nullptr, nullptr, &status), std::free);
  const std::string name = status == 0 ? full.get() : type.name();
  const std::size_t colon = name.substr(0, name.find('<')).rfind(':');
  return colon == std::string::npos ? name : name.substr(colon + 1);
}

Config object_config(const std::type_info& type, Config config) {
  const ClassEntry* entry = find(type);
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

namespace {

const ClassEntry* find_or_raise(const std::type_info& family, std::string_view label,
                                const std::string& name,
                                const std::vector<std::string>& also_known) {
  const ClassEntry* entry = find(family, name);
  if (entry != nullptr) return entry;
  std::vector<std::string> known = class_names(family);
  known.insert(known.begin(), also_known.begin(), also_known.end());
  raise_unknown(label, name, known);
}

// A name of a user's class stands for that class alone, never for a built-in of the same class
// name.
const ClassEntry* find_named(const std::type_info& family, std::string_view label,
                             const Config& object, const std::string& class_name,
                             const std::vector<std::string>& also_known) {
  const auto registered_name = object.find("registered_name");
  if (registered_name != object.end() && registered_name->is_string() &&
      !registered_name->get_ref<const std::string&>().empty() && *registered_name != class_name) {
    return find_or_raise(family, label, registered_name->get<std::string>(), also_known);
  }
  const ClassEntry* entry = find_or_raise(family, label, class_name, also_known);
  const auto module = object.find("module");
  const bool ours = module == object.end() || module->is_null() || *module == "keras" ||
                    (module->is_string() && module->get<std::string>().starts_with("keras."));
  check(ours, label,
        "a class that was not registered with register_serializable must come from keras. "
        "Received: module={}, class_name={}.",
        ours ? object : *module, excerpt(class_name));
  return entry;
}

}  // namespace

Named read_object(const std::type_info& family, std::string_view label, const Config& object,
                  const std::vector<std::string>& also_known) {
  check(object.is_object() && object.contains("class_name") && object["class_name"].is_string(),
        label, "a config must be an object with a class_name. Received: {}.", object);
  const auto class_name = object["class_name"].get<std::string>();
  const ClassEntry* entry = find_named(family, label, object, class_name, also_known);
  const auto config = object.find("config");
  if (config == object.end() || config->is_null()) return {entry, Config::object()};
  check(config->is_object(), label,
        "the config inside a config must be an object. Received: class_name={}, config={}.",
        excerpt(class_name), *config);
  return {entry, *config};
}

std::string lower_case(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = to_lower(c);
  return result;
}

std::string snake_case(std::string_view class_name) {
  std::string word;
  for (const char c : class_name) {
    if (is_upper(c) || is_lower(c) || is_digit(c) || c == '_') word += c;
  }
  const auto upper = [&](std::size_t i) { return is_upper(word[i]); };
  const auto lower = [&](std::size_t i) { return is_lower(word[i]); };
  std::string result;
  for (std::size_t i = 0; i < word.size(); ++i) {
    const bool starts_word =
        i > 0 && upper(i) && ((i + 1 < word.size() && lower(i + 1)) || lower(i - 1));
    if (starts_word) result += '_';
    result += to_lower(word[i]);
  }
  return result;
}

void raise_unknown(std::string_view label, std::string_view identifier,
                   const std::vector<std::string>& known) {
  raise(label, "unknown identifier; {}. Received: {}.", Whole{known_names(identifier, known)},
        excerpt(identifier));
}

}  // namespace strata::registry
