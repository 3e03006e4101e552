#include "losses/targets.hpp"

#include <algorithm>
#include <cmath>

#include "core/check.hpp"
#include "ops/align.hpp"
#include "ops/position.hpp"

namespace strata::losses {
namespace {

/// Raises with the first element that breaks the rule.
template <class Holds>
void check_each(const char* who, const Tensor& y_true, const char* rule, Holds holds) {
  const auto values = y_true.values();
  const auto found = std::find_if_not(values.begin(), values.end(), holds);
  if (found == values.end()) return;
  raise(who, "{}. Received: y_true{}={}.", rule,
        ops::position(y_true.shape(), found - values.begin()), *found);
}

}  // namespace

void check_dense_targets(const char* who, const Tensor& y_true, const Shape& y_pred) {
  auto [targets, predictions] = ops::align_ranks(y_true.shape(), y_pred);
  if (targets.rank() >= 1 && predictions.rank() >= 1) {
    targets[0] = predictions[0];  // all targets, against the predictions of a batch
    for (int axis = 1; axis < std::min(targets.rank(), predictions.rank()); ++axis) {
      if (predictions[axis] == Shape::kUnknown) predictions[axis] = targets[axis];
    }
  }
  if (!(targets == predictions)) ops::check_same_shape(who, y_true.shape(), y_pred);
  check_each(who, y_true, "targets must be finite", [](float t) { return std::isfinite(t); });
}

void check_probabilities(const char* who, const Tensor& y_true) {
  check_each(who, y_true, "targets must lie in [0, 1]",
             [](float t) { return t >= 0.0f && t <= 1.0f; });
}

}  // namespace strata::losses
