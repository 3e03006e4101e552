// The scopes of a thread are a list that begins with the innermost.
#include "core/custom_scope.hpp"

#include <type_traits>
#include <utility>

namespace strata::registry {
namespace {

// Not in the class, whose header users include. Without a destructor: a scope may be static.
constinit thread_local const CustomScope* innermost_scope = nullptr;

const auto& classes_of(const CustomScope& scope) { return scope.entries().classes; }
const auto& functions_of(const CustomScope& scope) { return scope.entries().functions; }

// The first entry that fits, innermost scope first.
template <class EntriesOf, class Fits>
auto first_entry(const EntriesOf& entries_of, const Fits& fits) {
  for (const CustomScope* scope = innermost_scope; scope != nullptr; scope = scope->outer()) {
    for (const auto& entry : entries_of(*scope)) {
      if (fits(*entry)) return entry;
    }
  }
  return typename std::remove_cvref_t<decltype(entries_of(*innermost_scope))>::value_type();
}

template <class EntriesOf, class Fits>
std::vector<std::string> names_of(const EntriesOf& entries_of, const Fits& fits) {
  std::vector<std::string> names;
  first_entry(entries_of, [&](const auto& entry) {
    if (fits(entry)) names.push_back(entry.registered_name);
    return false;
  });
  return names;
}

auto of_family(const std::type_info& family) {
  return [&family](const ClassEntry& entry) { return *entry.family == family; };
}

auto of_type(const std::type_info& type) {
  return [&type](const FunctionEntry& entry) { return *entry.type == type; };
}

}  // namespace

CustomScope::CustomScope(std::shared_ptr<const CustomEntries> entries)
    : entries_(std::move(entries)), outer_(innermost_scope) {
  innermost_scope = this;
}

// Scopes on the heap may end in any order.
CustomScope::~CustomScope() {
  for (const CustomScope** link = &innermost_scope; *link != nullptr; link = &(*link)->outer_) {
    if (*link != this) continue;
    *link = outer_;
    return;
  }
}

std::shared_ptr<const ClassEntry> find_custom(const std::type_info& type) {
  return first_entry(classes_of, [&](const ClassEntry& entry) { return *entry.type == type; });
}

std::shared_ptr<const ClassEntry> find_custom(const std::type_info& family, std::string_view name) {
  return first_entry(classes_of, [&](const ClassEntry& entry) {
    return *entry.family == family && entry.registered_name == name;
  });
}

std::shared_ptr<const FunctionEntry> find_custom_function(const std::type_info& type,
                                                          std::string_view name) {
  return first_entry(functions_of, [&](const FunctionEntry& entry) {
    return *entry.type == type && entry.registered_name == name;
  });
}

std::vector<std::string> custom_class_names(const std::type_info& family) {
  return names_of(classes_of, of_family(family));
}

std::vector<std::string> custom_function_names(const std::type_info& type) {
  return names_of(functions_of, of_type(type));
}

bool is_custom_name(std::string_view name) {
  const auto has_it = [&](const auto& entry) { return entry.registered_name == name; };
  return first_entry(classes_of, has_it) != nullptr || first_entry(functions_of, has_it) != nullptr;
}

}  // namespace strata::registry
