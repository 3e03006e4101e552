// Pooling over windows. Windows are clipped to the input, so padding takes no part.
#pragma once

#include "kernels/windows.hpp"

namespace strata::kernels {

/// y = the largest cell of each window; NaN if one is NaN. Dilation must be 1 here.
void max_pool(const Windows& windows, const float* x, float* y);
/// To the first largest cell of each window goes its gradient: added to dx, or written where
/// `fresh`.
void max_pool_backward(const Windows& windows, const float* x, const float* y, const float* dy,
                       bool fresh, float* dx);

/// y = the mean of each window's cells.
void average_pool(const Windows& windows, const float* x, float* y);
void average_pool_backward(const Windows& windows, const float* dy, bool fresh, float* dx);

}  // namespace strata::kernels
