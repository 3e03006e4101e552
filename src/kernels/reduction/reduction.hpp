// Reductions along the axis of a view: x (outer, extent, inner), out (outer, inner).
#pragma once

#include "kernels/reduction/axis_view.hpp"

namespace strata::kernels {

/// `factor` times the sum: short float sums, added up in double.
void sum(const AxisView& view, const float* x, double factor, float* out);
/// The root of the sum of squares, which is computed in the same way.
void norm(const AxisView& view, const float* x, float* out);
void prod(const AxisView& view, const float* x, float* out);
/// NaN if an element is NaN.
void max(const AxisView& view, const float* x, float* out);
void min(const AxisView& view, const float* x, float* out);
/// Index of the first largest (smallest) element, or of the first NaN.
void argmax(const AxisView& view, const float* x, float* out);
void argmin(const AxisView& view, const float* x, float* out);

}  // namespace strata::kernels
