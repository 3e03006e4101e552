// The formulas of the accuracy metrics: shapes and labels are checked here, rows are compared by
// kernels.
#include "strata/ops/accuracy.hpp"

#include <algorithm>
#include <cmath>

#include "core/check.hpp"
#include "kernels/losses/accuracy.hpp"
#include "ops/align.hpp"
#include "ops/crossentropy.hpp"
#include "ops/position.hpp"
#include "strata/ops/elementwise.hpp"
#include "strata/ops/reduction.hpp"

namespace strata::ops {
namespace {

/// One value per row of `x`: `fill(rows, out)`.
template <class Fill>
Tensor one_per_row(const Tensor& x, Fill fill) {
  Tensor result = TensorAccess::uninitialized(x.shape().without(x.rank() - 1));
  fill(kernels::PredictionRows{result.size(), x.shape().back()}, TensorAccess::data(result));
  return result;
}

/// A prediction that is NaN is wrong, but no prediction is right for a target that is NaN.
void check_targets(const Tensor& y_true, const char* who) {
  const auto values = y_true.values();
  const auto nan =
      std::find_if(values.begin(), values.end(), [](float v) { return std::isnan(v); });
  if (nan == values.end()) return;
  raise(who, "targets must not be NaN. Received: y_true{}=nan.",
        position(y_true.shape(), nan - values.begin()));
}

/// Labels that are classes, or -1 for none: what a loss ignores may be there, and is never right.
Tensor checked_labels(const Tensor& y_true, const Tensor& y_pred, const char* who) {
  constexpr int kNoClass = -1;
  Tensor labels = labels_for(y_true, y_pred.shape(), -1, who);
  check_labels(labels, y_pred.shape().back(), kNoClass, who);
  return labels;
}

Tensor label_in_top_k(const Tensor& labels, const Tensor& y_pred, int k) {
  return one_per_row(y_pred, [&](kernels::PredictionRows shape, float* out) {
    kernels::label_in_top_k(shape, k, labels.data(), y_pred.data(), out);
  });
}

}  // namespace

Tensor accuracy(const Tensor& y_true, const Tensor& y_pred) {
  const auto [targets, predictions] = align_ranks(y_true, y_pred);
  check_same_shape("Accuracy", targets.shape(), predictions.shape());
  check_targets(targets, "Accuracy");
  return mean(equal(targets, predictions), -1);
}

Tensor binary_accuracy(const Tensor& y_true, const Tensor& y_pred, float threshold) {
  const auto [targets, predictions] = align_ranks(y_true, y_pred);
  check_same_shape("BinaryAccuracy", targets.shape(), predictions.shape());
  check_targets(targets, "BinaryAccuracy");
  return one_per_row(predictions, [&, t = targets.data(), p = predictions.data()](
                                      kernels::PredictionRows shape, float* out) {
    kernels::threshold_matches(shape, threshold, t, p, out);
  });
}

Tensor categorical_accuracy(const Tensor& y_true, const Tensor& y_pred) {
  check_same_shape("CategoricalAccuracy", y_true.shape(), y_pred.shape());
  check_targets(y_true, "CategoricalAccuracy");
  return one_per_row(y_pred, [&](kernels::PredictionRows shape, float* out) {
    kernels::argmax_matches(shape, y_true.data(), y_pred.data(), out);
  });
}

Tensor sparse_categorical_accuracy(const Tensor& y_true, const Tensor& y_pred) {
  const Tensor labels = checked_labels(y_true, y_pred, "SparseCategoricalAccuracy");
  return one_per_row(y_pred, [&](kernels::PredictionRows shape, float* out) {
    kernels::label_matches(shape, labels.data(), y_pred.data(), out);
  });
}

Tensor top_k_categorical_accuracy(const Tensor& y_true, const Tensor& y_pred, int k) {
  check_same_shape("TopKCategoricalAccuracy", y_true.shape(), y_pred.shape());
  check_targets(y_true, "TopKCategoricalAccuracy");
  const Tensor labels = one_per_row(y_true, [&](kernels::PredictionRows shape, float* out) {
    kernels::argmax_labels(shape, y_true.data(), out);
  });
  return label_in_top_k(labels, y_pred, k);
}

Tensor sparse_top_k_categorical_accuracy(const Tensor& y_true, const Tensor& y_pred, int k) {
  return label_in_top_k(checked_labels(y_true, y_pred, "SparseTopKCategoricalAccuracy"), y_pred, k);
}

}  // namespace strata::ops
