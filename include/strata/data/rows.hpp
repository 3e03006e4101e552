// Rows of a tensor: the slices along its first axis, which is the samples' axis.
#pragma once

#include <cstdint>
#include <span>

#include "strata/tensor/tensor.hpp"

namespace strata::data {

/// Copies of the rows of `x` at these indices, in their order: `(len(indices), …)`.
///
/// Raises ShapeError if `x` is a scalar, InvalidArgument if it is undefined or an index is not in
/// [0, len(x)). A constant: no tape follows it (`ops::gather` is for that).
Tensor gather_rows(const Tensor& x, std::span<const std::int64_t> indices);

/// Copies of the rows of `x` in [begin, end). Raises as `gather_rows` does, also if `end < begin`.
Tensor slice_rows(const Tensor& x, std::int64_t begin, std::int64_t end);

}  // namespace strata::data
