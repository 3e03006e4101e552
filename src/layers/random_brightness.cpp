// RandomBrightness: what is drawn, added and clipped.
#include "strata/layers/random_brightness.hpp"

#include "core/fields.hpp"
#include "layers/base_fields.hpp"
#include "layers/image_parameters.hpp"
#include "strata/ops/elementwise.hpp"

namespace strata::layers {

template <class Fields>
void list_fields(Fields& fields, RandomBrightnessOptions& options) {
  fields.or_default("data_format", options.data_format);
  fields("factor", options.factor);
  fields("value_range", options.value_range);
  fields("seed", options.seed);
}

RandomBrightness::RandomBrightness(Options options)
    : ImageAugmentation("RandomBrightness", options.name, options.activity_regularizer,
                        options.seed, options.data_format),
      options_(std::move(options)) {
  const auto [lower, upper] = checked_factor("RandomBrightness", "factor", options_.factor, {});
  options_.factor = {lower, upper};
  check_value_range("RandomBrightness", options_.value_range);
}

Tensor RandomBrightness::draw(const Shape& images, random::Generator& stream) const {
  const std::vector<float>& range = options_.value_range;
  return stream.uniform({image_count(images)}, options_.factor.values()[0],
                        options_.factor.values()[1]) *
         (range[1] - range[0]);
}

Tensor RandomBrightness::transformed(const Tensor& images, const Tensor& transformation) const {
  return ops::clip(images + number_per_image(name(), transformation, images.shape()),
                   options_.value_range[0], options_.value_range[1]);
}

Config RandomBrightness::get_config() const { return with_fields(Layer::get_config(), options_); }

RandomBrightness RandomBrightness::from_config(const Config& config) {
  RandomBrightness layer(read_options<Options>("RandomBrightness", config));
  layer.set_base_config(config);
  return layer;
}

}  // namespace strata::layers
