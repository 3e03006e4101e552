// Users' classes and functions that configs may name for a while, on one thread: those of
// `custom_objects`.
#pragma once

#include <memory>
#include <vector>

#include "strata/core/registry.hpp"

namespace strata::registry {

/// Entries that are known for a while besides the table's. What configs call one is its
/// registered_name, here with or without a package.
struct CustomEntries {
  std::vector<std::shared_ptr<const ClassEntry>> classes = {};
  std::vector<std::shared_ptr<const FunctionEntry>> functions = {};
};

/// While one lives, its thread knows these entries too: those of the innermost scope first, then
/// those of the scopes around it. It must end on the thread that made it.
class CustomScope {
 public:
  explicit CustomScope(std::shared_ptr<const CustomEntries> entries);
  ~CustomScope();
  CustomScope(const CustomScope&) = delete;
  CustomScope& operator=(const CustomScope&) = delete;

  const CustomScope* outer() const { return outer_; }
  const CustomEntries& entries() const { return *entries_; }

 private:
  std::shared_ptr<const CustomEntries> entries_;
  mutable const CustomScope* outer_;  // changes if one that lives in it ends later
};

}  // namespace strata::registry
