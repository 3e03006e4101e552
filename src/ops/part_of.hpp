// A range of indices along one axis, as a recorded op.
#pragma once

#include <cstdint>
#include <vector>

#include "strata/ops/array.hpp"

namespace strata::ops {

/// Indices [begin, end) of an axis.
inline Tensor part_of(const Tensor& x, int axis, std::int64_t begin, std::int64_t end) {
  const Shape start(std::vector<std::int64_t>(static_cast<std::size_t>(x.rank()), 0));
  return slice(x, start.with(axis, begin), x.shape().with(axis, end - begin));
}

}  // namespace strata::ops
