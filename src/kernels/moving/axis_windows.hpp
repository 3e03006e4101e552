// Windows along one axis that differ from each other, as resizing and adaptive pooling have them:
// weighted sums, and the largest elements.
#pragma once

#include <cstdint>
#include <vector>

namespace strata::kernels {

struct AxisWindow {
  std::int64_t begin;
  std::int64_t end;
  std::int64_t weights = 0;  ///< index of the first element's weight
};

/// One window per output. Arrays are (outer, axis, inner).
struct AxisWindows {
  std::int64_t outer = 0;
  std::int64_t input = 0;  ///< the axis's extent
  std::int64_t inner = 0;
  std::vector<AxisWindow> outputs = {};
  std::vector<float> weights = {};  ///< for sums alone
};

/// y = the weighted sum of each window
void sum_windows(const AxisWindows& windows, const float* x, float* y);
void sum_windows_backward(const AxisWindows& windows, const float* dy, float* dx);

/// y = the largest element of each window; NaN if one is NaN
void max_windows(const AxisWindows& windows, const float* x, float* y);
/// The gradient of each window goes to its first largest element.
void max_windows_backward(const AxisWindows& windows, const float* x, const float* y,
                          const float* dy, float* dx);

}  // namespace strata::kernels
