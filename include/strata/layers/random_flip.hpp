// RandomFlip: images turned over at random.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "strata/layers/image_augmentation.hpp"

namespace strata::layers {

struct RandomFlipOptions {
  /// `"horizontal"` swaps left and right, `"vertical"` top and bottom.
  std::string mode = "horizontal_and_vertical";
  std::optional<std::int64_t> seed = {};      ///< Default: a child of the process-wide stream.
  std::string data_format = "channels_last";  ///< or `"channels_first"`
  RegularizerSpec activity_regularizer = {};  ///< Penalty on the output, divided by the batch.
  std::string name = {};                      ///< Default: `random_flip`, `random_flip_1`, ….
};

/// In training, turns each image over with probability ½; in inference nothing is changed. With both
/// directions an image is turned over in both or in none, as in Keras.
///
/// Input `(batch, height, width, channels)`, or one image without the batch axis; output the same.
/// With `channels_first` the channels come before the height. A transformation has shape `(batch)`:
/// 1 for each image that is turned over, 0 for one that stays. Raises InvalidArgument on an option
/// out of its range, ShapeError on an input of another rank or without pixels.
/// See https://keras.io/api/layers/preprocessing_layers/image_augmentation/random_flip/.
class RandomFlip : public ImageAugmentation {
 public:
  using Options = RandomFlipOptions;

  explicit RandomFlip(Options options = {});

  Config get_config() const override;
  static RandomFlip from_config(const Config& config);

  const Options& options() const { return options_; }

 protected:
  Tensor draw(const Shape& images, random::Generator& stream) const override;
  Tensor transformed(const Tensor& images, const Tensor& transformation) const override;

 private:
  Options options_;
};

}  // namespace strata::layers
