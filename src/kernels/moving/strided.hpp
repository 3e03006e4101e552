// Copies between arrays of different strides: transposing, slicing, padding, repeating.
#pragma once

#include <array>
#include <cstdint>

#include "strata/tensor/shape.hpp"

namespace strata::kernels {

/// Elements from one index to the next along each axis; 0 repeats.
using Strides = std::array<std::int64_t, Shape::kMaxRank>;

/// The strides of a row-major array.
Strides strides_of(const Shape& shape);
/// The strides of a row-major array of `shape` that is read as if broadcast to `result`.
Strides broadcast_strides(const Shape& shape, const Shape& result);

template <class Float>
struct StridedArray {
  Float* data;
  Strides strides;
};

enum class Store { assign, add };

/// `to[index] = from[index]`, or `+=`, for every index below `extents`, all different elements.
void copy(const Shape& extents, const StridedArray<const float>& from,
          const StridedArray<float>& to, Store store = Store::assign);

}  // namespace strata::kernels
