// Softmax and log-softmax along the axis of a view.
#pragma once

#include "kernels/reduction/axis_view.hpp"

namespace strata::kernels {

/// y = exp(x) / sum(exp(x)), shifted by the largest element.
void softmax(const AxisView& view, const float* x, float* y);
/// dx = y (dy - sum(dy y))
void softmax_gradient(const AxisView& view, const float* y, const float* dy, float* dx);

/// y = x - log(sum(exp(x)))
void log_softmax(const AxisView& view, const float* x, float* y);
/// dx = dy - exp(y) sum(dy)
void log_softmax_gradient(const AxisView& view, const float* y, const float* dy, float* dx);

}  // namespace strata::kernels
