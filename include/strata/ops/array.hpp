// Making, reshaping, moving and picking elements of tensors.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "strata/core/number.hpp"
#include "strata/ops/reduction.hpp"
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

/// The same elements in another shape; one extent may be -1, to be inferred. Shares the elements.
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
/// The parts before, between and behind these indices of an axis, which ascend.
std::vector<Tensor> split(const Tensor& x, const std::vector<std::int64_t>& indices, int axis = 0);
namespace detail {
std::vector<Tensor> split_evenly(const Tensor& x, std::int64_t sections, int axis);
}
/// So many equal parts of an axis; raises ShapeError where they don't come out even. A list of one
/// number is an index, not this.
template <Number N>
requires(std::integral<N>) std::vector<Tensor> split(const Tensor& x, N sections, int axis = 0) {
  return detail::split_evenly(x, static_cast<std::int64_t>(sections), axis);
}
/// The slices along an axis, without it: what `stack` joins. `num`, if given, must be their number.
std::vector<Tensor> unstack(const Tensor& x, std::optional<std::int64_t> num = {}, int axis = 0);
/// The whole tensor `repeats[i]` times along axis i; if one of shape and repeats is shorter, it gets
/// ones in front.
Tensor tile(const Tensor& x, const std::vector<std::int64_t>& repeats);
/// Each slice along an axis so many times, next to itself: a number for all, or one for each. Without an axis the
/// elements, as a vector.
Tensor repeat(const Tensor& x, const std::vector<std::int64_t>& repeats,
              std::optional<int> axis = {});
template <Number N>
requires(std::integral<N>) Tensor repeat(const Tensor& x, N repeats, std::optional<int> axis = {}) {
  return repeat(x, std::vector<std::int64_t>{static_cast<std::int64_t>(repeats)}, axis);
}
/// The order of elements along axes (default: all) reversed.
Tensor flip(const Tensor& x, const Axes& axes = {});
/// Elements moved `shift` places on along an axis, those past the end to its beginning. Without an
/// axis as if it were a vector.
Tensor roll(const Tensor& x, std::int64_t shift, std::optional<int> axis = {});
/// Matrices in the last two axes with zeros above (`tril`) or below (`triu`) the k-th diagonal.
Tensor tril(const Tensor& x, std::int64_t k = 0);
Tensor triu(const Tensor& x, std::int64_t k = 0);
/// `size` elements from `start` on along each axis; a size of -1 means all that follow.
Tensor slice(const Tensor& x, const Shape& start, const Shape& size);
/// Zeros (or `value`) before and after each axis: one pair per axis.
Tensor pad(const Tensor& x, const std::vector<std::pair<std::int64_t, std::int64_t>>& padding,
           float value = 0.0f);
/// The slices of `x` at these indices along `axis`. Indices are whole and in range, else
/// InvalidArgument; the result has the indices' shape in place of the axis.
Tensor gather(const Tensor& x, const Tensor& indices, int axis = 0);
/// `x[…, indices[…, j, …], …]`: along an axis the elements at indices of their own, which are whole
/// and in range, else InvalidArgument. All other axes broadcast. Without an axis, of vectors.
Tensor take_along_axis(const Tensor& x, const Tensor& indices, std::optional<int> axis = -1);
/// Each index becomes a vector of `classes` zeros with a one in its place, along a new last axis.
/// Raises InvalidArgument on an index that is not whole or not in [0, classes). A constant.
Tensor one_hot(const Tensor& indices, std::int64_t classes);

}  // namespace strata::ops
