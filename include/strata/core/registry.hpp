// The table from names to factories: how a class is found by the name a config gives it, and its
// name by its type. Built-ins stand in one list, src/builtins.cpp; users add theirs by
// `register_serializable`. Nothing registers itself.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <typeinfo>

#include "strata/core/config.hpp"

namespace strata::registry {

/// A class that configs may name.
struct ClassEntry {
  const std::type_info* family;  ///< Of the family's base class.
  const std::type_info* type;    ///< Of the class itself.
  std::string module;            ///< `keras.layers`, …; empty (null in a config) for a user's.
  std::string class_name;        ///< `Dense`
  std::string registered_name;   ///< `package>name`; empty for a class of Keras's.
  /// Makes one from its own config; points to the family's base class.
  std::function<std::shared_ptr<void>(const Config&)> make;
};

/// A function that configs may name. `function` points to a `std::function` of `type`.
struct FunctionEntry {
  const std::type_info* type;
  std::string registered_name;
  std::shared_ptr<const void> function;
};

/// Raise InvalidArgument if the name is taken.
void add(ClassEntry entry);
void add(FunctionEntry entry);

}  // namespace strata::registry
