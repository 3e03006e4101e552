// Picks the accuracy whose targets have the shape that is seen.
#include "metrics/resolved_accuracy.hpp"

#include "ops/align.hpp"
#include "strata/ops/accuracy.hpp"

namespace strata::metrics {

ResolvedAccuracy::ResolvedAccuracy(std::string identifier)
    : MeanMetric(identifier), identifier_(std::move(identifier)) {}

Tensor ResolvedAccuracy::values(const Tensor& y_true, const Tensor& y_pred) const {
  switch (ops::target_kind(y_true.shape(), y_pred.shape())) {
    case ops::TargetKind::binary:
      return ops::binary_accuracy(y_true, y_pred);
    case ops::TargetKind::labels:
      return ops::sparse_categorical_accuracy(y_true, y_pred);
    case ops::TargetKind::one_hot:
      break;
  }
  return ops::categorical_accuracy(y_true, y_pred);
}

}  // namespace strata::metrics
