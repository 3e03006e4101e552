// RandomTranslation: a draw of shifts, and the images resampled there.
#include "strata/layers/random_translation.hpp"

#include <vector>

#include "core/fields.hpp"
#include "layers/base_fields.hpp"
#include "layers/image_parameters.hpp"
#include "layers/random_affine.hpp"
#include "layers/spatial.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/elementwise.hpp"

namespace strata::layers {

template <class Fields>
void list_fields(Fields& fields, RandomTranslationOptions& options) {
  fields.or_default("data_format", options.data_format);
  fields("height_factor", options.height_factor);
  fields("width_factor", options.width_factor);
  fields("fill_mode", options.fill_mode);
  fields("interpolation", options.interpolation);
  fields("seed", options.seed);
  fields("fill_value", options.fill_value);
}

namespace {

FactorRange height_range(const RandomTranslationOptions& options) {
  return checked_factor("RandomTranslation", "height_factor", options.height_factor, {});
}

FactorRange width_range(const RandomTranslationOptions& options) {
  return checked_factor("RandomTranslation", "width_factor", options.width_factor, {});
}

}  // namespace

RandomTranslation::RandomTranslation(Options options)
    : ImageAugmentation("RandomTranslation", options.name, options.activity_regularizer,
                        options.seed, options.data_format),
      options_(std::move(options)) {
  height_range(options_);
  width_range(options_);
  check_resampling("RandomTranslation", resampling_of(options_));
}

Tensor RandomTranslation::draw(const Shape& images, random::Generator& stream) const {
  const Shape count = {image_count(images)};
  const int rows = row_axis(images, options_.data_format);
  const auto moves = [&](const FactorRange& range, std::int64_t extent) {
    return stream.uniform(count, range.lower, range.upper) * static_cast<float>(extent);
  };
  const Tensor down = moves(height_range(options_), images[rows]);
  const Tensor right = moves(width_range(options_), images[rows + 1]);
  return ops::stack({right, down}, 1);
}

Tensor RandomTranslation::transformed(const Tensor& images, const Tensor& transformation) const {
  const std::int64_t count = image_count(images.shape());
  check_transformation(name(), transformation.shape(), {count, 2});
  std::vector<AffineMatrix> matrices;
  for (std::int64_t i = 0; i < count; ++i) {
    const float* const shift = transformation.data() + 2 * i;
    matrices.push_back({1.0f, 0.0f, -shift[0], 0.0f, 1.0f, -shift[1]});
  }
  return resampled(images, matrices, resampling_of(options_));
}

Config RandomTranslation::get_config() const { return with_fields(Layer::get_config(), options_); }

RandomTranslation RandomTranslation::from_config(const Config& config) {
  RandomTranslation layer(read_options<Options>("RandomTranslation", config));
  layer.set_base_config(config);
  return layer;
}

}  // namespace strata::layers
