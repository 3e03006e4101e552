// Scheduled: the factor of a step, and the step that is now.
#include "strata/optimizers/scheduled.hpp"

#include <cmath>

#include "core/check.hpp"
#include "core/fields.hpp"
#include "core/registry.hpp"
#include "optimizers/options.hpp"
#include "strata/ops/elementwise.hpp"

namespace strata::regularizers {

/// The fields of the config.
struct ScheduledFields {
  RegularizerSpec rule = {};
  LearningRate schedule = 1.0f;
};

void list_fields(auto& fields, ScheduledFields& options) {
  fields("rule", options.rule);
  fields("schedule", options.schedule);
}

Scheduled::Scheduled(RegularizerSpec rule, LearningRate schedule)
    : WrappingRule(std::move(rule)), schedule_(std::move(schedule)) {
  check(static_cast<bool>(this->rule()), "Scheduled", "a rule is needed. Received: nullptr.");
  check(this->rule()->proximal_rule() == nullptr, "Scheduled",
        "a Proximal goes outside: Proximal(Scheduled(rule, schedule)). Received: Proximal inside.");
  check(schedule_.schedule() != nullptr, "Scheduled",
        "a schedule is needed; a number belongs into the rule. Received: {}.",
        schedule_.schedule() == nullptr ? schedule_.at(0) : 0.0f);
}

float Scheduled::at(std::int64_t step) const {
  const LearningRateSchedule& schedule = *schedule_.schedule();
  const float factor = schedule(step);
  check(std::isfinite(factor) && factor >= 0.0f, "Scheduled",
        "a schedule must return a factor that is finite and >= 0. Received: {} from {} in step {}.",
        factor, registry::class_name_of(typeid(schedule)), step);
  return factor;
}

float Scheduled::factor_now() const {
  const std::optional<std::int64_t> step = AtStep::now();
  check<StateError>(step.has_value(), "Scheduled",
                    "the step must be known: a compiled model tells it in its runs and losses(); a "
                    "loop of one's own makes a regularizers::AtStep(optimizer.calls()) first. "
                    "Received: a call outside of both.");
  return at(*step);
}

Tensor Scheduled::operator()(const Tensor& x) const {
  const float factor = factor_now();
  return factor == 0.0f ? Tensor(0.0f) : factor * (*rule())(x);
}

Tensor Scheduled::penalty(const Tensor& x, const WeightAxes& axes) const {
  const float factor = factor_now();
  return factor == 0.0f ? Tensor(0.0f) : factor * rule()->penalty(x, axes);
}

std::optional<ProximalForm> Scheduled::proximal_form(std::int64_t step) const {
  std::optional<ProximalForm> form = rule()->proximal_form(step);
  if (!form) return {};
  form->scale *= at(step);
  form->scheduled = true;
  return form;
}

void Scheduled::shrink_groups(const Variable& weight, const ProximalSteps& steps) const {
  rule()->shrink_groups(weight, steps);
}

std::shared_ptr<const Regularizer> Scheduled::around(RegularizerSpec rule) const {
  return std::make_shared<Scheduled>(std::move(rule), schedule_);
}

Config Scheduled::get_config() const {
  return options_to_config(ScheduledFields{rule(), schedule_});
}

Scheduled Scheduled::from_config(const Config& config) {
  ScheduledFields fields = options_from_config<ScheduledFields>("Scheduled", config);
  return Scheduled(std::move(fields.rule), std::move(fields.schedule));
}

}  // namespace strata::regularizers
