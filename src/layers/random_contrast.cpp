// RandomContrast: distances from the mean, times what is drawn.
#include "strata/layers/random_contrast.hpp"

#include "core/fields.hpp"
#include "layers/base_fields.hpp"
#include "layers/image_parameters.hpp"
#include "layers/spatial.hpp"
#include "strata/ops/elementwise.hpp"
#include "strata/ops/reduction.hpp"

namespace strata::layers {

template <class Fields>
void list_fields(Fields& fields, RandomContrastOptions& options) {
  fields.or_default("data_format", options.data_format);
  fields("factor", options.factor);
  fields("value_range", options.value_range);
  fields("seed", options.seed);
}

RandomContrast::RandomContrast(Options options)
    : ImageAugmentation("RandomContrast", options.name, options.activity_regularizer, options.seed,
                        options.data_format),
      options_(std::move(options)) {
  const auto [lower, upper] =
      checked_factor("RandomContrast", "factor", options_.factor, {.lowest = 0.0f});
  options_.factor = {options_.factor.is_number() ? upper : lower, upper};
  check_value_range("RandomContrast", options_.value_range);
}

Tensor RandomContrast::draw(const Shape& images, random::Generator& stream) const {
  return stream.uniform({image_count(images)}, 1.0f - options_.factor.values()[0],
                        1.0f + options_.factor.values()[1]);
}

Tensor RandomContrast::transformed(const Tensor& images, const Tensor& transformation) const {
  const Tensor contrast = number_per_image(name(), transformation, images.shape());
  const int rows = row_axis(images.shape(), options_.data_format);
  const Tensor mean = ops::mean(images, {rows, rows + 1}, true);
  return ops::clip((images - mean) * contrast + mean, options_.value_range[0],
                   options_.value_range[1]);
}

Config RandomContrast::get_config() const { return with_fields(Layer::get_config(), options_); }

RandomContrast RandomContrast::from_config(const Config& config) {
  RandomContrast layer(read_options<Options>("RandomContrast", config));
  layer.set_base_config(config);
  return layer;
}

}  // namespace strata::layers
