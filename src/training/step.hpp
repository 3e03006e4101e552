// One step of training: forward, total loss, gradients, update.
// The total loss is the data loss plus every layer's penalties.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "layers/call_record.hpp"
#include "strata/core/errors.hpp"
#include "strata/layers/layer.hpp"
#include "strata/training/batch.hpp"
#include "strata/training/options.hpp"

namespace strata::training {

/// The total loss of a step, or a gradient, is not finite.
class NotFinite : public StateError {
 public:
  using StateError::StateError;
  double loss = std::numeric_limits<double>::quiet_NaN();  ///< The total; NaN if it is finite.
};

/// What a step returns of one batch: losses and predictions.
struct StepResult {
  double data_loss = 0.0;
  double reg_loss = 0.0;
  bool regularized = false;  ///< Whether there was any penalty at all.
  Tensors predictions = {};  ///< computed with the weights before the update
  Tensor mask = {};          ///< of the first prediction: which steps count; undefined for all
};

/// A model's outputs, and which steps of the first one count, for losses and metrics.
struct Predictions {
  Tensors outputs;
  Tensor mask = {};  ///< undefined for all
};

/// The total loss as a differentiable tensor, with its two parts. If a model has several outputs,
/// the data loss is the sum of one loss per output, each with its own targets.
struct TotalLoss {
  Tensor data;
  Tensor penalties;           ///< undefined if there are none
  std::vector<Tensor> terms;  ///< the terms of `penalties`, in the order of `losses()`
  Tensor total() const;
};
TotalLoss total_loss(const Layer& model, const CompileOptions& compiled, const Batch& batch,
                     const Predictions& predictions, std::vector<Tensor> penalties);

/// The terms of a model's last update, for the error that names the one that grew before a failure.
struct LastTerms {
  std::int64_t step = 0;  ///< counted from 1; 0 before any
  Tensor data = {};
  std::vector<Tensor> penalties = {};  ///< in the order of `losses()`
};

class RunningMetrics;

/// One training step's inputs, and the record of its forward pass.
struct Step {
  Layer& model;
  const CompileOptions& compiled;
  const Batch& batch;
  const LastTerms& last;  ///< of the step before
  CallRecord& record;

  std::int64_t number() const;  ///< counted from 1
};

/// What a training step has computed before it updates the weights.
struct StepGradients {
  std::vector<Variable> variables;  ///< all that train, in the model's order
  /// One per variable, undefined where the loss does not depend on it: the gradient of the total
  /// loss times the optimizer's `loss_scale_factor`, without what is missing.
  std::vector<Tensor> gradients;
  /// One per variable: the penalties that the optimizer adds in its own pass, times that factor. None
  /// unless it `adds_penalties`.
  std::vector<MissingPenalty> missing;
  StepResult result;
  LastTerms terms;
};

/// The forward pass in training, the total loss and its gradients. Changes what a forward pass does,
/// moving statistics and random streams, and no trainable weight. Raises as `train_step` does.
///
/// Between the two functions `gradients` may be replaced, by others of the same shapes that the
/// optimizer `takes`, which is not checked again. Processes
/// that each have a part of a batch average theirs, weighted by their number of samples: that is the
/// whole batch's gradient, for losses that are means over samples, and in the mean each penalty,
/// which every process has in full, counts once. What is missing is the same in all of them. Every
/// process then makes the same update.
StepGradients compute_gradients(const Step& step);
/// The optimizer's update by these gradients. Raises as `Optimizer::apply` does.
void apply_gradients(const CompileOptions& compiled, const StepGradients& step);

/// One update; metrics are updated before the weights. If it raises, the model is unchanged. Raises
/// NotFinite if the total loss is not finite, or a gradient that the optimizer uses: the text
/// names the weight, the first term that was not finite, and the largest term of the step before.
void train_step(Layer& model, const CompileOptions& compiled, const Batch& batch,
                RunningMetrics& metrics, LastTerms& last);

/// The losses of one batch in inference.
StepResult test_step(Layer& model, const CompileOptions& compiled, const Batch& batch);

/// The outputs for one batch in inference.
Tensors predict_step(Layer& model, const Tensors& x);

}  // namespace strata::training
