// Images resized, or moved, turned and zoomed, by interpolation.
#pragma once

#include <cstdint>
#include <string>

#include "strata/tensor/tensor.hpp"

namespace strata::ops::image {

struct ResizeOptions {
  /// `"nearest"`, `"bilinear"`, `"bicubic"`, `"lanczos3"` or `"lanczos5"`.
  std::string interpolation = "bilinear";
  bool antialias = false;              ///< Widen the filter where the image shrinks.
  bool crop_to_aspect_ratio = false;   ///< First crop evenly to the aspect ratio of the result,
  bool pad_to_aspect_ratio = false;    ///< or pad evenly to it.
  std::string fill_mode = "constant";  ///< The only one.
  float fill_value = 0.0f;             ///< What is padded with.
  std::string data_format = "channels_last";  ///< or `"channels_first"`
};

/// Images `(batch, height, width, channels)`, or one `(height, width, channels)`, in another size:
/// a filter around the same place of the image, its weights divided by their sum, so that none of
/// the weight lies outside. Raises InvalidArgument on an option out of its range, ShapeError on
/// another rank or an image without pixels.
/// See https://keras.io/api/ops/image/#resize-function.
Tensor resize(const Tensor& images, std::int64_t height, std::int64_t width,
              const ResizeOptions& options = {});

struct AffineTransformOptions {
  std::string interpolation = "bilinear";  ///< or `"nearest"`
  /// What lies outside of an image `a b c d`: `"constant"` (the `fill_value`), `"nearest"` (d d d),
  /// `"wrap"` (a b c), `"mirror"` (c b a) or `"reflect"` (d c b).
  std::string fill_mode = "constant";
  float fill_value = 0.0f;                    ///< What is filled with in mode `"constant"`.
  std::string data_format = "channels_last";  ///< or `"channels_first"`
};

/// Images `(batch, height, width, channels)` of the same size whose pixel (x, y) is what lies at
/// `(a0 x + a1 y + a2, b0 x + b1 y + b2)` of the image given. `transform` is `(batch, 8)`: a0, a1,
/// a2, b0, b1, b2 and two zeros; or `(8)` for one image `(height, width, channels)`. The gradient is
/// that of the images; none is the transform's. Raises InvalidArgument on an option out of its
/// range and on numbers that are no affine transform, ShapeError on another rank or an image without
/// pixels. See https://keras.io/api/ops/image/#affinetransform-function.
Tensor affine_transform(const Tensor& images, const Tensor& transform,
                        const AffineTransformOptions& options = {});

}  // namespace strata::ops::image
