// One step of training: forward, total loss, gradients, update.
// The total loss is the data loss plus every layer's penalties.
#pragma once

#include <cstdint>
#include <vector>

#include "strata/layers/layer.hpp"
#include "strata/training/options.hpp"

namespace strata::training {

/// Samples that are looked at together; `sample_weight` may be undefined, and `y` where there is no
/// loss.
struct Batch {
  Tensors x;
  Tensors y;
  Tensor sample_weight;
};

/// What one batch came to.
struct Outcome {
  double data_loss = 0.0;
  double reg_loss = 0.0;
  bool regularized = false;  ///< Whether there was any penalty at all.
  Tensors predictions = {};  ///< computed with the weights before the update
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
                     const Tensors& predictions, std::vector<Tensor> penalties);

/// The terms of a model's last update, for the error that names the one that grew before a failure.
struct LastTerms {
  std::int64_t step = 0;  ///< counted from 1; 0 before any
  Tensor data = {};
  std::vector<Tensor> penalties = {};  ///< in the order of `losses()`
};

class Meter;

/// One update; metrics are updated before the weights. If it raises, the model is unchanged. Raises
/// StateError if the total loss is not finite, or a gradient that the optimizer uses: the text
/// names the weight, the first term that was not finite, and the largest term of the step before.
void train_step(Layer& model, const CompileOptions& compiled, const Batch& batch, Meter& meter,
                LastTerms& last);

/// The losses of one batch in inference.
Outcome test_step(Layer& model, const CompileOptions& compiled, const Batch& batch);

/// The outputs for one batch in inference.
Tensors predict_step(Layer& model, const Tensors& x);

}  // namespace strata::training
