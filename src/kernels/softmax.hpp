// Softmax and its kin along the middle of (outer, extent, inner).
#pragma once

#include "kernels/reduction.hpp"

namespace strata::kernels {

/// y = exp(x) / sum(exp(x)), shifted by the largest element.
void softmax(const Layout& layout, const float* x, float* y);
/// dx = y (dy - sum(dy y))
void softmax_gradient(const Layout& layout, const float* y, const float* dy, float* dx);

/// y = x - log(sum(exp(x)))
void log_softmax(const Layout& layout, const float* x, float* y);
/// dx = dy - exp(y) sum(dy)
void log_softmax_gradient(const Layout& layout, const float* y, const float* dy, float* dx);

/// y = x min(1 / |x|, 1 / epsilon)
void l2_normalize(const Layout& layout, const float* x, float epsilon, float* y);
/// dx = (dy - y sum(dy y)) / |x| where |x| > epsilon, else dy / epsilon
void l2_normalize_gradient(const Layout& layout, const float* x, const float* dy, float epsilon,
                           float* dx);

}  // namespace strata::kernels
