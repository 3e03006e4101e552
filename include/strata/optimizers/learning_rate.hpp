// LearningRate: the factor of an optimizer's steps, a number or a schedule over the steps.
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

#include "strata/core/config.hpp"
#include "strata/core/number.hpp"

namespace strata {

/// A learning rate that depends on the step. Subclass it, and give it to an optimizer:
///
///     class Halving : public LearningRateSchedule {
///      public:
///       float operator()(std::int64_t step) const override {
///         return 0.1f * std::exp2(-static_cast<float>(step) / 1000.0f);
///       }
///     };
///     optimizers::SGD optimizer({.learning_rate = Halving()});
///
/// To be saved it overrides `get_config`, has a static `from_config`, and is registered with
/// `register_serializable`. See
/// https://keras.io/api/optimizers/learning_rate_schedules/learning_rate_schedule/.
class LearningRateSchedule {
 public:
  virtual ~LearningRateSchedule() = default;

  /// The learning rate of one step, finite and >= 0. Steps are the calls of `Optimizer::apply`,
  /// counted from 0, including those that only accumulate gradients.
  virtual float operator()(std::int64_t step) const = 0;

  /// Raises InvalidArgument unless overridden.
  virtual Config get_config() const;
};

/// What an optimizer's `learning_rate` takes: a number of any kind; a schedule, by value or shared;
/// or a callable of the step, which is a schedule that can't be saved. The optimizer checks a number
/// when it is made, and what a schedule returns in each step.
class LearningRate {
 public:
  template <class N>
  requires(Number<N> || (std::is_class_v<N> && std::convertible_to<N, float>)) LearningRate(N value)
      : value_(static_cast<float>(value)) {}

  template <std::derived_from<LearningRateSchedule> S>
  LearningRate(S schedule) : schedule_(std::make_shared<const S>(std::move(schedule))) {}

  template <class F>
  requires(std::is_invocable_r_v<float, const F&, std::int64_t> &&
           !std::derived_from<F, LearningRateSchedule> && !std::convertible_to<F, float>)
      LearningRate(F callable)
      : LearningRate(std::function<float(std::int64_t)>(std::move(callable)), Callable{}) {}

  /// Raises InvalidArgument on a null pointer.
  LearningRate(std::shared_ptr<const LearningRateSchedule> schedule);
  template <std::derived_from<LearningRateSchedule> S>
  LearningRate(std::shared_ptr<S> schedule)
      : LearningRate(std::shared_ptr<const LearningRateSchedule>(std::move(schedule))) {}

  /// The number, or what the schedule returns for this step.
  float at(std::int64_t step) const { return schedule_ ? (*schedule_)(step) : value_; }

  /// Null if this is a number.
  const std::shared_ptr<const LearningRateSchedule>& schedule() const { return schedule_; }

  /// The schedule that a config describes. Raises InvalidArgument on a class that wasn't registered.
  static LearningRate from_object(const Config& config);

 private:
  struct Callable {};
  LearningRate(std::function<float(std::int64_t)> callable, Callable);

  float value_ = 0.0f;
  std::shared_ptr<const LearningRateSchedule> schedule_;
};

namespace optimizers::schedules {

/// {"module", "class_name", "config", "registered_name"}. Raises InvalidArgument on a class that
/// wasn't registered.
Config serialize(const LearningRateSchedule& schedule);
/// The schedule that such a config describes.
std::shared_ptr<const LearningRateSchedule> deserialize(const Config& config);

}  // namespace optimizers::schedules
}  // namespace strata
