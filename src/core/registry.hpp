// Looking things up in the table, and the config objects that name its entries (Keras's four keys:
// module, class_name, config, registered_name).
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "strata/config.hpp"
#include "strata/core/registry.hpp"

namespace strata::registry {

/// For src/builtins.cpp alone: adds without listing the built-ins first.
void add_builtin_entry(ClassEntry entry);

/// By type; null if it was never listed.
const ClassEntry* find(const std::type_info& type);
/// By registered name, class name or the class name's snake_case; null if there is none.
const ClassEntry* find(const std::type_info& family, std::string_view name);
const FunctionEntry* find_function(const std::type_info& type, std::string_view registered_name);
/// The class names of a family, sorted.
std::vector<std::string> class_names(const std::type_info& family);
/// The same, each followed by its other spelling, the snake_case, if it is a built-in's.
std::vector<std::string> spellings(const std::type_info& family);

/// Adds a built-in: `add_builtin<Regularizer, L1>("keras.regularizers", "L1")`.
template <class Base, class T>
void add_builtin(std::string module, std::string class_name) {
  add_builtin_entry(ClassEntry{&typeid(Base),
                               &typeid(T),
                               std::move(module),
                               std::move(class_name),
                               {},
                               [](const Config& config) -> std::shared_ptr<void> {
                                 return std::shared_ptr<Base>(
                                     std::make_shared<T>(T::from_config(config)));
                               }});
}

/// The name an object's class is listed under, its type's name if it isn't listed.
std::string class_name_of(const std::type_info& type);

/// {"module", "class_name", "config", "registered_name"} of an object with this config. Raises
/// InvalidArgument, naming register_serializable, if the type was never listed.
Config object_config(const std::type_info& type, Config config);

/// The same for a registered function.
Config function_config(const std::string& registered_name);

/// The entry that a config object names, and the config inside it. `family_label` ("Regularizer")
/// is who the errors name; `also_known` is what they list besides the family's classes.
struct Named {
  const ClassEntry* entry;
  Config config;
};
Named read_object(const std::type_info& family, std::string_view family_label, const Config& object,
                  const std::vector<std::string>& also_known = {});

/// Latin letters alone.
std::string lower_case(std::string_view text);

/// The class name by Keras's rule, words apart: `MaxPooling2D` gives `max_pooling2d`.
std::string snake_case(std::string_view class_name);

/// Raises "`label`: unknown identifier. Known: …. Received: …."
[[noreturn]] void raise_unknown(std::string_view label, std::string_view identifier,
                                const std::vector<std::string>& known);

/// Makes the object a config names: `read<Regularizer>("Regularizer", config)`.
template <class Base>
std::shared_ptr<Base> read(std::string_view family_label, const Config& object,
                           const std::vector<std::string>& also_known = {}) {
  const Named named = read_object(typeid(Base), family_label, object, also_known);
  return std::static_pointer_cast<Base>(named.entry->make(named.config));
}

}  // namespace strata::registry
