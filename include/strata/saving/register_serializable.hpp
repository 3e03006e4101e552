// register_serializable: how a user's own class or function gets a name that configs and files may
// say.
#pragma once

#include <functional>
#include <string>
#include <utility>

#include "strata/core/registry.hpp"
#include "strata/saving/serializable.hpp"

namespace strata {

/// What configs call a registered thing: `package>name`, and `name` as its class name.
struct SerializableOptions {
  std::string package = "Custom";
  std::string name = {};  ///< Must be given.
};

namespace saving {

/// `package>name`. Raises InvalidArgument on a name that a config can't say.
std::string registered_name(const SerializableOptions& options);

}  // namespace saving

/// A callable under its registered name: every slot takes it, and its config leads back to it.
template <class Signature>
class RegisteredFunction;

template <class... Args>
class RegisteredFunction<Tensor(Args...)> {
 public:
  RegisteredFunction(std::function<Tensor(Args...)> function, std::string registered_name)
      : function_(std::move(function)), registered_name_(std::move(registered_name)) {}

  Tensor operator()(Args... args) const { return function_(args...); }
  const std::string& registered_name() const { return registered_name_; }

 private:
  std::function<Tensor(Args...)> function_;
  std::string registered_name_;
};

/// Gives a class of one's own, derived from Regularizer, Initializer, Constraint, Activation, Loss,
/// Metric, Optimizer, LearningRateSchedule or Layer, a name in configs. From this call on
/// `serialize` writes it and `deserialize` makes it by its static `from_config`. Raises
/// InvalidArgument if the name is empty, holds `>`, or is taken. For one load: `custom_objects`.
///
///     register_serializable<Ridge>({.package = "Custom", .name = "ridge"});
///
/// See https://keras.io/api/models/model_saving_apis/serialization_utils/.
template <class T>
void register_serializable(const SerializableOptions& options) {
  registry::add(saving::class_entry<T>(options.name, saving::registered_name(options)));
}

/// Gives a function a name in configs: one of a tensor (a regularizer, activation or constraint),
/// of two (a loss or metric, of `y_true` and `y_pred`), or of a shape (an initializer). Use what
/// comes back in its place. Raises InvalidArgument if the name is empty, holds `>`, or is taken.
///
///     const auto l1 = register_serializable(
///         {.name = "l1"}, [](const Tensor& w) { return 0.01f * ops::sum(ops::abs(w)); });
template <class F>
auto register_serializable(const SerializableOptions& options, F callable) {
  const auto add = [&]<class... Args>(std::function<Tensor(Args...)> function) {
    const std::string name = saving::registered_name(options);
    registry::add(saving::function_entry(function, name));
    return RegisteredFunction<Tensor(Args...)>(std::move(function), name);
  };
  return add(saving::as_function(std::move(callable)));
}

}  // namespace strata
