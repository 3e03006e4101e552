// Copies between arrays that are walked in different orders: transposing, slicing, padding,
// repeating.
#pragma once

#include <array>
#include <cstdint>

#include "strata/tensor/shape.hpp"

namespace strata::kernels {

/// Elements from one index to the next along each axis; 0 repeats.
using Strides = std::array<std::int64_t, Shape::kMaxRank>;

/// Of a row-major array.
Strides strides_of(const Shape& shape);
/// Of a row-major array of `shape`, read as if it had been broadcast to `result`.
Strides broadcast_strides(const Shape& shape, const Shape& result);

enum class Store { assign, add };

/// `to[index] = from[index]`, or `+=`, for every index below `extents`. Each element of `to` is met
/// once.
void copy(const Shape& extents, const float* from, const Strides& from_strides, float* to,
          const Strides& to_strides, Store store = Store::assign);

}  // namespace strata::kernels
