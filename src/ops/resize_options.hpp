// What resizing's options say: checks, for layers that make them when they are constructed, and what
// becomes of each axis.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "kernels/moving/axis_windows.hpp"
#include "strata/ops/image.hpp"

namespace strata::ops::image {

/// Raise InvalidArgument in `who`'s name.
void check_interpolation(const char* who, const std::string& interpolation);
void check_options(const char* who, std::int64_t height, std::int64_t width,
                   const ResizeOptions& options);

/// What becomes of an axis: `extent` pixels from `begin` on, padded on both sides, then the weighted
/// sums of windows, of which there are none where the size is right already.
struct ResizedAxis {
  std::int64_t begin = 0;
  std::int64_t extent = 0;
  std::int64_t padding = 0;
  kernels::AxisWindows windows = {};
};
/// Of rows and columns.
std::array<ResizedAxis, 2> resized_axes(const std::array<std::int64_t, 2>& extents,
                                        const std::array<std::int64_t, 2>& size,
                                        const ResizeOptions& options);

}  // namespace strata::ops::image
