// Reductions over one range of neighbouring axes.
#pragma once

#include <cstdint>

namespace strata::kernels {

/// An array seen as (outer, extent, inner), of which `extent` is reduced: outcome (outer, inner).
struct Layout {
  std::int64_t outer = 1;
  std::int64_t extent = 1;
  std::int64_t inner = 1;
};

/// `factor` times the sum: short float sums added up in double.
void sum(const Layout& layout, const float* x, double factor, float* out);
/// The root of the sum of squares, taken likewise; squares are floats.
void norm(const Layout& layout, const float* x, float* out);
void prod(const Layout& layout, const float* x, float* out);
/// NaN where there is one.
void max(const Layout& layout, const float* x, float* out);
void min(const Layout& layout, const float* x, float* out);
/// Index of the first largest (smallest) element, or of the first NaN.
void argmax(const Layout& layout, const float* x, float* out);
void argmin(const Layout& layout, const float* x, float* out);

}  // namespace strata::kernels
