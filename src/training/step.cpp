#include "training/step.hpp"

#include <algorithm>
#include <cmath>

#include "autodiff/not_recording.hpp"
#include "core/check.hpp"
#include "core/profile.hpp"
#include "core/subnormals.hpp"
#include "core/unoptimized.hpp"
#include "layers/call_record.hpp"
#include "strata/autodiff/gradient_tape.hpp"
#include "strata/ops/elementwise.hpp"
#include "strata/ops/reduction.hpp"
#include "training/loss_path.hpp"
#include "training/meter.hpp"

namespace strata::training {
namespace {

Tensors constants(const Tensors& tensors) {
  if (tensors.size() == 1) return ops::stop_gradient(tensors.front());
  std::vector<Tensor> all;
  for (const Tensor& tensor : tensors) all.push_back(ops::stop_gradient(tensor));
  return Tensors(std::move(all));
}

Outcome outcome_of(const TotalLoss& loss, const Tensors& predictions) {
  return {.data_loss = loss.data.item(),
          .reg_loss = loss.penalties.defined() ? loss.penalties.item() : 0.0,
          .regularized = loss.penalties.defined(),
          .predictions = constants(predictions)};
}

std::string describe(const Penalty& penalty) {
  return penalty.source == "add_loss" ? "the loss added by " + penalty.layer
                                      : "the " + penalty.source + " penalty of " + penalty.layer;
}

float shown(float value) { return std::isnan(value) ? std::abs(value) : value; }

// `; in step 3 the largest was the data loss, 2.5e+37`: the term that grew until this step failed.
// Empty if there was no step before. The penalties have the names of the present ones, which are in
// the same order.
std::string largest_before(const Layer& model, const CallRecord& record, const LastTerms& last) {
  if (last.step == 0) return {};
  float largest = last.data.item();
  std::string name = "the data loss";
  const std::vector<Penalty> named = CallRecord::penalties_of(model, &record);
  for (std::size_t i = 0; i < last.penalties.size(); ++i) {
    const float value = last.penalties[i].item();
    if (std::abs(value) <= std::abs(largest)) continue;
    largest = value;
    name = named.size() == last.penalties.size() ? describe(named[i]) : "a penalty";
  }
  return fmt::format("; in step {} the largest was {}, {}", last.step, name, largest);
}

// Raises an error that names the first term of the total loss that is not finite.
[[noreturn]] void raise_not_finite(const Layer& model, const CallRecord& record,
                                   const TotalLoss& loss, std::int64_t step,
                                   const LastTerms& last) {
  const auto raise_first = [&](const std::string& term, float value) {
    raise<StateError>(model.name(),
                      "the total loss must be finite; the first term that is not is {}{}. "
                      "Received: {} in step {}.",
                      term, largest_before(model, record, last), shown(value), step);
  };
  if (!std::isfinite(loss.data.item())) raise_first("the data loss", loss.data.item());
  for (const Penalty& penalty : CallRecord::penalties_of(model, &record)) {
    const float value = penalty.value.item();
    if (!std::isfinite(value)) raise_first(describe(penalty), value);
  }
  raise<StateError>(
      model.name(),
      "the total loss must be finite; each of its terms is, their sum is not{}. Received: {} in "
      "step {}.",
      largest_before(model, record, last), shown(loss.total().item()), step);
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

// The first term whose own gradient the optimizer doesn't take; empty if it's none alone.
std::string bad_term(Layer& model, const CompileOptions& compiled, const Batch& batch,
                     const Variable& variable) {
  GradientTape tape({.persistent = true});
  CallRecord record;
  const Tensors predictions = record.call(model, batch.x, {.training = true});
  const TotalLoss loss =
      total_loss(model, compiled, batch, predictions, CallRecord::losses_of(model, &record));
  const auto is_bad = [&](const Tensor& term) {
    const Tensor gradient = tape.gradient(compiled.optimizer->scale_loss(term), variable);
    return gradient.defined() && !compiled.optimizer->takes(gradient);
  };
  record.rewind_streams();
  if (is_bad(loss.data)) return "the data loss";
  for (const Penalty& penalty : CallRecord::penalties_of(model, &record)) {
    if (is_bad(penalty.value)) return describe(penalty);
  }
  return {};
}

[[noreturn]] void raise_bad_gradient(Layer& model, const CompileOptions& compiled,
                                     const Batch& batch, const Variable& variable,
                                     const Tensor& gradient, const CallRecord& record,
                                     const LastTerms& last) {
  const std::string term = bad_term(model, compiled, batch, variable);
  const auto values = gradient.values();
  const float bad =
      *std::find_if_not(values.begin(), values.end(), [](float v) { return std::isfinite(v); });
  raise<StateError>(
      model.name(), "the gradients must be finite; that of {} is not{}{}. Received: {} in step {}.",
      place_of(variable, model), term.empty() ? "" : ", because of " + term,
      largest_before(model, record, last), shown(bad), compiled.optimizer->iterations() + 1);
}

// Keeps what a forward pass changes besides the outputs (moving statistics), to put it back.
class NonTrainableWeights {
 public:
  explicit NonTrainableWeights(const Layer& model) : variables_(model.non_trainable_variables()) {
    for (const Variable& variable : variables_) values_.push_back(variable.value());
  }
  void restore() const {
    for (std::size_t i = 0; i < variables_.size(); ++i) variables_[i].assign(values_[i]);
  }

 private:
  std::vector<Variable> variables_;
  std::vector<Tensor> values_;
};

Tensor data_loss(const Layer& model, const CompileOptions& compiled, const Batch& batch,
                 const Tensors& predictions) {
  const profile::Timed timed(profile::Section::loss);
  check(batch.y.defined(), model.name(), "the loss needs targets. Received: an undefined y.");
  check<ShapeError>(batch.y.size() == predictions.size(), model.name(),
                    "each output needs targets of its own. Received: {} for {} outputs.",
                    batch.y.size(), predictions.size());
  Tensor sum;
  for (std::size_t i = 0; i < predictions.size(); ++i) {
    const Tensor loss = (*compiled.loss)(batch.y[i], predictions[i], batch.sample_weight);
    check<ShapeError>(loss.size() == 1, model.name(),
                      "the loss must reduce to a scalar. Received: shape={}.",
                      to_string(loss.shape()));
    sum = i == 0 ? loss : sum + loss;
  }
  return compiled.loss_weights ? sum * *compiled.loss_weights : sum;
}

}  // namespace

Tensor TotalLoss::total() const { return penalties.defined() ? data + penalties : data; }

TotalLoss total_loss(const Layer& model, const CompileOptions& compiled, const Batch& batch,
                     const Tensors& predictions, std::vector<Tensor> penalties) {
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

void train_step(Layer& model, const CompileOptions& compiled, const Batch& batch, Meter& meter,
                LastTerms& last) {
  warn_if_unoptimized();
  const FlushSubnormals flush;
  const NonTrainableWeights before(model);
  Optimizer& optimizer = *compiled.optimizer;
  CallRecord record;
  try {
    GradientTape tape;
    const Tensors predictions = record.call(model, batch.x, {.training = true});
    TotalLoss loss =
        total_loss(model, compiled, batch, predictions, CallRecord::losses_of(model, &record));
    if (compiled.loss) check_loss_path(model, batch.x, predictions, loss.data);
    const Tensor total = loss.total();
    const std::int64_t step = optimizer.iterations() + 1;
    if (!std::isfinite(total.item())) raise_not_finite(model, record, loss, step, last);
    const std::vector<Variable> variables = model.trainable_variables();
    const std::vector<Tensor> gradients = tape.gradient(optimizer.scale_loss(total), variables);
    bool any = false;
    for (std::size_t i = 0; i < variables.size(); ++i) {
      if (!gradients[i].defined()) continue;
      any = true;
      if (optimizer.takes(gradients[i])) continue;
      record.rewind_streams();  // so that finding the term draws the same dropout masks
      raise_bad_gradient(model, compiled, batch, variables[i], gradients[i], record, last);
    }
    meter.update(batch, outcome_of(loss, predictions));
    // With neither a loss nor a penalty there is nothing to train; else the optimizer says so.
    if (any || (compiled.loss && !variables.empty())) optimizer.apply(gradients, variables);
    last = {.step = step, .data = std::move(loss.data), .penalties = std::move(loss.terms)};
  } catch (...) {
    before.restore();
    record.rewind_streams();
    throw;
  }
  record.publish(model);
}

Outcome test_step(Layer& model, const CompileOptions& compiled, const Batch& batch) {
  warn_if_unoptimized();
  const FlushSubnormals flush;
  const autodiff::NotRecording not_recording;
  CallRecord record;
  const Tensors predictions = record.call(model, batch.x, {});
  Outcome outcome = outcome_of(
      total_loss(model, compiled, batch, predictions, CallRecord::losses_of(model, &record)),
      predictions);
  record.publish(model);
  return outcome;
}

Tensors predict_step(Layer& model, const Tensors& x) {
  warn_if_unoptimized();
  const FlushSubnormals flush;
  const autodiff::NotRecording not_recording;
  CallRecord record(CallRecord::Purpose::unpublished);
  return constants(record.call(model, x, {}));
}

}  // namespace strata::training
