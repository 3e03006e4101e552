// Checks of a batch, and its weights in the shape of its values.
#include "metrics/batch.hpp"

#include <algorithm>
#include <cmath>

#include "core/check.hpp"
#include "ops/align.hpp"
#include "ops/position.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/elementwise.hpp"
#include "tensor/format.hpp"

namespace strata::metrics {

void check_defined(const Tensor& y_true, const Tensor& y_pred, std::string_view who) {
  check(y_true.defined() && y_pred.defined(), who,
        "y_true and y_pred must be defined. Received: an undefined {}.",
        y_true.defined() ? "y_pred" : "y_true");
}

void check_no_nan(const Tensor& y_true, std::string_view who) {
  const auto values = y_true.values();
  const auto nan =
      std::find_if(values.begin(), values.end(), [](float value) { return std::isnan(value); });
  if (nan == values.end()) return;
  raise(who, "targets must not be NaN. Received: y_true{}=nan.",
        ops::position(y_true.shape(), nan - values.begin()));
}

void refuse_targets(std::string_view who) {
  raise<StateError>(who,
                    "a metric of values takes no targets and predictions: call "
                    "update_state(values, sample_weight) of the object itself. Received: y_true, "
                    "y_pred and sample_weight.");
}

Tensor spread_weights(const Tensor& weights, const Shape& values, std::string_view who) {
  const auto shape = ops::weights_for(values, weights.shape());
  check<ShapeError>(shape && values.rank() > 0, who,
                    "sample_weight must have one weight per sample, or one per value. Received: "
                    "sample_weight.shape={}, values of shape {}.",
                    weights.shape(), values);
  return ops::broadcast_to(ops::reshape(ops::stop_gradient(weights), *shape), values);
}

}  // namespace strata::metrics
