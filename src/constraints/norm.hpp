// What the constraints on norms share.
#pragma once

#include <string>
#include <string_view>

#include "strata/core/axis_list.hpp"
#include "strata/ops/reduction.hpp"

namespace strata::constraints {

inline constexpr float kNormEpsilon = 1e-7f;  ///< Keras's own, against a norm of 0.

/// Raises ShapeError in `owner`'s name unless a weight of this shape has these axes, each once.
inline void check_norm_axes(const AxisList& axes, const Shape& shape, std::string_view owner) {
  ops::Axes(axes.values()).of(shape, std::string(owner).c_str());
}

}  // namespace strata::constraints
