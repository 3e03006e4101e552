// What classes and functions of users' own must be like so that configs can name them.
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
#include "strata/optimizers/learning_rate.hpp"
#include "strata/optimizers/optimizer.hpp"
#include "strata/regularizers/regularizer.hpp"

namespace strata::saving {

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
                                  Optimizer, LearningRateSchedule, Layer>::type;

/// The entry of a class that configs call `registered_name`, and `class_name`.
template <class T>
registry::ClassEntry class_entry(std::string class_name, std::string registered_name) {
  using Base = Family<T>;
  static_assert(!std::is_void_v<Base>,
                "a class that configs name must derive from Regularizer, Initializer, Constraint, "
                "Activation, Loss, Metric, Optimizer, LearningRateSchedule or Layer");
  static_assert(
      requires(const Config& config) { T::from_config(config); },
      "a class that configs name needs a static from_config(const Config&)");
  const auto make = [](const Config& config) -> std::shared_ptr<void> {
    return std::shared_ptr<Base>(new T(T::from_config(config)));  // T may be one that can't move
  };
  return {.family = &typeid(Base),
          .type = &typeid(T),
          .module = {},
          .class_name = std::move(class_name),
          .registered_name = std::move(registered_name),
          .make = make};
}

/// The callable as one of a tensor (a regularizer, activation or constraint), of two (a loss or
/// metric, of `y_true` and `y_pred`), or of a shape (an initializer).
template <class F>
auto as_function(F callable) {
  // Tensors first, so that a generic lambda's body is never tried on a shape.
  if constexpr (std::is_invocable_r_v<Tensor, F&, const Tensor&>) {
    static_assert(
        std::is_same_v<std::remove_cvref_t<std::invoke_result_t<F&, const Tensor&>>, Tensor>,
        "a function of a Tensor that configs name must return a Tensor: a number has left the tape "
        "and trains nothing");
    return std::function<Tensor(const Tensor&)>(std::move(callable));
  } else if constexpr (std::is_invocable_r_v<Tensor, F&, const Tensor&, const Tensor&>) {
    return std::function<Tensor(const Tensor&, const Tensor&)>(std::move(callable));
  } else {
    static_assert(std::is_invocable_r_v<Tensor, F&, const Shape&>,
                  "a function that configs name must be one from a Tensor, from two Tensors, or "
                  "from a Shape, to a Tensor");
    return std::function<Tensor(const Shape&)>(std::move(callable));
  }
}

template <class... Args>
registry::FunctionEntry function_entry(std::function<Tensor(Args...)> function,
                                       std::string registered_name) {
  using Function = std::function<Tensor(Args...)>;
  return {.type = &typeid(Function),
          .registered_name = std::move(registered_name),
          .function = std::make_shared<const Function>(std::move(function))};
}

}  // namespace strata::saving
