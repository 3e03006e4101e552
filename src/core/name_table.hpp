// The names by which strings find the rules of a family: a class's own, its snake_case, and for
// some a short one in either case.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/registry.hpp"

namespace strata {

/// `Make` is the type of the functions that make the rules.
template <class Make>
struct NameEntry {
  Make* make;
  const char* class_name;
  const char* brief = nullptr;
  const char* brief_upper = nullptr;

  std::vector<std::string> names() const {
    std::vector<std::string> names = {class_name, registry::snake_case(class_name)};
    if (brief != nullptr) names.insert(names.end(), {brief, brief_upper});
    return names;
  }
};

template <class Make, std::size_t N>
class NameTable {
 public:
  constexpr explicit NameTable(const NameEntry<Make> (&entries)[N])
      : entries_(std::to_array(entries)) {}

  /// What makes the rule of this name; null if there is none.
  Make* find(std::string_view identifier) const {
    for (const NameEntry<Make>& entry : entries_) {
      for (const std::string& name : entry.names()) {
        if (name == identifier) return entry.make;
      }
    }
    return nullptr;
  }

  /// All names, in the order of the table.
  std::vector<std::string> names() const {
    std::vector<std::string> all;
    for (const NameEntry<Make>& entry : entries_) {
      for (std::string& name : entry.names()) all.push_back(std::move(name));
    }
    return all;
  }

 private:
  std::array<NameEntry<Make>, N> entries_;
};

}  // namespace strata
