// RandomBrightness: images made darker or brighter at random.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "strata/core/number.hpp"
#include "strata/core/number_list.hpp"
#include "strata/layers/image_augmentation.hpp"

namespace strata::layers {

struct RandomBrightnessOptions {
  /// Of the range of values: one number f for [-f, f], or two; within [-1, 1].
  NumberList factor;
  /// The lowest and the highest value of pixels.
  std::vector<float> value_range = {0.0f, 255.0f};
  std::optional<std::int64_t> seed = {};      ///< Default: a child of the process-wide stream.
  std::string data_format = "channels_last";  ///< or `"channels_first"`
  RegularizerSpec activity_regularizer = {};  ///< Penalty on the output, divided by the batch.
  std::string name = {};  ///< Default: `random_brightness`, `random_brightness_1`, ….
};

/// In training, adds a random share of the range of values to each image and clips it to that range;
/// in inference nothing is changed.
///
///     layers::RandomBrightness({.factor = 0.2f, .value_range = {0.0f, 1.0f}})
///
/// Input `(batch, height, width, channels)`, or one image without the batch axis; output the same.
/// With `channels_first` the channels come before the height. A transformation has shape `(batch)`:
/// what is added. Raises InvalidArgument on an option out of its range, ShapeError on an input of
/// another rank or without pixels.
/// See https://keras.io/api/layers/preprocessing_layers/image_augmentation/random_brightness/.
class RandomBrightness : public ImageAugmentation {
 public:
  using Options = RandomBrightnessOptions;

  explicit RandomBrightness(Options options);
  template <Number N>
  explicit RandomBrightness(N factor) : RandomBrightness(Options{.factor = NumberList(factor)}) {}

  Config get_config() const override;
  static RandomBrightness from_config(const Config& config);

  const Options& options() const { return options_; }

 protected:
  Tensor draw(const Shape& images, random::Generator& stream) const override;
  Tensor transformed(const Tensor& images, const Tensor& transformation) const override;

 private:
  Options options_;
};

}  // namespace strata::layers
