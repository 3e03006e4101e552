// ImageAugmentation: draws in training and hands on to its subclass.
#include "strata/layers/image_augmentation.hpp"

#include <utility>

#include "layers/spatial.hpp"

namespace strata::layers {

ImageAugmentation::ImageAugmentation(std::string_view class_name, std::string name,
                                     RegularizerSpec activity_regularizer,
                                     std::optional<std::int64_t> seed,
                                     const std::string& data_format)
    : Layer(class_name, std::move(name), std::move(activity_regularizer)),
      data_format_(checked_data_format(class_name, data_format)),
      generator_(seed) {
  mark_built();
}

void ImageAugmentation::check_input(const Shape& input) const {
  check_images(name(), input, data_format_);
}

Tensor ImageAugmentation::call(const Tensor& inputs, const CallContext& context) {
  if (!context.training) return in_inference(inputs);
  return transform_images(inputs, get_random_transformation(inputs.shape()));
}

Shape ImageAugmentation::compute_output_shape(const Shape& input) {
  check_input(input);
  return input;
}

Tensor ImageAugmentation::get_random_transformation(const Shape& images) {
  check_input(images);
  before_draw(generator_);
  return draw(images, generator_);
}

Tensor ImageAugmentation::transform_images(const Tensor& images,
                                           const Tensor& transformation) const {
  check_input(images.shape());
  return transformed(images, transformation);
}

std::vector<Layer::RandomStream> ImageAugmentation::random_streams() {
  return {{"generator", &generator_}};
}

}  // namespace strata::layers
