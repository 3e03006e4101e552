// Element by element, with NumPy's broadcasting. Every op is differentiable unless it says
// otherwise.
#pragma once

#include "strata/tensor/tensor.hpp"

namespace strata {

// `a op b`, broadcast. Raise ShapeError where the shapes don't fit.
Tensor operator+(const Tensor& a, const Tensor& b);
Tensor operator-(const Tensor& a, const Tensor& b);
Tensor operator*(const Tensor& a, const Tensor& b);
Tensor operator/(const Tensor& a, const Tensor& b);
Tensor operator-(const Tensor& x);

namespace ops {

Tensor add(const Tensor& a, const Tensor& b);
Tensor subtract(const Tensor& a, const Tensor& b);
Tensor multiply(const Tensor& a, const Tensor& b);
Tensor divide(const Tensor& a, const Tensor& b);
Tensor power(const Tensor& base, const Tensor& exponent);
/// The larger (smaller) of the two; where they are equal each gets half of the gradient.
Tensor maximum(const Tensor& a, const Tensor& b);
Tensor minimum(const Tensor& a, const Tensor& b);
/// The remainder of `a / b` with the sign of b: `a - b * floor(a / b)`. NaN where b is 0.
Tensor mod(const Tensor& a, const Tensor& b);
/// log(exp(a) + exp(b)), without overflow.
Tensor logaddexp(const Tensor& a, const Tensor& b);

Tensor negative(const Tensor& x);
Tensor abs(const Tensor& x);   ///< The gradient at 0 is 0.
Tensor sign(const Tensor& x);  ///< -1, 0 or 1; gradient 0.
Tensor square(const Tensor& x);
Tensor sqrt(const Tensor& x);
Tensor rsqrt(const Tensor& x);  ///< 1 / sqrt(x)
Tensor exp(const Tensor& x);
Tensor expm1(const Tensor& x);  ///< exp(x) - 1, exact near 0.
Tensor log(const Tensor& x);    ///< Natural logarithm.
Tensor log1p(const Tensor& x);  ///< log(1 + x), exact near 0.
Tensor log2(const Tensor& x);   ///< Logarithm to the base 2.
Tensor log10(const Tensor& x);  ///< Logarithm to the base 10.
Tensor sin(const Tensor& x);
Tensor cos(const Tensor& x);
Tensor asin(const Tensor& x);  ///< In [-pi/2, pi/2]; NaN outside [-1, 1], as acos.
Tensor acos(const Tensor& x);  ///< In [0, pi].
Tensor atan(const Tensor& x);  ///< In [-pi/2, pi/2].
Tensor sinh(const Tensor& x);
Tensor cosh(const Tensor& x);
Tensor tanh(const Tensor& x);
Tensor erf(const Tensor& x);
Tensor floor(const Tensor& x);  ///< Gradient 0; so have ceil, trunc and round.
Tensor ceil(const Tensor& x);
Tensor trunc(const Tensor& x);  ///< Towards 0.
Tensor round(const Tensor& x);  ///< Halves to the even neighbour.
/// `min(max(x, low), high)`; gradient 1 inside and on the bounds, 0 outside. `low <= high`.
Tensor clip(const Tensor& x, float low, float high);

// Comparisons: 1 where true, else 0; gradient 0.
Tensor equal(const Tensor& a, const Tensor& b);
Tensor not_equal(const Tensor& a, const Tensor& b);
Tensor less(const Tensor& a, const Tensor& b);
Tensor less_equal(const Tensor& a, const Tensor& b);
Tensor greater(const Tensor& a, const Tensor& b);
Tensor greater_equal(const Tensor& a, const Tensor& b);
Tensor logical_and(const Tensor& a, const Tensor& b);
Tensor logical_or(const Tensor& a, const Tensor& b);
Tensor logical_not(const Tensor& x);
Tensor isfinite(const Tensor& x);
Tensor isnan(const Tensor& x);

/// `a` where `condition` is not 0, else `b`; all three broadcast. No gradient for the condition.
Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b);

/// The same value, which no tape follows back.
Tensor stop_gradient(const Tensor& x);

}  // namespace ops
}  // namespace strata
