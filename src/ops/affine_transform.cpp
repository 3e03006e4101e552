// Affine transforms of images: checks, and the recording of the kernels.
#include <algorithm>
#include <cmath>
#include <iterator>

#include "core/check.hpp"
#include "kernels/moving/affine.hpp"
#include "ops/inputs.hpp"
#include "strata/ops/image.hpp"
#include "tensor/format.hpp"

namespace strata::ops::image {
namespace {

constexpr const char* kAffineTransform = "ops::image::affine_transform";

struct NamedFillMode {
  const char* name;
  kernels::FillMode mode;
};

constexpr NamedFillMode kFillModes[] = {
    {"constant", kernels::FillMode::constant}, {"nearest", kernels::FillMode::nearest},
    {"wrap", kernels::FillMode::wrap},         {"mirror", kernels::FillMode::mirror},
    {"reflect", kernels::FillMode::reflect},
};

kernels::FillMode fill_mode_named(const std::string& name) {
  const auto* const found =
      std::find_if(std::begin(kFillModes), std::end(kFillModes),
                   [&](const NamedFillMode& mode) { return mode.name == name; });
  check(found != std::end(kFillModes), kAffineTransform,
        "fill_mode must be \"constant\", \"nearest\", \"wrap\", \"mirror\" or \"reflect\". "
        "Received: fill_mode={}.",
        name);
  return found->mode;
}

void check_transform(const Tensor& transform, const Shape& images) {
  const bool is_batch = images.rank() == 4;
  check<ShapeError>(transform.shape() == (is_batch ? Shape{images.front(), 8} : Shape{8}),
                    kAffineTransform,
                    "transform must have shape (batch, 8) for a batch of images, (8) for one "
                    "image. Received: shape={} for images of shape {}.",
                    transform.shape(), images);
  for (std::int64_t i = 0; i < transform.size(); ++i) {
    const float number = transform.data()[i];
    check(std::isfinite(number), kAffineTransform,
          "transform must be finite. Received: {} at index {}.", number, i);
    check(i % 8 < 6 || number == 0.0f, kAffineTransform,
          "the last two of eight numbers of a transform must be 0: lines stay parallel. Received: "
          "{} at index {}.",
          number, i);
  }
}

// Channels in front are images of one channel each.
kernels::AffineMaps maps_of(const Shape& images, const AffineTransformOptions& options) {
  const bool is_first = options.data_format == "channels_first";
  const int rows = images.rank() - (is_first ? 2 : 3);
  const std::int64_t batch = images.rank() == 4 ? images.front() : 1;
  const std::int64_t channels = is_first ? images[rows - 1] : images.back();
  return {.images = is_first ? batch * channels : batch,
          .height = images[rows],
          .width = images[rows + 1],
          .channels = is_first ? 1 : channels,
          .transforms = nullptr,
          .images_per_transform = is_first ? channels : 1,
          .interpolate = options.interpolation == "bilinear",
          .fill_mode = fill_mode_named(options.fill_mode),
          .fill_value = options.fill_value};
}

}  // namespace

// y = Σ w x,   dx = Σ w dy
Tensor affine_transform(const Tensor& images, const Tensor& transform,
                        const AffineTransformOptions& options) {
  check_defined(kAffineTransform, images);
  check_defined(kAffineTransform, transform);
  check(options.interpolation == "bilinear" || options.interpolation == "nearest", kAffineTransform,
        "interpolation must be \"nearest\" or \"bilinear\". Received: interpolation={}.",
        options.interpolation);
  check(options.data_format == "channels_last" || options.data_format == "channels_first",
        kAffineTransform,
        "data_format must be \"channels_last\" or \"channels_first\". Received: data_format={}.",
        options.data_format);
  const Shape& shape = images.shape();
  check<ShapeError>(shape.rank() == 3 || shape.rank() == 4, kAffineTransform,
                    "images must have rank 4, or one image rank 3. Received: shape={}.", shape);
  check_transform(transform, shape);
  const kernels::AffineMaps maps = maps_of(shape, options);
  check<ShapeError>(maps.height > 0 && maps.width > 0, kAffineTransform,
                    "images must have pixels. Received: shape={}.", shape);
  const auto with_transforms = [maps, transform] {
    kernels::AffineMaps all = maps;
    all.transforms = transform.data();
    return all;
  };
  Tensor y = TensorAccess::uninitialized(shape);
  kernels::transform_images(with_transforms(), images.data(), TensorAccess::data(y));
  return record_unary(
      kAffineTransform, std::move(y), images, [with_transforms, shape](const Tensor& dy) {
        Tensor dx = TensorAccess::uninitialized(shape);
        kernels::transform_images_backward(with_transforms(), dy.data(), TensorAccess::data(dx));
        return dx;
      });
}

}  // namespace strata::ops::image
