// An array seen along one of its axes: what reductions, softmax and gathering share.
#pragma once

#include <cstdint>

#include "strata/tensor/shape.hpp"

namespace strata::kernels {

/// A row-major array as (outer, extent, inner): the axes in front of, along and behind one axis, or
/// a range of neighbouring axes. The elements along it, `inner` apart, are a line.
struct AxisView {
  std::int64_t outer = 1;
  std::int64_t extent = 1;
  std::int64_t inner = 1;
};

/// An array of `shape` along its axis `axis`.
inline AxisView axis_view(const Shape& shape, int axis) {
  AxisView view{.extent = shape[axis]};
  for (int i = 0; i < shape.rank(); ++i) {
    if (i != axis) (i < axis ? view.outer : view.inner) *= shape[i];
  }
  return view;
}

}  // namespace strata::kernels
