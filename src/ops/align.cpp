// Keras's rank alignment of targets, predictions and weights.
#include "ops/align.hpp"

#include "core/check.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/elementwise.hpp"
#include "tensor/format.hpp"

namespace strata::ops {
namespace {

bool is_longer_by_one(const Shape& a, const Shape& b) {
  return a.rank() == b.rank() + 1 && a.back() == 1;
}

void drop_or_add_column(Shape& longer, Shape& shorter) {
  if (shorter.rank() == 1) {
    shorter.append(1);
  } else {
    longer = longer.without(longer.rank() - 1);
  }
}

}  // namespace

std::pair<Shape, Shape> align_ranks(Shape a, Shape b) {
  if (is_longer_by_one(a, b)) {
    drop_or_add_column(a, b);
  } else if (is_longer_by_one(b, a)) {
    drop_or_add_column(b, a);
  }
  return {a, b};
}

std::pair<Tensor, Tensor> align_ranks(const Tensor& a, const Tensor& b) {
  if (a.rank() == b.rank()) return {a, b};
  const auto [first, second] = align_ranks(a.shape(), b.shape());
  return {first == a.shape() ? a : reshape(a, first), second == b.shape() ? b : reshape(b, second)};
}

void check_same_shape(const char* who, const Shape& y_true, const Shape& y_pred) {
  check<ShapeError>(y_true == y_pred && y_pred.rank() >= 1, who,
                    "y_true and y_pred must have the same shape, of rank 1 or more. Received: "
                    "y_true.shape={}, y_pred.shape={}.",
                    y_true, y_pred);
}

std::optional<Shape> weights_for(const Shape& values, Shape weights) {
  if (values.rank() == 0) return weights;
  if (is_longer_by_one(weights, values)) weights = weights.without(weights.rank() - 1);
  if (weights.rank() > values.rank()) return std::nullopt;
  while (weights.rank() < values.rank()) weights.append(1);
  for (int axis = 0; axis < values.rank(); ++axis) {
    if (weights[axis] != values[axis] && weights[axis] != 1) return std::nullopt;
  }
  return weights;
}

Tensor masked_weights(const Tensor& mask, const Tensor& weights) {
  if (!weights.defined()) return mask;
  const auto [aligned_mask, aligned_weights] = align_ranks(mask, weights);
  const std::optional<Shape> fitting = weights_for(aligned_mask.shape(), aligned_weights.shape());
  return aligned_mask * (fitting ? reshape(aligned_weights, *fitting) : aligned_weights);
}

TargetKind target_kind(const Shape& y_true, const Shape& y_pred) {
  const std::int64_t true_last = y_true.rank() > 0 ? y_true.back() : 0;
  const std::int64_t pred_last = y_pred.rank() > 0 ? y_pred.back() : 0;
  if (pred_last == 1) return TargetKind::binary;
  const bool has_labels = y_true.rank() < y_pred.rank() || (true_last == 1 && pred_last > 1);
  return has_labels ? TargetKind::labels : TargetKind::one_hot;
}

}  // namespace strata::ops
