// Making tensors, and moving elements about.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "strata/tensor/tensor.hpp"

namespace strata::ops {

Tensor zeros(const Shape& shape);
Tensor ones(const Shape& shape);
Tensor full(const Shape& shape, float value);
Tensor zeros_like(const Tensor& x);
Tensor ones_like(const Tensor& x);
/// The identity matrix, `(rows, columns)`; square by default.
Tensor eye(std::int64_t rows, std::int64_t columns = -1);
/// start, start + step, … below stop.
Tensor arange(float start, float stop, float step = 1.0f);

/// The same elements in another shape; one extent may be -1, to be worked out. Shares the elements.
Tensor reshape(const Tensor& x, const Shape& shape);
/// All axes reversed, or in the order given.
Tensor transpose(const Tensor& x, const std::vector<int>& axes = {});
Tensor expand_dims(const Tensor& x, int axis);
/// Drops one axis of extent 1, or (default) all of them.
Tensor squeeze(const Tensor& x);
Tensor squeeze(const Tensor& x, int axis);
Tensor broadcast_to(const Tensor& x, const Shape& shape);
Tensor concatenate(const std::vector<Tensor>& tensors, int axis = -1);
Tensor stack(const std::vector<Tensor>& tensors, int axis = 0);
/// `size` elements from `start` on along each axis; a size of -1 means all that follow.
Tensor slice(const Tensor& x, const Shape& start, const Shape& size);
/// Zeros (or `value`) before and after each axis: one pair an axis.
Tensor pad(const Tensor& x, const std::vector<std::pair<std::int64_t, std::int64_t>>& padding,
           float value = 0.0f);
/// The slices of `x` at these indices along `axis`. Indices are whole and in range, else
/// InvalidArgument; the result has the indices' shape in place of the axis.
Tensor gather(const Tensor& x, const Tensor& indices, int axis = 0);
/// Each index becomes a vector of `classes` zeros with a one in its place, along a new last axis.
/// Raises InvalidArgument on an index that is not whole or not in [0, classes). A constant.
Tensor one_hot(const Tensor& indices, std::int64_t classes);

}  // namespace strata::ops
