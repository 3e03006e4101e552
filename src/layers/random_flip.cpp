// RandomFlip: the same image or its mirror image.
#include "strata/layers/random_flip.hpp"

#include <vector>

#include "core/fields.hpp"
#include "layers/base_fields.hpp"
#include "layers/image_parameters.hpp"
#include "layers/spatial.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/elementwise.hpp"

namespace strata::layers {

template <class Fields>
void list_fields(Fields& fields, RandomFlipOptions& options) {
  fields.or_default("data_format", options.data_format);
  fields("seed", options.seed);
  fields("mode", options.mode);
}

RandomFlip::RandomFlip(Options options)
    : ImageAugmentation("RandomFlip", options.name, options.activity_regularizer, options.seed,
                        options.data_format),
      options_(std::move(options)) {
  const std::string& mode = options_.mode;
  check(mode == "horizontal" || mode == "vertical" || mode == "horizontal_and_vertical",
        "RandomFlip",
        "mode must be \"horizontal\", \"vertical\" or \"horizontal_and_vertical\". Received: "
        "mode={}.",
        mode);
}

Tensor RandomFlip::draw(const Shape& images, random::Generator& stream) const {
  return ops::less_equal(stream.uniform({image_count(images)}), 0.5f);
}

Tensor RandomFlip::transformed(const Tensor& images, const Tensor& transformation) const {
  const Tensor flips = number_per_image(name(), transformation, images.shape());
  const int rows = row_axis(images.shape(), options_.data_format);
  std::vector<int> axes;
  if (options_.mode != "horizontal") axes.push_back(rows);
  if (options_.mode != "vertical") axes.push_back(rows + 1);
  return ops::where(flips, ops::flip(images, axes), images);
}

Config RandomFlip::get_config() const { return with_fields(Layer::get_config(), options_); }

RandomFlip RandomFlip::from_config(const Config& config) {
  RandomFlip layer(read_options<Options>("RandomFlip", config));
  layer.set_base_config(config);
  return layer;
}

}  // namespace strata::layers
