// Pooling over windows, which are clipped to the input, so that padding never counts.
#pragma once

#include <cstdint>

#include "kernels/convolution/windows.hpp"

namespace strata::kernels {

/// y = the largest cell of each window; NaN if one is NaN. Dilation must be 1 here.
void max_pool(const Windows& windows, const float* x, float* y);
/// dx = the gradient of one image: that of each window goes to its first largest cell.
void max_pool_backward(const Windows& windows, std::int64_t image, const float* x, const float* y,
                       const float* dy, float* dx);

/// y = the mean of each window's cells.
void average_pool(const Windows& windows, const float* x, float* y);
void average_pool_backward(const Windows& windows, std::int64_t image, const float* dy, float* dx);

}  // namespace strata::kernels
