// gradient_check: compares a model's gradients with differences of its loss.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "strata/models/model.hpp"

namespace strata {

struct GradientCheckOptions {
  float step = 1e-2f;            ///< How far a weight's element is moved to either side; > 0.
  int elements_per_weight = 50;  ///< Of a larger weight so many, evenly spread, are looked at; > 0.
  Tensor sample_weight = {};
};

/// The element of a weight whose gradient is furthest from what the loss says.
struct GradientGap {
  std::string weight;       ///< By its path: `dense/kernel`.
  std::int64_t index = 0;   ///< Row-major.
  double gradient = 0.0;    ///< What training would use.
  double difference = 0.0;  ///< `(loss(w + step) - loss(w - step)) / (2 * step)`.
  /// `|gradient - difference|` by the largest of both in this weight, which counts as 1e-3 at least.
  double gap = 0.0;
};

/// `GradientGap`s of all trainable weights, in the model's order.
struct GradientCheckReport {
  std::vector<GradientGap> weights;

  /// The one with the largest gap. Raises StateError if there is no weight.
  const GradientGap& worst() const;
};

/// `dense/kernel[3]: gradient 0.5, by differences 0.51, gap 0.02`.
std::string to_string(const GradientGap& gap);

/// Compares the gradient of the total loss of these samples, all penalties included, with central
/// differences, for layers, losses and penalties of one's own. In inference: dropout is off, and
/// batch normalization uses its moving statistics. With float32 gaps of some 1e-3 are rounding; where
/// an element lies within a step of a kink, of ReLU or of L1, a large one means nothing.
///
///     const GradientCheckReport report = gradient_check(model, x, y);
///     if (report.worst().gap > 0.01) std::cout << to_string(report.worst()) << '\n';
///
/// The weights are as they were afterwards. Raises InvalidArgument on options out of range,
/// StateError on a model that is not compiled, and whatever the model and its loss raise.
GradientCheckReport gradient_check(Model& model, const Tensors& x, const Tensors& y,
                                   const GradientCheckOptions& options = {});

}  // namespace strata
