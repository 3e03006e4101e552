// ImageAugmentation: what layers that change images at random have in common.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "strata/layers/layer.hpp"
#include "strata/tensor/random.hpp"

namespace strata::layers {

/// In training, each call draws a transformation of its images and applies it; in inference nothing
/// is changed. The two steps can also be taken one by one, as to change masks like their images:
///
///     const Tensor drawn = flip.get_random_transformation(images.shape());
///     flip.transform_images(images, drawn), flip.transform_images(masks, drawn)
///
/// Images are `(batch, height, width, channels)`, or one without the batch axis; with
/// `channels_first` the channels come before the height. A subclass draws and transforms.
class ImageAugmentation : public Layer {
 public:
  Tensor call(const Tensor& inputs, const CallContext& context) override;
  Shape compute_output_shape(const Shape& input_shape) override;

  /// Draws what a call in training applies to images of this shape. Raises ShapeError on a shape
  /// that isn't one of images with pixels.
  Tensor get_random_transformation(const Shape& images);
  /// The images after such a transformation, in training or not. Raises ShapeError on one that isn't
  /// for as many images.
  Tensor transform_images(const Tensor& images, const Tensor& transformation) const;

 protected:
  ImageAugmentation(std::string_view class_name, std::string name,
                    RegularizerSpec activity_regularizer, std::optional<std::int64_t> seed,
                    const std::string& data_format);

  /// A transformation of images of this shape, by draws from `stream`.
  virtual Tensor draw(const Shape& images, random::Generator& stream) const = 0;
  /// The images after such a transformation, a function of the two alone.
  virtual Tensor transformed(const Tensor& images, const Tensor& transformation) const = 0;
  /// What becomes of images in inference.
  virtual Tensor in_inference(const Tensor& images) const { return images; }
  void check_input(const Shape& input_shape) const override;
  std::vector<RandomStream> random_streams() override;

 private:
  std::string data_format_;
  random::Generator generator_;
};

}  // namespace strata::layers
