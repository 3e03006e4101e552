// The order of elements along an axis: sorting, the largest, quantiles.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "strata/ops/reduction.hpp"
#include "strata/tensor/tensor.hpp"

namespace strata::ops {

/// Ascending along an axis; without one (`std::nullopt`) as a vector. NaN comes last. The gradient
/// goes where the elements came from.
Tensor sort(const Tensor& x, std::optional<int> axis = -1);
/// The indices that `sort` takes the elements from; equal ones stay in order. A constant. Raises
/// ShapeError on an axis longer than 2^24, whose indices float32 can't tell apart.
Tensor argsort(const Tensor& x, std::optional<int> axis = -1);

struct TopK {
  Tensor values;   ///< `(…, k)`, descending
  Tensor indices;  ///< `(…, k)`, where they stand along the last axis; a constant
};
/// The k largest of the last axis; of equal ones the first. NaN is larger than every number. Raises
/// ShapeError unless k lies in [0, extent].
TopK top_k(const Tensor& x, std::int64_t k);

/// The middle element, or the mean of both middle ones; NaN if any is NaN.
Tensor median(const Tensor& x, const Axes& axes = {}, bool keepdims = false);
/// What a share q of the elements, in [0, 1], lies below; NaN if any is NaN. `q` is a scalar, or a
/// vector, whose axis then comes first. Where it falls between two elements, `method` takes
/// `"linear"` interpolation, the `"lower"` or `"higher"`, their `"midpoint"`, or the `"nearest"`, of
/// halves the even index. Raises ShapeError on no elements, InvalidArgument on a bad q or method.
Tensor quantile(const Tensor& x, const Tensor& q, const Axes& axes = {},
                const std::string& method = "linear", bool keepdims = false);

}  // namespace strata::ops
