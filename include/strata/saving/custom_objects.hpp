// custom_objects: classes and functions of one's own that one load knows by name.
#pragma once

#include <concepts>
#include <initializer_list>
#include <memory>
#include <string>
#include <utility>

#include "strata/core/custom_scope.hpp"
#include "strata/saving/serializable.hpp"

namespace strata {

/// A class or function with the name that configs have for it; `custom_object` makes one.
struct CustomObject {
  std::shared_ptr<const registry::ClassEntry> class_entry = {};  ///< One of the two is null.
  std::shared_ptr<const registry::FunctionEntry> function_entry = {};
};

namespace saving {

/// The class's name in `key`: what follows a package. Raises InvalidArgument on a key that no
/// config can say.
std::string class_name_in(const std::string& key);

}  // namespace saving

/// A class derived from Regularizer, Initializer, Constraint, Activation, Loss, Metric, Optimizer,
/// LearningRateSchedule or Layer, with a static `from_config`. `key` is a class_name (`Ridge`) or a
/// registered_name (`my_package>Ridge`). Raises InvalidArgument on an empty key, on control
/// characters, and on a `>` that is not between two names.
template <class T>
CustomObject custom_object(const std::string& key) {
  registry::ClassEntry entry = saving::class_entry<T>(saving::class_name_in(key), key);
  if constexpr (std::derived_from<T, Metric>) {  // may have to be copied after the load
    entry.make = [make = std::move(entry.make)](const Config& config) {
      const auto made = make(config);
      std::static_pointer_cast<Metric>(made)->template set_class<T>();
      return made;
    };
  }
  return {.class_entry = std::make_shared<const registry::ClassEntry>(std::move(entry))};
}

/// A function: one of a tensor (a regularizer, activation or constraint), of two (a loss or metric,
/// of `y_true` and `y_pred`), or of a shape (an initializer). What is loaded with it keeps the name
/// for when it is saved again.
template <class F>
CustomObject custom_object(const std::string& key, F callable) {
  saving::class_name_in(key);
  return {.function_entry = std::make_shared<const registry::FunctionEntry>(
              saving::function_entry(saving::as_function(std::move(callable)), key))};
}

/// What one load knows by name, besides what is built in or registered:
///
///     const auto model = model_from_json(json, {.custom_objects = {
///         custom_object<Ridge>("Ridge"),
///         custom_object("penalty", [](const Tensor& w) { return 0.01f * ops::sum(ops::abs(w)); }),
///     }});
///
/// They are known until the load ends, on its thread. A registered_name in the file is looked up
/// among what is registered, then here; then the class_name is looked up here; then the built-ins
/// are. So what is registered wins over a custom object of the same name, as in Keras. Two
/// exceptions: what the file says is Keras's own (module `keras…`, registered_name null), and a
/// plain string (`"relu"`), means a custom object only if no built-in has the name. So a class of
/// Keras's that Strata lacks can be given under its own name. As in Keras, a function may also be
/// known as `package>name` where the file has `name` alone.
///
/// Functions are told apart by their arguments, classes by the class they derive from: one that
/// doesn't fit the slot is not used. Raises InvalidArgument if a name is given twice.
/// See https://keras.io/api/models/model_saving_apis/serialization_utils/.
class CustomObjects {
 public:
  CustomObjects() : CustomObjects(std::initializer_list<CustomObject>{}) {}
  CustomObjects(std::initializer_list<CustomObject> objects);

  bool empty() const { return entries_->classes.empty() && entries_->functions.empty(); }
  const std::shared_ptr<const registry::CustomEntries>& entries() const { return entries_; }

 private:
  std::shared_ptr<const registry::CustomEntries> entries_;
};

/// Custom objects for everything that this thread reads while the scope lives: configs, clones,
/// loads, and strings in slots. What is written while it lives names the classes by these keys. The
/// objects of an outer scope stay known, after those of an inner one.
///
///     const CustomObjectScope scope({custom_object<Ridge>("Ridge")});
///     const auto twin = clone_model(model);
class CustomObjectScope {
 public:
  explicit CustomObjectScope(const CustomObjects& objects) : scope_(objects.entries()) {}

 private:
  registry::CustomScope scope_;
};

}  // namespace strata
