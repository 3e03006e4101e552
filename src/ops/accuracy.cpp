#include "ops/accuracy.hpp"

#include <algorithm>
#include <cmath>

#include "core/check.hpp"
#include "kernels/accuracy.hpp"
#include "ops/align.hpp"
#include "ops/crossentropy.hpp"
#include "ops/position.hpp"
#include "strata/ops/elementwise.hpp"
#include "strata/ops/reduction.hpp"

namespace strata::ops {
namespace {

/// One value for each row of `x`: `fill(rows, columns, out)`.
template <class Fill>
Tensor one_a_row(const Tensor& x, Fill fill) {
  Tensor result = TensorAccess::uninitialized(x.shape().without(x.rank() - 1));
  fill(result.size(), x.shape().back(), TensorAccess::data(result));
  return result;
}

/// A model gone bad answers with NaN, which is wrong; a target that is NaN has no right answer.
void check_targets(const Tensor& y_true, const char* who) {
  const auto values = y_true.values();
  const auto nan =
      std::find_if(values.begin(), values.end(), [](float v) { return std::isnan(v); });
  if (nan == values.end()) return;
  raise(who, "targets must not be NaN. Received: y_true{}=nan.",
        position(y_true.shape(), nan - values.begin()));
}

/// Labels that are classes, or -1 for none: what a loss ignores may stand there, and is never right.
Tensor checked_labels(const Tensor& y_true, const Tensor& y_pred, const char* who) {
  constexpr int kNoClass = -1;
  Tensor labels = labels_for(y_true, y_pred.shape(), -1, who);
  check_labels(labels, y_pred.shape().back(), kNoClass, who);
  return labels;
}

Tensor label_in_top_k(const Tensor& labels, const Tensor& y_pred, int k) {
  return one_a_row(y_pred, [&](std::int64_t rows, std::int64_t classes, float* out) {
    kernels::label_in_top_k(rows, classes, k, labels.data(), y_pred.data(), out);
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
  return one_a_row(predictions, [&, t = targets.data(), p = predictions.data()](
                                    std::int64_t rows, std::int64_t columns, float* out) {
    kernels::threshold_matches(rows, columns, threshold, t, p, out);
  });
}

Tensor categorical_accuracy(const Tensor& y_true, const Tensor& y_pred) {
  check_same_shape("CategoricalAccuracy", y_true.shape(), y_pred.shape());
  check_targets(y_true, "CategoricalAccuracy");
  return one_a_row(y_pred, [&](std::int64_t rows, std::int64_t classes, float* out) {
    kernels::argmax_matches(rows, classes, y_true.data(), y_pred.data(), out);
  });
}

Tensor sparse_categorical_accuracy(const Tensor& y_true, const Tensor& y_pred) {
  const Tensor labels = checked_labels(y_true, y_pred, "SparseCategoricalAccuracy");
  return one_a_row(y_pred, [&](std::int64_t rows, std::int64_t classes, float* out) {
    kernels::label_matches(rows, classes, labels.data(), y_pred.data(), out);
  });
}

Tensor top_k_categorical_accuracy(const Tensor& y_true, const Tensor& y_pred, int k) {
  check_same_shape("TopKCategoricalAccuracy", y_true.shape(), y_pred.shape());
  check_targets(y_true, "TopKCategoricalAccuracy");
  const Tensor labels = one_a_row(y_true, [&](std::int64_t rows, std::int64_t classes, float* out) {
    kernels::argmax_labels(rows, classes, y_true.data(), out);
  });
  return label_in_top_k(labels, y_pred, k);
}

Tensor sparse_top_k_categorical_accuracy(const Tensor& y_true, const Tensor& y_pred, int k) {
  const Tensor labels = checked_labels(y_true, y_pred, "SparseTopKCategoricalAccuracy");
  return label_in_top_k(labels, y_pred, k);
}

}  // namespace strata::ops
