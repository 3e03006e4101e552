// The steps of training, evaluation and prediction, and the errors for what is not finite.
#include "training/step.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "autodiff/not_recording.hpp"
#include "core/check.hpp"
#include "core/profile.hpp"
#include "core/rollback.hpp"
#include "core/subnormals.hpp"
#include "core/unoptimized.hpp"
#include "ops/penalties_apart.hpp"
#include "regularizers/proximal_rule.hpp"
#include "strata/autodiff/gradient_tape.hpp"
#include "strata/ops/elementwise.hpp"
#include "strata/ops/reduction.hpp"
#include "strata/regularizers/at_step.hpp"
#include "tensor/value_rollback.hpp"
#include "training/loss_path.hpp"
#include "training/running_metrics.hpp"

namespace strata::training {
namespace {

using regularizers::AtStep;

Tensors constants(const Tensors& tensors) { return tensors.map(ops::stop_gradient); }

StepResult result_of(const TotalLoss& loss, const Predictions& predictions) {
  return {.data_loss = loss.data.item(),
          .reg_loss = loss.penalties.defined() ? loss.penalties.item() : 0.0,
          .regularized = loss.penalties.defined(),
          .predictions = constants(predictions.outputs),
          .mask = predictions.mask};
}

Predictions predict(CallRecord& record, Layer& model, const Tensors& x,
                    const CallContext& context) {
  Predictions predictions;
  predictions.outputs = record.call(model, x, context, &predictions.mask);
  return predictions;
}

std::string describe(const Penalty& penalty) {
  return penalty.source == "add_loss" ? "the loss added by " + penalty.layer
                                      : "the " + penalty.source + " penalty of " + penalty.layer;
}

float shown(float value) { return std::isnan(value) ? std::abs(value) : value; }

// `; in step 3 the largest was the data loss, 2.5e+37`: the term that grew until this step failed.
// Empty if there was no step before. The penalties have the names of the present ones, which are in
// the same order.
std::string largest_before(const Step& step) {
  const LastTerms& last = step.last;
  if (last.step == 0) return {};
  float largest = last.data.item();
  std::string name = "the data loss";
  const std::vector<Penalty> named = CallRecord::penalties_of(step.model, &step.record);
  for (std::size_t i = 0; i < last.penalties.size(); ++i) {
    const float value = last.penalties[i].item();
    if (std::abs(value) <= std::abs(largest)) continue;
    largest = value;
    name = named.size() == last.penalties.size() ? describe(named[i]) : "a penalty";
  }
  return fmt::format("; in step {} the largest was {}, {}", last.step, name, largest);
}

// Raises an error that names the first term of the total loss that is not finite.
[[noreturn]] void raise_not_finite(const Step& step, const TotalLoss& loss) {
  const std::string& who = step.model.name();
  const auto raise_first = [&](const std::string& term, float value) {
    raise<NotFinite>(who,
                     "the total loss must be finite; the first term that is not is {}{}. "
                     "Received: {} in step {}.",
                     term, largest_before(step), shown(value), step.number());
  };
  if (!std::isfinite(loss.data.item())) raise_first("the data loss", loss.data.item());
  for (const Penalty& penalty : CallRecord::penalties_of(step.model, &step.record)) {
    const float value = penalty.value.item();
    if (!std::isfinite(value)) raise_first(describe(penalty), value);
  }
  raise<NotFinite>(
      who,
      "the total loss must be finite; each of its terms is, their sum is not{}. Received: {} in "
      "step {}.",
      largest_before(step), shown(loss.total().item()), step.number());
}

// `dense_1: kernel`, by the innermost layer that has the weight.
std::string place_of(const Variable& variable, const Layer& layer) {
  for (const auto& sublayer : layer.sublayers()) {
    const std::vector<Variable> weights = sublayer->weights();
    if (std::find(weights.begin(), weights.end(), variable) != weights.end())
      return place_of(variable, *sublayer);
  }
  return layer.name() + ": " + variable.name();
}

// Name of the first loss term whose own gradient is not one that the optimizer accepts; empty if
// only their sum is not. Runs the forward pass once more.
std::string bad_term(const Step& step, const Variable& variable) {
  step.record.rewind_streams();  // to draw the same dropout masks
  GradientTape tape({.persistent = true});
  CallRecord record;
  const Rollback rewind([&] { record.rewind_streams(); });
  const Predictions predictions = predict(record, step.model, step.batch.x, {.training = true});
  const TotalLoss loss = total_loss(step.model, step.compiled, step.batch, predictions,
                                    CallRecord::losses_of(step.model, &record));
  const Optimizer& optimizer = *step.compiled.optimizer;
  const auto is_bad = [&](const Tensor& term) {
    const Tensor gradient = tape.gradient(optimizer.scale_loss(term), variable);
    return gradient.defined() && !optimizer.takes(gradient);
  };
  if (is_bad(loss.data)) return "the data loss";
  for (const Penalty& penalty : CallRecord::penalties_of(step.model, &record)) {
    if (is_bad(penalty.value)) return describe(penalty);
  }
  return {};
}

[[noreturn]] void raise_bad_gradient(const Step& step, const Variable& variable,
                                     const Tensor& gradient) {
  const std::string term = bad_term(step, variable);
  const auto values = gradient.values();
  const float bad =
      *std::find_if_not(values.begin(), values.end(), [](float v) { return std::isfinite(v); });
  raise<NotFinite>(step.model.name(),
                   "the gradients must be finite; that of {} is not{}{}. Received: {} in step {}.",
                   place_of(variable, step.model), term.empty() ? "" : ", because of " + term,
                   largest_before(step), shown(bad), step.number());
}

Tensor data_loss(const Layer& model, const CompileOptions& compiled, const Batch& batch,
                 const Predictions& predictions) {
  const Tensors& outputs = predictions.outputs;
  const profile::Timed timed(profile::Section::loss);
  check(batch.y.defined(), model.name(), "the loss needs targets. Received: an undefined y.");
  check<ShapeError>(batch.y.size() == outputs.size(), model.name(),
                    "each output needs targets of its own. Received: {} for {} outputs.",
                    batch.y.size(), outputs.size());
  Tensor sum;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const Tensor loss = (*compiled.loss)(batch.y[i], outputs[i], batch.sample_weight,
                                         i == 0 ? predictions.mask : Tensor());
    check<ShapeError>(loss.size() == 1, model.name(),
                      "the loss must reduce to a scalar. Received: shape={}.",
                      to_string(loss.shape()));
    sum = i == 0 ? loss : sum + loss;
  }
  return compiled.loss_weights ? sum * *compiled.loss_weights : sum;
}

// Undefined ones in place of those under a proximal rule, whose pass adds no penalties.
std::vector<Variable> without_proximal(std::vector<Variable> variables) {
  for (Variable& variable : variables) {
    if (regularizers::proximal_rule_of(variable) != nullptr) variable = Variable();
  }
  return variables;
}

}  // namespace

Tensor TotalLoss::total() const { return penalties.defined() ? data + penalties : data; }

TotalLoss total_loss(const Layer& model, const CompileOptions& compiled, const Batch& batch,
                     const Predictions& predictions, std::vector<Tensor> penalties) {
  TotalLoss loss;
  loss.data = 0.0f;
  if (compiled.loss) loss.data = data_loss(model, compiled, batch, predictions);
  loss.terms = std::move(penalties);
  if (!loss.terms.empty()) {
    const profile::Timed timed(profile::Section::penalties);
    loss.penalties = ops::sum(loss.terms);
  }
  return loss;
}

std::int64_t Step::number() const { return compiled.optimizer->iterations() + 1; }

StepGradients compute_gradients(const Step& step) {
  const Optimizer& optimizer = *step.compiled.optimizer;
  const AtStep at_step(optimizer.calls());
  std::optional<ops::PenaltiesApart> apart;
  if (optimizer.adds_penalties()) apart.emplace();
  GradientTape tape;
  const Predictions predictions =
      predict(step.record, step.model, step.batch.x, {.training = true});
  TotalLoss loss = total_loss(step.model, step.compiled, step.batch, predictions,
                              CallRecord::losses_of(step.model, &step.record));
  if (step.compiled.loss) check_loss_path(step.model, step.batch.x, predictions.outputs, loss.data);
  const Tensor total = loss.total();
  if (!std::isfinite(total.item())) {
    try {
      raise_not_finite(step, loss);
    } catch (NotFinite& error) {
      error.loss = total.item();
      throw;
    }
  }
  std::vector<Variable> variables = step.model.trainable_variables();
  if (apart) apart->begin(without_proximal(variables));
  std::vector<Tensor> gradients = tape.gradient(optimizer.scale_loss(total), variables);
  std::vector<MissingPenalty> missing(variables.size());
  for (std::size_t i = 0; apart && i < variables.size(); ++i)
    missing[i] = {apart->missing(i).l1, apart->missing(i).l2};
  apart.reset();
  // What is missing makes no finite gradient infinite.
  for (std::size_t i = 0; i < variables.size(); ++i) {
    if (gradients[i].defined() && !optimizer.takes(gradients[i]))
      raise_bad_gradient(step, variables[i], gradients[i]);
  }
  return {
      .variables = std::move(variables),
      .gradients = std::move(gradients),
      .missing = std::move(missing),
      .result = result_of(loss, predictions),
      .terms = {
          .step = step.number(), .data = std::move(loss.data), .penalties = std::move(loss.terms)}};
}

void apply_gradients(const CompileOptions& compiled, const StepGradients& step) {
  const bool any = std::any_of(step.gradients.begin(), step.gradients.end(),
                               [](const Tensor& gradient) { return gradient.defined(); }) ||
                   std::any_of(step.missing.begin(), step.missing.end(),
                               [](const MissingPenalty& missing) { return missing.any(); });
  // A proximal step comes without a gradient.
  const bool regularized = std::any_of(
      step.variables.begin(), step.variables.end(),
      [](const Variable& variable) { return regularizers::proximal_rule_of(variable) != nullptr; });
  // With neither a loss nor a penalty there is nothing to train; else the optimizer says so.
  if (any || regularized || (compiled.loss && !step.variables.empty()))
    compiled.optimizer->apply(step.gradients, step.variables, step.missing);
}

void train_step(Layer& model, const CompileOptions& compiled, const Batch& batch,
                RunningMetrics& metrics, LastTerms& last) {
  warn_if_unoptimized();
  const FlushSubnormals flush;
  CallRecord record;
  // A forward pass changes moving statistics and random streams besides the outputs.
  auto restore_values = value_rollback(model.non_trainable_variables());
  Rollback rewind([&] { record.rewind_streams(); });
  StepGradients step = compute_gradients({model, compiled, batch, last, record});
  // Here processes that each have a part of the batch would average `step.gradients`.
  metrics.update(batch, step.result);
  apply_gradients(compiled, step);
  last = std::move(step.terms);
  restore_values.keep();
  rewind.keep();
  record.publish(model);
}

StepResult test_step(Layer& model, const CompileOptions& compiled, const Batch& batch) {
  warn_if_unoptimized();
  const FlushSubnormals flush;
  const autodiff::NotRecording not_recording;
  const AtStep at_step(compiled.optimizer->calls(), AtStep::Purpose::report);
  CallRecord record;
  const Predictions predictions = predict(record, model, batch.x, {});
  StepResult result = result_of(
      total_loss(model, compiled, batch, predictions, CallRecord::losses_of(model, &record)),
      predictions);
  record.publish(model);
  return result;
}

Tensors predict_step(Layer& model, const Tensors& x) {
  warn_if_unoptimized();
  const FlushSubnormals flush;
  const autodiff::NotRecording not_recording;
  const AtStep at_step(0, AtStep::Purpose::report);  // of penalties that nobody sees
  CallRecord record(CallRecord::Purpose::unpublished);
  return constants(record.call(model, x, {}));
}

}  // namespace strata::training
