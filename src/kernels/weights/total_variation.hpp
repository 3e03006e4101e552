// The sum of absolute steps along an axis, over plain arrays.
#pragma once

#include "kernels/reduction/axis_view.hpp"

namespace strata::kernels {

/// `Σ |x[i + 1] - x[i]|` along the axis of the view.
double total_variation(const AxisView& axis, const float* x);

/// `sum += factor * (sign(x[i] - x[i - 1]) - sign(x[i + 1] - x[i]))`, without the steps that would
/// leave the axis.
void add_total_variation_gradient(const AxisView& axis, const float* x, float factor, float* sum);

}  // namespace strata::kernels
