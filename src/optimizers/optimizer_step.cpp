// One step of an optimizer: checks, accumulation, clipping, decay, update, averages, constraints.
#include <algorithm>
#include <cmath>

#include "core/check.hpp"
#include "core/profile.hpp"
#include "core/subnormals.hpp"
#include "kernels/weights/optimizer.hpp"
#include "optimizers/options.hpp"
#include "optimizers/state.hpp"
#include "regularizers/proximal_rule.hpp"
#include "strata/constraints/constraint.hpp"
#include "strata/ops/elementwise.hpp"
#include "tensor/format.hpp"
#include "tensor/value_rollback.hpp"

namespace strata {

/// A gradient that was defined, and the variable it is for.
struct Optimizer::Received {
  std::size_t index;
  Tensor gradient;
  std::optional<ProximalForm> form = {};  ///< Of a weight whose rule asks for a proximal step.
  MissingPenalty missing = {};
};

namespace {

using regularizers::proximal_rule_of;

// What a norm beyond `largest` is scaled by. Of a NaN norm NaN, so that it is seen.
float norm_scale(double norm, float largest) {
  return norm <= static_cast<double>(largest)
             ? 1.0f
             : static_cast<float>(static_cast<double>(largest) / norm);
}

bool is_positive(const std::optional<float>& value) { return value && *value > 0.0f; }

Tensor zeros_like(const Variable& variable) {
  Tensor zeros = TensorAccess::uninitialized(variable.shape());
  std::fill_n(TensorAccess::data(zeros), zeros.size(), 0.0f);
  return zeros;
}

// The average that replaces the weight. Of weights that are 0 now and then it hardly ever is, so it
// takes over the zeros of a proximal rule.
Tensor with_zeros_of(const Variable& weight, const Variable& average) {
  if (proximal_rule_of(weight) == nullptr) return average.value();
  const Tensor now = weight.value();
  const Tensor before = average.value();
  Tensor result = TensorAccess::uninitialized(before.shape());
  std::copy_n(before.data(), before.size(), TensorAccess::data(result));
  kernels::take_zeros(result.size(), now.data(), TensorAccess::data(result));
  return result;
}

}  // namespace

std::optional<float> Optimizer::proximal_step(float) const { return {}; }

void Optimizer::check_rules(const std::vector<Variable>& variables) const {
  for (const Variable& variable : variables) {
    const Regularizer* rule = proximal_rule_of(variable);
    if (rule == nullptr) continue;
    const bool one = proximal_step(0.0f).has_value();
    check(
        one || fuses_proximal(), class_name_,
        "the rule Proximal needs an optimizer that has a proximal step: SGD or RMSprop with a "
        "momentum below 1, Adam, AdamW, Nadam, Adagrad, Adamax or Adadelta. Received: Proximal on "
        "{} of shape {}.",
        variable.name(), variable.shape());
    check(one || !rule->proximal_form(state_->calls()).value_or(ProximalForm()).one_step,
          class_name_,
          "the rule in the Proximal on {} of shape {} needs the same step for all elements, which "
          "SGD "
          "has. Received: steps of their own.",
          variable.name(), variable.shape());
    check(
        !is_positive(options_.clipvalue), class_name_,
        "clipvalue can't stand beside the rule Proximal: with clipped elements training would come "
        "to rest elsewhere than at the loss's minimum; clipnorm can. Received: clipvalue={}, "
        "Proximal on {} of shape {}.",
        options_.clipvalue.value_or(0.0f), variable.name(), variable.shape());
  }
}

bool Optimizer::takes(const Tensor& gradient) const {
  if (kernels::all_finite(gradient.size(), gradient.data())) return true;
  const auto values = gradient.values();
  return is_positive(options_.clipvalue) &&
         std::none_of(values.begin(), values.end(), [](float value) { return std::isnan(value); });
}

Tensor Optimizer::scale_loss(const Tensor& loss) const {
  return options_.loss_scale_factor ? loss * *options_.loss_scale_factor : loss;
}

bool Optimizer::adds_penalties() const {
  const bool clips = options_.clipnorm || options_.clipvalue || options_.global_clipnorm;
  return fuses_penalties() && !clips && !options_.gradient_accumulation_steps;
}

void Optimizer::apply(const std::vector<Tensor>& gradients,
                      const std::vector<Variable>& variables) {
  apply(gradients, variables, std::vector<MissingPenalty>(variables.size()));
}

void Optimizer::apply(const std::vector<Tensor>& gradients, const std::vector<Variable>& variables,
                      const std::vector<MissingPenalty>& missing) {
  const profile::Timed timed(profile::Section::optimizer);
  const float rate = learning_rate();  // first of all, since a schedule may raise
  const FlushSubnormals flush;
  std::vector<Received> received = receive(gradients, variables, missing);
  if (received.empty()) return;
  const float unscaled = 1.0f / options_.loss_scale_factor.value_or(1.0f);
  check_sums(received, unscaled);
  // Nothing but a constraint can raise once weights have moved.
  std::vector<Variable> changed;
  if (constraints_may_raise(received)) {
    changed = this->variables();
    changed.insert(changed.end(), state_->variables.begin(), state_->variables.end());
  }
  auto restore = value_rollback(changed);
  step(received, unscaled, rate);
  restore.keep();
}

bool Optimizer::constraints_may_raise(const std::vector<Received>& received) const {
  bool may_raise = false;
  for (const Received& each : received) {
    const Variable& variable = state_->variables[each.index];
    if (variable.constraint() == nullptr) continue;
    variable.constraint()->check_weight(variable.shape(), variable.name());
    may_raise = may_raise || variable.constraint()->may_raise();
  }
  return may_raise;
}

void Optimizer::step(std::vector<Received>& received, float scale, float rate) {
  if (accumulate(received, scale)) update_all(received, scale, rate);
  if (options_.use_ema) average_weights();
  for (const Received& each : received) {
    const Variable& variable = state_->variables[each.index];
    if (variable.constraint() == nullptr) continue;
    // As a constant: no tape has to follow a projection.
    variable.assign((*variable.constraint())(TensorAccess::traced(variable.value(), {})));
  }
  ++state_->count;
  state_->iteration.assign(static_cast<float>(state_->count));
}

// Checks everything before anything is changed.
std::vector<Optimizer::Received> Optimizer::receive(const std::vector<Tensor>& gradients,
                                                    const std::vector<Variable>& variables,
                                                    const std::vector<MissingPenalty>& missing) {
  check(gradients.size() == variables.size(), class_name_,
        "there must be one gradient for each variable. Received: {} gradients, {} variables.",
        gradients.size(), variables.size());
  check(missing.size() == variables.size(), class_name_,
        "there must be one missing penalty for each variable. Received: {}, {} variables.",
        missing.size(), variables.size());
  optimizers::check_variables(class_name_, variables);
  if (built()) indices_of(variables);
  if (variables.empty()) return {};
  check_rules(variables);
  for (std::size_t i = 0; i < missing.size(); ++i) {
    if (!missing[i].any()) continue;
    check<StateError>(
        adds_penalties() && proximal_rule_of(variables[i]) == nullptr, class_name_,
        "it can't add the penalty that the gradient of {} is missing (see adds_penalties). "
        "Received: l1={}, l2={}.",
        variables[i].name(), missing[i].l1, missing[i].l2);
  }
  bool any = false;
  for (std::size_t i = 0; i < gradients.size(); ++i) {
    any = any || gradients[i].defined() || missing[i].any() ||
          proximal_rule_of(variables[i]) != nullptr;
    check<ShapeError>(
        !gradients[i].defined() || gradients[i].shape() == variables[i].shape(), class_name_,
        "a gradient must have the shape of its variable. Received: shape={} for {} of shape {}.",
        gradients[i].shape(), variables[i].name(), variables[i].shape());
  }
  if (!any) {
    raise(class_name_,
          "at least one gradient must be defined; does the loss depend on the variables? Received: "
          "undefined gradients for {}.",
          optimizers::names_of(variables));
  }
  build(variables);
  const std::vector<std::size_t> indices = indices_of(variables);
  std::vector<Received> received;
  for (std::size_t i = 0; i < gradients.size(); ++i) {
    const Regularizer* rule = proximal_rule_of(variables[i]);
    if (rule == nullptr && !gradients[i].defined() && !missing[i].any()) continue;
    received.push_back({.index = indices[i],
                        .gradient = gradients[i].defined() ? TensorAccess::traced(gradients[i], {})
                                                           : zeros_like(variables[i]),
                        .missing = missing[i]});
    // A rule's schedule may raise, so it is asked before anything is changed.
    if (rule != nullptr) received.back().form = rule->proximal_form(state_->calls());
  }
  return received;
}

// Gradients that are all taken can have a sum that isn't. What wasn't taken goes on, as without
// accumulation.
void Optimizer::check_sums(const std::vector<Received>& received, float scale) const {
  if (!options_.gradient_accumulation_steps) return;
  for (const auto& [index, gradient, form, missing] : received) {
    const Tensor& sum = state_->accumulators[index].value();
    if (kernels::sum_finite(gradient.size(), gradient.data(), scale, sum.data())) continue;
    const Tensor next = sum + scale * gradient;
    if (takes(next) || !takes(gradient) || !takes(sum)) continue;
    raise<StateError>(class_name_,
                      "the sum of accumulated gradients must be finite. Received: an infinite one "
                      "for {} of shape {}.",
                      state_->variables[index].name(), gradient.shape());
  }
}

// Whether this call updates. With accumulation, the gradients become the sums so far.
bool Optimizer::accumulate(std::vector<Received>& received, float& scale) {
  if (!options_.gradient_accumulation_steps) return true;
  for (Received& each : received) {
    const Variable& sum = state_->accumulators[each.index];
    kernels::add_scaled(each.gradient.size(), each.gradient.data(), scale, sum.mutable_data());
    each.gradient = sum.value();
  }
  const int steps = *options_.gradient_accumulation_steps;
  scale = 1.0f / static_cast<float>(steps);
  return (state_->calls() + 1) % steps == 0;
}

void Optimizer::update_all(std::vector<Received>& received, float scale, float rate) {
  const std::vector<float> scales = clipping_scales(received, scale);
  const float decay = options_.weight_decay.value_or(0.0f) * rate;
  begin_update({.iteration = iterations(), .learning_rate = rate});
  for (std::size_t i = 0; i < received.size(); ++i) {
    Received& each = received[i];
    const Variable& variable = state_->variables[each.index];
    Step step{.iteration = iterations(),
              .learning_rate = rate,
              .scale = scales[i],
              .missing = each.missing};
    if (is_positive(options_.clipvalue)) step.limit = *options_.clipvalue;
    if (state_->decays[each.index] != 0) step.decay = decay;
    if (!fuses_clipping()) step = clip_and_decay(each.gradient, variable, step);
    update_proximally(each, step, scales[i] / scale);
    if (state_->accumulators.empty()) continue;
    each.gradient = Tensor();  // so that the sum is emptied in place
    const Variable& sum = state_->accumulators[each.index];
    std::fill_n(sum.mutable_data(), sum.shape().element_count(), 0.0f);
  }
}

// The update, and the proximal step of a weight whose rule asks for one, in the same pass where
// both are elementwise. `clipping` is what the gradient's norm was scaled by: so is the step, or
// training would come to rest elsewhere.
//
// An element's own step can be as long as the learning rate over epsilon, where it has had no gradient
// yet, and would erase it. So it is moved by at most ten learning rates, or ten times as far as the
// update moves it. Training rests where the two moves undo each other: they are equally long there,
// so that the bound changes no place of rest and makes no other.
void Optimizer::update_proximally(Received& each, Step step, float clipping) {
  const Variable& variable = state_->variables[each.index];
  if (!each.form) return update(each.index, each.gradient, variable, step);
  const ProximalForm& form = *each.form;
  const std::optional<float> one = proximal_step(step.learning_rate);
  const float scale = form.scale * clipping * one.value_or(1.0f);
  const std::int64_t count = variable.shape().element_count();
  Tensor bounds;
  step.proximal = {.any = (form.l1 > 0.0f || form.l2 > 0.0f || form.groups) && scale != 0.0f,
                   .l1 = form.l1,
                   .l2 = form.l2,
                   .scale = scale};
  if (!one) {
    step.proximal.longest = step.learning_rate;
    if (form.groups) {
      bounds = TensorAccess::uninitialized({3, count});
      step.proximal.steps = TensorAccess::data(bounds);
      step.proximal.lowest = step.proximal.steps + count;
      step.proximal.highest = step.proximal.lowest + count;
    }
  }
  update(each.index, each.gradient, variable, step);
  if (!step.proximal.any) return;
  if (!fuses_proximal()) {
    kernels::proximal(count, {.any = true, .l1 = form.l1, .l2 = form.l2, .rate = scale},
                      variable.mutable_data());
  }
  if (!form.groups) return;
  const Regularizer& rule = *variable.regularizer()->proximal_rule();
  if (one) return rule.shrink_groups(variable, {.all = scale / (1.0f + 2.0f * scale * form.l2)});
  rule.shrink_groups(variable, {.each = step.proximal.steps});
  kernels::clamp(count, step.proximal.lowest, step.proximal.highest, variable.mutable_data());
}

// What each gradient is multiplied by: `scale`, and what its norm, or that of all, asks for.
std::vector<float> Optimizer::clipping_scales(const std::vector<Received>& received,
                                              float scale) const {
  std::vector<float> scales(received.size(), scale);
  const bool together = is_positive(options_.global_clipnorm);
  if (!together && !is_positive(options_.clipnorm)) return scales;
  double square_sum = 0.0;
  for (std::size_t i = 0; i < received.size(); ++i) {
    const Tensor& gradient = received[i].gradient;
    const double norm = double{scale} * kernels::norm(gradient.size(), gradient.data());
    square_sum += norm * norm;
    if (!together) scales[i] *= norm_scale(norm, *options_.clipnorm);
  }
  if (!together) return scales;
  const double norm = std::sqrt(square_sum);
  // An infinity in one gradient spoils all, as in Keras: else the others would just stand still.
  const float all = std::isfinite(norm) ? norm_scale(norm, *options_.global_clipnorm)
                                        : std::numeric_limits<float>::quiet_NaN();
  for (float& each : scales) each *= all;
  return scales;
}

// For an `update` that doesn't do it itself. Returns a step with nothing left to do.
Optimizer::Step Optimizer::clip_and_decay(Tensor& gradient, const Variable& variable,
                                          const Step& step) {
  if (step.scale != 1.0f || std::isfinite(step.limit)) {
    Tensor clipped = TensorAccess::uninitialized(gradient.shape());
    kernels::clip_gradient(gradient.size(), {gradient.data(), step.scale, step.limit},
                           TensorAccess::data(clipped));
    gradient = std::move(clipped);
  }
  if (step.decay != 0.0f) {
    kernels::decay(variable.shape().element_count(), step.decay, variable.mutable_data());
  }
  return {.iteration = step.iteration, .learning_rate = step.learning_rate};
}

// Of all weights, whether they got a gradient or not. The first average is the weight itself.
void Optimizer::average_weights() {
  const float momentum = iterations() == 0 ? 0.0f : options_.ema_momentum;
  for (std::size_t i = 0; i < state_->variables.size(); ++i) {
    const Tensor& weight = state_->variables[i].value();
    kernels::moving_average(weight.size(), momentum, weight.data(),
                            state_->averages[i].mutable_data());
  }
  const int frequency = options_.ema_overwrite_frequency.value_or(0);
  if (frequency > 0 && (iterations() + 1) % frequency == 0) finalize(state_->variables);
}

void Optimizer::swap_averages() {
  check<StateError>(
      options_.use_ema, class_name_,
      "averages of the weights are kept with use_ema alone. Received: use_ema=false.");
  if (state_->calls() == 0) return;
  state_->covered.resize(state_->variables.size());
  for (std::size_t i = 0; i < state_->variables.size(); ++i) {
    const Variable& variable = state_->variables[i];
    const Variable& average = state_->averages[i];
    Tensor& covered = state_->covered[i];
    const Tensor weight = TensorAccess::traced(variable.value(), {});
    const Tensor average_before = average.value();
    const Tensor next = state_->swapped ? average_before : with_zeros_of(variable, average);
    average.assign(state_->swapped && covered.defined() ? covered : weight);
    covered = state_->swapped ? Tensor() : average_before;
    variable.assign(next);
  }
  state_->swapped = !state_->swapped;
}

void Optimizer::finalize(const std::vector<Variable>& variables) {
  optimizers::check_variables(class_name_, variables);
  // Until the first step there are no averages, only the zeros that they are made of.
  if (!options_.use_ema || state_->calls() == 0) return;
  for (const std::size_t index : indices_of(variables)) {
    const Variable& average = state_->averages[index];
    const Variable& weight = state_->variables[index];
    if (!state_->swapped) {
      const Tensor value = with_zeros_of(weight, average);
      std::copy_n(value.data(), value.size(), weight.mutable_data());
      continue;
    }
    const Tensor& covered = state_->covered[index];
    const Tensor value = covered.defined() ? covered : weight.value();
    std::copy_n(value.data(), value.size(), average.mutable_data());
  }
  state_->swapped = false;
}

}  // namespace strata
