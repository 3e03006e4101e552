// RandomZoom: a draw of factors, and the images resampled there.
#include "strata/layers/random_zoom.hpp"

#include <vector>

#include "core/fields.hpp"
#include "layers/base_fields.hpp"
#include "layers/image_parameters.hpp"
#include "layers/random_affine.hpp"
#include "layers/spatial.hpp"
#include "strata/ops/array.hpp"

namespace strata::layers {

template <class Fields>
void list_fields(Fields& fields, RandomZoomOptions& options) {
  fields.or_default("data_format", options.data_format);
  fields("height_factor", options.height_factor);
  fields("width_factor", options.width_factor);
  fields("fill_mode", options.fill_mode);
  fields("interpolation", options.interpolation);
  fields("seed", options.seed);
  fields("fill_value", options.fill_value);
}

namespace {

constexpr FactorBounds kZoomBounds = {.is_open = true};

FactorRange height_range(const RandomZoomOptions& options) {
  return checked_factor("RandomZoom", "height_factor", options.height_factor, kZoomBounds);
}

FactorRange width_range(const RandomZoomOptions& options) {
  return checked_factor("RandomZoom", "width_factor", options.width_factor, kZoomBounds);
}

}  // namespace

RandomZoom::RandomZoom(Options options)
    : ImageAugmentation("RandomZoom", options.name, options.activity_regularizer, options.seed,
                        options.data_format),
      options_(std::move(options)) {
  height_range(options_);
  if (!options_.width_factor.empty()) width_range(options_);
  check_resampling("RandomZoom", resampling_of(options_));
}

Tensor RandomZoom::draw(const Shape& images, random::Generator& stream) const {
  const Shape count = {image_count(images)};
  const auto seen = [&](const FactorRange& range) {
    return stream.uniform(count, 1.0f + range.lower, 1.0f + range.upper);
  };
  const Tensor height = seen(height_range(options_));
  const Tensor width = options_.width_factor.empty() ? height : seen(width_range(options_));
  return ops::stack({width, height}, 1);
}

Tensor RandomZoom::transformed(const Tensor& images, const Tensor& transformation) const {
  const std::int64_t count = image_count(images.shape());
  check_transformation(name(), transformation.shape(), {count, 2});
  const int rows = row_axis(images.shape(), options_.data_format);
  const float middle_y = 0.5f * static_cast<float>(images.shape()[rows] - 1);
  const float middle_x = 0.5f * static_cast<float>(images.shape()[rows + 1] - 1);
  std::vector<AffineMatrix> matrices;
  for (std::int64_t i = 0; i < count; ++i) {
    const float width = transformation.data()[2 * i];
    const float height = transformation.data()[2 * i + 1];
    matrices.push_back(
        {width, 0.0f, middle_x * (1.0f - width), 0.0f, height, middle_y * (1.0f - height)});
  }
  return resampled(images, matrices, resampling_of(options_));
}

Config RandomZoom::get_config() const { return with_fields(Layer::get_config(), options_); }

RandomZoom RandomZoom::from_config(const Config& config) {
  RandomZoom layer(read_options<Options>("RandomZoom", config));
  layer.set_base_config(config);
  return layer;
}

}  // namespace strata::layers
