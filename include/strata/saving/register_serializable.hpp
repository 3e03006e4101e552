// register_serializable: how a user's own class or function gets a name that configs and files may
// say.
#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <typeinfo>
#include <utility>

#include "strata/activations/activation.hpp"
#include "strata/constraints/constraint.hpp"
#include "strata/core/registry.hpp"
#include "strata/initializers/initializer.hpp"
#include "strata/layers/layer.hpp"
#include "strata/losses/loss.hpp"
#include "strata/metrics/metric.hpp"
#include "strata/optimizers/optimizer.hpp"
#include "strata/regularizers/regularizer.hpp"

namespace strata {

/// What configs call a registered thing: `package>name`, and `name` as its class name.
struct SerializableOptions {
  std::string package = "Custom";
  std::string name = {};  ///< Must be given.
};

namespace saving {

/// The one of these bases that T derives from, void if none.
template <class T, class... Bases>
struct FirstBase {
  using type = void;
};
template <class T, class Base, class... Rest>
struct FirstBase<T, Base, Rest...>
    : std::conditional_t<std::derived_from<T, Base>, std::type_identity<Base>,
                         FirstBase<T, Rest...>> {};

template <class T>
using Family = typename FirstBase<T, Regularizer, Initializer, Constraint, Activation, Loss, Metric,
                                  Optimizer, Layer>::type;

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
/// Metric, Optimizer or Layer, a name in configs. From this call on `serialize` writes it and
/// `deserialize` makes it by its static `from_config`. Raises InvalidArgument if the name is empty,
/// holds `>`, or is taken.
///
///     register_serializable<Ridge>({.package = "Custom", .name = "ridge"});
///
/// See https://keras.io/api/models/model_saving_apis/serialization_utils/.
template <class T>
void register_serializable(const SerializableOptions& options) {
  using Base = saving::Family<T>;
  static_assert(!std::is_void_v<Base>,
                "register_serializable takes a class derived from Regularizer, Initializer, "
                "Constraint, Activation, Loss, Metric, Optimizer or Layer");
  static_assert(
      requires(const Config& config) { T::from_config(config); },
      "register_serializable needs a class with a static from_config(const Config&)");
  const auto make = [](const Config& config) -> std::shared_ptr<void> {
    return std::shared_ptr<Base>(new T(T::from_config(config)));  // T may be one that can't move
  };
  registry::add(registry::ClassEntry{.family = &typeid(Base),
                                     .type = &typeid(T),
                                     .module = {},
                                     .class_name = options.name,
                                     .registered_name = saving::registered_name(options),
                                     .make = make});
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
    registry::add(registry::FunctionEntry{
        .type = &typeid(std::function<Tensor(Args...)>),
        .registered_name = name,
        .function = std::make_shared<const std::function<Tensor(Args...)>>(function)});
    return RegisteredFunction<Tensor(Args...)>(std::move(function), name);
  };
  // Tensors first, so that a generic lambda's body is never tried on a shape.
  if constexpr (std::is_invocable_r_v<Tensor, F&, const Tensor&>) {
    static_assert(
        std::is_same_v<std::remove_cvref_t<std::invoke_result_t<F&, const Tensor&>>, Tensor>,
        "register_serializable takes a function of a Tensor that returns a Tensor: a number "
        "has left the tape and trains nothing");
    return add(std::function<Tensor(const Tensor&)>(std::move(callable)));
  } else if constexpr (std::is_invocable_r_v<Tensor, F&, const Tensor&, const Tensor&>) {
    return add(std::function<Tensor(const Tensor&, const Tensor&)>(std::move(callable)));
  } else {
    static_assert(std::is_invocable_r_v<Tensor, F&, const Shape&>,
                  "register_serializable takes a function from a Tensor, from two Tensors, or from "
                  "a Shape, to a Tensor");
    return add(std::function<Tensor(const Shape&)>(std::move(callable)));
  }
}

}  // namespace strata
