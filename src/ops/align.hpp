// Which target goes with which prediction, and which weight with which value: Keras's rank
// alignment, shared by losses and metrics.
#pragma once

#include <optional>
#include <utility>

#include "strata/tensor/tensor.hpp"

namespace strata::ops {

/// Where the ranks differ by one and the longer shape ends in 1, that axis is dropped; if the
/// shorter one is a vector it becomes a column instead. Other shapes stay as they are.
std::pair<Shape, Shape> align_ranks(Shape a, Shape b);
std::pair<Tensor, Tensor> align_ranks(const Tensor& a, const Tensor& b);

/// Raises ShapeError in `who`'s name unless both have the same shape, of rank 1 or more.
void check_same_shape(const char* who, const Shape& y_true, const Shape& y_pred);

/// The shape under which weights broadcast over values, if they fit: one weight for each, or one
/// for all elements below the leading axes. Weights of a scalar value keep their own shape.
std::optional<Shape> weights_for(const Shape& values, Shape weights);

/// Weights times the mask, one for each value that has a mask; the mask alone where there are none.
/// Weights of fewer axes hold for all below them.
Tensor masked_weights(const Tensor& mask, const Tensor& weights);

/// What the shapes say about targets: a last axis of 1 in the predictions means yes or no, targets
/// without the predictions' last axis (or with 1 in its place) are labels, others are one-hot.
enum class TargetKind { binary, labels, one_hot };
TargetKind target_kind(const Shape& y_true, const Shape& y_pred);

}  // namespace strata::ops
