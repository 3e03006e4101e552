// Finds the first target that breaks a rule, and names its position.
#include "losses/targets.hpp"

#include <algorithm>
#include <cmath>

#include "core/check.hpp"
#include "ops/align.hpp"
#include "ops/crossentropy.hpp"
#include "ops/position.hpp"
#include "strata/losses/loss.hpp"

namespace strata {
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

void Loss::check_dense_targets(const Tensor& y_true, const Shape& y_pred) const {
  auto [targets, predictions] = ops::align_ranks(y_true.shape(), y_pred);
  if (targets.rank() >= 1 && predictions.rank() >= 1) {
    targets[0] = predictions[0];  // all targets, against the predictions of a batch
    for (int axis = 1; axis < std::min(targets.rank(), predictions.rank()); ++axis) {
      if (predictions[axis] == Shape::kUnknown) predictions[axis] = targets[axis];
    }
  }
  if (!(targets == predictions)) ops::check_same_shape(who().c_str(), y_true.shape(), y_pred);
  check_each(who().c_str(), y_true, "targets must be finite",
             [](float t) { return std::isfinite(t); });
}

namespace losses {

void check_probabilities(const char* who, const Tensor& y_true) {
  check_each(who, y_true, "targets must lie in [0, 1]",
             [](float t) { return t >= 0.0f && t <= 1.0f; });
}

void check_label_targets(const char* who, const Tensor& y_true, const Shape& y_pred, int axis,
                         std::optional<int> ignore_class) {
  const bool batched = y_true.rank() >= 1 && y_pred.rank() >= 1;
  const Shape expected = batched ? y_pred.with(0, y_true.shape().front()) : y_pred;
  const Tensor labels = ops::labels_for(y_true, expected, axis, who);
  ops::check_labels(labels, y_pred[y_pred.axis(axis, who)], ignore_class, who);
}

void check_whole(const char* who, const Tensor& y_true) {
  check_each(who, y_true, "labels must be whole numbers",
             [](float t) { return std::isfinite(t) && t == std::trunc(t); });
}

}  // namespace losses
}  // namespace strata
