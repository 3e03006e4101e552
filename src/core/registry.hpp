// Looking things up in the table, and the config objects that name its entries (Keras's four keys:
// module, class_name, config, registered_name).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "strata/config.hpp"
#include "strata/core/registry.hpp"

namespace strata::registry {

/// How strings in slots name the classes of a family: by class name, and by what is chosen here.
struct Naming {
  bool any_case = false;                ///< Whether upper and lower case are the same.
  bool snake_case = true;               ///< Whether the class name's snake_case is a name too.
  bool users_classes = false;           ///< Whether registered names are names too.
  bool names_objects = false;           ///< Whether the string becomes the object's `name`.
  std::vector<std::string> first = {};  ///< What errors list first; the rest as it was added.
};

/// What one built-in class adds to its family's naming.
struct Identifiers {
  std::vector<std::string> aliases = {};  ///< Other names: `mse`, `MSE`.
  Config config = Config::object();       ///< Of what a string makes.
  bool strings = true;                    ///< Whether a string makes one at all.
};

/// A string that a slot accepts, and what it makes.
struct Identifier {
  std::string name;
  std::shared_ptr<const ClassEntry> entry;
  Config config = Config::object();  ///< From which `entry` makes the object.
  bool any_case = false;
  bool names_object = false;  ///< Whether the config gets the string as `name`.
};

/// For src/builtins.cpp alone: these add without listing the built-ins first.
void set_naming(const std::type_info& family, const Naming& naming);
void add_builtin(ClassEntry entry, const Identifiers& identifiers);
void add_alias(const std::type_info& family, std::string alias, std::string_view class_name);
/// Names, in any case, of a class that no config names; `entry` makes it from {"name": …}.
void add_choice(ClassEntry entry, const std::vector<std::string>& names);

/// In the table, by type; null if it was never listed.
const ClassEntry* find(const std::type_info& type);
/// In the table, by what configs may say: a registered name, a class name or the class name's
/// snake_case; null if there is none.
std::shared_ptr<const ClassEntry> find(const std::type_info& family, std::string_view name);
/// By what slots accept; nothing if it is unknown.
std::optional<Identifier> find_identifier(const std::type_info& family, std::string_view name);
/// In the table, else in this thread's scopes; null if there is none.
std::shared_ptr<const FunctionEntry> find_function(const std::type_info& type,
                                                   std::string_view name);
/// The only one, in the table and the scopes, whose name without its package is `name`: Python
/// writes a function that it didn't register without one. Null if there is none or more than one.
std::shared_ptr<const FunctionEntry> find_function_without_package(const std::type_info& type,
                                                                   std::string_view name);
/// The class names of a family in the table, sorted.
std::vector<std::string> class_names(const std::type_info& family);
/// The names of the functions of this type, in the table and the scopes.
std::vector<std::string> function_names(const std::type_info& type);
/// Whether a user's class or function, of whatever family or type, has this name.
bool is_users_name(std::string_view name);
/// What the slots of a family accept, in the order of errors.
std::vector<std::string> identifiers(const std::type_info& family);

/// The name an object's class is listed under, its type's name if it isn't listed.
std::string class_name_of(const std::type_info& type);

/// {"module", "class_name", "config", "registered_name"} of an object with this config, by the
/// table or else by this thread's scopes. Raises InvalidArgument, naming register_serializable, if
/// the type is in neither.
Config object_config(const std::type_info& type, Config config);

/// The same for a registered function.
Config function_config(const std::string& registered_name);

/// The entry that a config object names, and the config inside it. `family_label` ("Regularizer")
/// is who the errors name; `also_known` is what they list besides the family's classes. What is
/// looked up, in this order:
///   1. a registered_name that is not the class_name, in the table (Keras's global registry);
///   2. registered_name, then class_name, in the scopes, unless the object says that it is Keras's
///      own (module `keras…`, registered_name null);
///   3. class_name among the built-ins, unless registered_name names another class;
///   4. class_name in the scopes, for a class of Keras's that is missing here.
struct Named {
  std::shared_ptr<const ClassEntry> entry;
  const Config& config;  ///< part of the object: a copy at each level of nested models would add up
};
Named read_object(const std::type_info& family, std::string_view family_label, const Config& object,
                  const std::vector<std::string>& also_known = {});

/// Whether it is an entry of this thread's scopes that such an object names first (2. above).
bool names_custom_class(const std::type_info& family, const Config& object);

/// Raises that no function of a user's has this name, and says how to give one.
[[noreturn]] void raise_unknown_function(std::string_view label, const std::type_info& type,
                                         const Config& name,
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

/// Makes the object that a string in a slot names: a built-in's, else that of a class in this
/// thread's scopes. Raises InvalidArgument with all that are known.
std::shared_ptr<void> make_named(const std::type_info& family, std::string_view family_label,
                                 std::string_view identifier);
template <class Base>
std::shared_ptr<Base> named(std::string_view family_label, std::string_view identifier) {
  return std::static_pointer_cast<Base>(make_named(typeid(Base), family_label, identifier));
}

}  // namespace strata::registry
