// RandomContrast: images of more or less contrast at random.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "strata/core/number.hpp"
#include "strata/core/number_list.hpp"
#include "strata/layers/image_augmentation.hpp"

namespace strata::layers {

struct RandomContrastOptions {
  /// How much the contrast falls and rises at most: one number for both, or one for each, the lower
  /// one first; within [0, 1].
  NumberList factor;
  /// The lowest and the highest value of pixels.
  std::vector<float> value_range = {0.0f, 255.0f};
  std::optional<std::int64_t> seed = {};      ///< Default: a child of the process-wide stream.
  std::string data_format = "channels_last";  ///< or `"channels_first"`
  RegularizerSpec activity_regularizer = {};  ///< Penalty on the output, divided by the batch.
  std::string name = {};  ///< Default: `random_contrast`, `random_contrast_1`, ….
};

/// In training, `(x - mean) · c + mean` with the mean of each channel of each image and a random c per
/// image in [1 - lower, 1 + upper], clipped to the range of values; in inference nothing is changed.
///
///     layers::RandomContrast({.factor = 0.2f, .value_range = {0.0f, 1.0f}})
///
/// One number is both ends, as Keras documents it (its code, 3.15, takes it for the upper end alone);
/// configs hold both ends. Input `(batch, height, width, channels)`, or one image without the batch
/// axis; output the same. With `channels_first` the channels come before the height. A
/// transformation has shape `(batch)`: c. Raises InvalidArgument on an option out of its range,
/// ShapeError on an input of another rank or without pixels.
/// See https://keras.io/api/layers/preprocessing_layers/image_augmentation/random_contrast/.
class RandomContrast : public ImageAugmentation {
 public:
  using Options = RandomContrastOptions;

  explicit RandomContrast(Options options);
  template <Number N>
  explicit RandomContrast(N factor) : RandomContrast(Options{.factor = NumberList(factor)}) {}

  Config get_config() const override;
  static RandomContrast from_config(const Config& config);

  const Options& options() const { return options_; }

 protected:
  Tensor draw(const Shape& images, random::Generator& stream) const override;
  Tensor transformed(const Tensor& images, const Tensor& transformation) const override;

 private:
  Options options_;
};

}  // namespace strata::layers
