// Images seen through affine maps: each pixel of the result is picked, or interpolated, from where
// its place comes to lie in the image.
#pragma once

#include <cstdint>

namespace strata::kernels {

/// What lies outside of an image `a b c d`.
enum class FillMode {
  constant,  ///< one value
  nearest,   ///< a a | a b c d | d d
  wrap,      ///< c d | a b c d | a b
  mirror,    ///< c b | a b c d | c b
  reflect,   ///< b a | a b c d | d c
};

/// Arrays are (images, height, width, channels).
struct AffineMaps {
  std::int64_t images;
  std::int64_t height;
  std::int64_t width;
  std::int64_t channels;
  /// a0, a1, a2, b0, b1, b2 and two zeros for each so many images: pixel (x, y) of the result lies
  /// at (a0 x + a1 y + a2, b0 x + b1 y + b2) of the image.
  const float* transforms;
  std::int64_t images_per_transform;
  bool interpolate;  ///< linearly between four pixels; else the nearest one
  FillMode fill_mode;
  float fill_value;
};

void transform_images(const AffineMaps& maps, const float* x, float* y);
void transform_images_backward(const AffineMaps& maps, const float* dy, float* dx);

}  // namespace strata::kernels
