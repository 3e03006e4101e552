// The table of classes and functions that configs and strings name, and its lock.
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
#include "core/custom_scope.hpp"
#include "core/fork.hpp"
#include "core/known_names.hpp"

namespace strata::registry {
namespace {

struct Family {
  Naming naming;
  std::map<std::string, std::shared_ptr<const ClassEntry>, std::less<>> classes;  // as configs say
  std::vector<Identifier> identifiers;  // as slots accept them, in the order of errors
};

struct Table {
  ForkSafe<std::shared_mutex> mutex;
  ForkSafe<std::mutex> listing{HeldUp::work};  // of the built-ins, which takes the other mutex
  std::atomic<bool> listed = false;
  std::map<std::type_index, Family> families;
  const Family unlisted = {};
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

std::shared_ptr<const ClassEntry> add_class(ClassEntry entry) {
  auto shared = std::make_shared<const ClassEntry>(std::move(entry));
  const std::string& registered_name = shared->registered_name;
  table().families[std::type_index(*shared->family)].classes.emplace(
      registered_name.empty() ? shared->class_name : registered_name, shared);
  table().by_type.insert_or_assign(std::type_index(*shared->type), shared);
  return shared;
}

// `lower` is the name in lower case.
bool matches(const Identifier& known, std::string_view name, const std::string& lower) {
  if (known.entry == nullptr) return false;
  return known.any_case ? lower_case(known.name) == lower : known.name == name;
}

// A name that is taken keeps its place and its class.
void add_name(Family& family, Identifier identifier) {
  const std::string lower = lower_case(identifier.name);
  auto& all = family.identifiers;
  const auto found = std::find_if(all.begin(), all.end(), [&](const Identifier& known) {
    return known.name == identifier.name || matches(known, identifier.name, lower);
  });
  if (found == all.end()) {
    all.push_back(std::move(identifier));
  } else if (found->entry == nullptr) {
    *found = std::move(identifier);
  }
}

const Family& family_of(const Table& names, const std::type_info& family) {
  const auto found = names.families.find(std::type_index(family));
  return found == names.families.end() ? names.unlisted : found->second;
}

Identifier identifier_of(const Family& family, std::string name,
                         std::shared_ptr<const ClassEntry> entry,
                         Config config = Config::object()) {
  return {std::move(name), std::move(entry), std::move(config), family.naming.any_case,
          family.naming.names_objects};
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

void set_naming(const std::type_info& family, const Naming& naming) {
  const std::unique_lock lock(table().mutex);
  Family& names = table().families[std::type_index(family)];
  names.naming = naming;
  for (const std::string& name : naming.first) add_name(names, {.name = name, .entry = nullptr});
}

void add_builtin(ClassEntry entry, const Identifiers& identifiers) {
  const std::unique_lock lock(table().mutex);
  if (!entry.registered_name.empty()) claim_registered_name(entry.registered_name);
  const auto shared = add_class(std::move(entry));
  Family& family = table().families[std::type_index(*shared->family)];
  const std::string snake = snake_case(shared->class_name);
  family.classes.emplace(shared->class_name, shared);
  family.classes.emplace(snake, shared);
  if (!identifiers.strings) return;
  std::vector<std::string> names = {shared->class_name};
  if (family.naming.snake_case) names.push_back(snake);
  names.insert(names.end(), identifiers.aliases.begin(), identifiers.aliases.end());
  for (std::string& name : names)
    add_name(family, identifier_of(family, std::move(name), shared, identifiers.config));
}

void add_alias(const std::type_info& family, std::string alias, std::string_view class_name) {
  const std::unique_lock lock(table().mutex);
  Family& names = table().families[std::type_index(family)];
  const auto entry = names.classes.find(class_name)->second;
  names.classes.emplace(alias, entry);
  add_name(names, identifier_of(names, std::move(alias), entry));
}

void add_choice(ClassEntry entry, const std::vector<std::string>& names) {
  const std::unique_lock lock(table().mutex);
  const auto shared = std::make_shared<const ClassEntry>(std::move(entry));
  for (const std::string& name : names) {
    add_name(table().families[std::type_index(*shared->family)],
             {.name = name, .entry = shared, .any_case = true, .names_object = true});
  }
}

void add(ClassEntry entry) {
  const std::unique_lock lock(ready().mutex);
  claim_registered_name(entry.registered_name);
  const auto shared = add_class(std::move(entry));
  Family& family = table().families[std::type_index(*shared->family)];
  if (family.naming.users_classes)
    add_name(family, identifier_of(family, shared->registered_name, shared));
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

std::shared_ptr<const ClassEntry> find(const std::type_info& family, std::string_view name) {
  Table& names = ready();
  const std::shared_lock lock(names.mutex);
  const auto& classes = family_of(names, family).classes;
  const auto found = classes.find(name);
  return found == classes.end() ? nullptr : found->second;
}

std::optional<Identifier> find_identifier(const std::type_info& family, std::string_view name) {
  Table& names = ready();
  const std::shared_lock lock(names.mutex);
  const auto& all = family_of(names, family).identifiers;
  const std::string lower = lower_case(name);
  const auto found = std::find_if(
      all.begin(), all.end(), [&](const Identifier& known) { return matches(known, name, lower); });
  return found == all.end() ? std::nullopt : std::optional(*found);
}

std::shared_ptr<const FunctionEntry> find_function(const std::type_info& type,
                                                   std::string_view name) {
  Table& names = ready();
  const std::shared_lock lock(names.mutex);
  const auto found = names.functions.find({std::type_index(type), std::string(name)});
  return found == names.functions.end() ? find_custom_function(type, name) : found->second;
}

std::shared_ptr<const FunctionEntry> find_function_without_package(const std::type_info& type,
                                                                   std::string_view name) {
  std::string only;
  for (const std::string& each : function_names(type)) {
    const std::size_t end_of_package = each.find('>');
    if (end_of_package == std::string::npos || each.substr(end_of_package + 1) != name) continue;
    if (!only.empty()) return nullptr;
    only = each;
  }
  return only.empty() ? nullptr : find_function(type, only);
}

std::vector<std::string> class_names(const std::type_info& family) {
  Table& names = ready();
  const std::shared_lock lock(names.mutex);
  std::vector<std::string> result;
  const auto& classes = family_of(names, family).classes;
  for (const auto& [name, entry] : classes) {
    // A built-in has its class name, whether it is registered or not.
    const auto plain = classes.find(entry->class_name);
    const bool only_registered = plain == classes.end() || plain->second != entry;
    if (name == entry->class_name || (only_registered && name == entry->registered_name))
      result.push_back(name);
  }
  return result;
}

std::vector<std::string> function_names(const std::type_info& type) {
  const std::vector<std::string> custom = custom_function_names(type);
  std::set<std::string> result(custom.begin(), custom.end());
  Table& names = ready();
  const std::shared_lock lock(names.mutex);
  for (const auto& [key, entry] : names.functions) {
    if (key.first == std::type_index(type)) result.insert(key.second);
  }
  return {result.begin(), result.end()};
}

bool is_users_name(std::string_view name) {
  if (is_custom_name(name)) return true;
  Table& names = ready();
  const std::shared_lock lock(names.mutex);
  return names.registered_names.contains(std::string(name));
}

std::vector<std::string> identifiers(const std::type_info& family) {
  Table& names = ready();
  const std::shared_lock lock(names.mutex);
  std::vector<std::string> result;
  for (const Identifier& known : family_of(names, family).identifiers) result.push_back(known.name);
  return result;
}

std::string class_name_of(const std::type_info& type) {
  if (const ClassEntry* entry = find(type)) return entry->class_name;
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> full(
      abi::__cxa_demangle(type.name(), nullptr, nullptr, &status), std::free);
  std::string name = status == 0 ? full.get() : type.name();
  name.resize(std::min(name.find('<'), name.size()));  // without a template's arguments
  const std::size_t colon = name.rfind(':');
  return colon == std::string::npos ? name : name.substr(colon + 1);
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

std::shared_ptr<void> make_named(const std::type_info& family, std::string_view label,
                                 std::string_view identifier) {
  auto found = find_identifier(family, identifier);
  if (!found) {
    if (const auto custom = find_custom(family, identifier)) return custom->make(Config::object());
    raise_unknown(label, identifier, identifiers(family));
  }
  if (found->names_object) found->config["name"] = std::string(identifier);
  return found->entry->make(found->config);
}

}  // namespace strata::registry
