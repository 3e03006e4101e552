// L2 normalization along the axis of a view.
#pragma once

#include "kernels/reduction/axis_view.hpp"

namespace strata::kernels {

/// y = x min(1 / |x|, 1 / epsilon)
void l2_normalize(const AxisView& view, const float* x, float epsilon, float* y);
/// dx = (dy - y sum(dy y)) / |x| where |x| > epsilon, else dy / epsilon
void l2_normalize_gradient(const AxisView& view, const float* x, const float* dy, float epsilon,
                           float* dx);

}  // namespace strata::kernels
