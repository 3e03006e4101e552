// RandomCrop: a random part of images.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>

#include "strata/core/required.hpp"
#include "strata/layers/image_augmentation.hpp"

namespace strata::layers {

struct RandomCropOptions {
  Required<int> height;                       ///< Of the output, > 0.
  Required<int> width;                        ///< Of the output, > 0.
  std::optional<std::int64_t> seed = {};      ///< Default: a child of the process-wide stream.
  std::string data_format = "channels_last";  ///< or `"channels_first"`
  RegularizerSpec activity_regularizer = {};  ///< Penalty on the output, divided by the batch.
  std::string name = {};                      ///< Default: `random_crop`, `random_crop_1`, ….
};

/// In training, a part of the given size from a random place, the same for all images of a batch. Of
/// images that are no larger than the output in both directions the part around the middle is taken,
/// and resized where it is smaller (bilinear). In inference, the largest middle part of the output's
/// aspect ratio, resized: so Keras documents it, while its code (3.15) leaves images as they are.
///
/// Input `(batch, height, width, channels)`, or one image without the batch axis; output the same
/// with the given height and width. With `channels_first` the channels come before the height. A
/// transformation has shape `(2)`: the first row and column that are taken. Raises InvalidArgument
/// on an option out of its range, ShapeError on an input of another rank or without pixels.
/// See https://keras.io/api/layers/preprocessing_layers/image_augmentation/random_crop/.
class RandomCrop : public ImageAugmentation {
 public:
  using Options = RandomCropOptions;

  explicit RandomCrop(Options options);
  template <std::same_as<int> I>  // Excludes bool and 2.5.
  explicit RandomCrop(I height, I width) : RandomCrop(Options{.height = height, .width = width}) {}

  Shape compute_output_shape(const Shape& input_shape) override;
  Config get_config() const override;
  static RandomCrop from_config(const Config& config);

  const Options& options() const { return options_; }

 protected:
  Tensor draw(const Shape& images, random::Generator& stream) const override;
  Tensor transformed(const Tensor& images, const Tensor& transformation) const override;
  Tensor in_inference(const Tensor& images) const override;

 private:
  Options options_;
};

}  // namespace strata::layers
