// Scheduled: a penalty whose strength changes with the optimizer's steps.
#pragma once

#include <cstdint>
#include <optional>

#include "strata/optimizers/learning_rate.hpp"
#include "strata/regularizers/at_step.hpp"
#include "strata/regularizers/wrapping_rule.hpp"

namespace strata::regularizers {

/// `schedule(step) * rule(x)`, with the schedules of learning rates. The step is what the model's
/// optimizer counts, in its calls of `apply` from 0, as for its learning rate; so it is saved with
/// the optimizer's state, and a resumed training goes on with the same factor.
///
///     regularizers::Scheduled(regularizers::L1(1e-3f),
///                             optimizers::schedules::PolynomialDecay(
///                                 {.initial_learning_rate = 0, .decay_steps = 1000,
///                                  .end_learning_rate = 1}))  // fades in
///
/// `Proximal(Scheduled(rule, schedule))` takes proximal steps of that strength. The logs of `fit`
/// hold each factor in force under `reg_factor/dense/kernel`: the schedule's value for the next step
/// times the rule's own factor.
///
/// A compiled model tells the step in its runs and its `losses()`; a loop of one's own tells it by
/// `AtStep`. Raises StateError where nobody did, InvalidArgument without rule or schedule, on a
/// `Proximal` inside, and on a value of the schedule that is negative or not finite.
class Scheduled : public WrappingRule {
 public:
  explicit Scheduled(RegularizerSpec rule, LearningRate schedule);

  Tensor operator()(const Tensor& x) const override;
  Tensor penalty(const Tensor& x, const WeightAxes& axes) const override;
  std::optional<ProximalForm> proximal_form(std::int64_t step) const override;
  void shrink_groups(const Variable& weight, const ProximalSteps& steps) const override;
  std::shared_ptr<const Regularizer> around(RegularizerSpec rule) const override;
  Config get_config() const override;  ///< {"rule": …, "schedule": …}
  static Scheduled from_config(const Config& config);

  /// The schedule's value for this step, checked.
  float at(std::int64_t step) const;
  std::optional<float> multiplier(std::int64_t step) const override { return at(step); }
  const LearningRate& schedule() const { return schedule_; }

 private:
  float factor_now() const;

  LearningRate schedule_;
};

}  // namespace strata::regularizers
