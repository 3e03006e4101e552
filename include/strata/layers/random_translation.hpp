// RandomTranslation: images moved at random.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "strata/core/number_list.hpp"
#include "strata/layers/image_augmentation.hpp"

namespace strata::layers {

struct RandomTranslationOptions {
  /// Of the height: one number f for [-f, f], or two; within [-1, 1]. What is positive moves down.
  NumberList height_factor;
  /// Of the width, likewise. What is positive moves to the right.
  NumberList width_factor;
  /// What lies outside of an image `a b c d`: `"reflect"` (d c b), `"wrap"` (a b c), `"constant"` (the
  /// `fill_value`) or `"nearest"` (d d d).
  std::string fill_mode = "reflect";
  std::string interpolation = "bilinear";     ///< or `"nearest"`
  std::optional<std::int64_t> seed = {};      ///< Default: a child of the process-wide stream.
  float fill_value = 0.0f;                    ///< What is filled with in mode `"constant"`.
  std::string data_format = "channels_last";  ///< or `"channels_first"`
  RegularizerSpec activity_regularizer = {};  ///< Penalty on the output, divided by the batch.
  std::string name = {};  ///< Default: `random_translation`, `random_translation_1`, ….
};

/// In training, moves each image down and to the right by random shares of its height and width; in
/// inference nothing is changed.
///
///     layers::RandomTranslation({.height_factor = 0.1f, .width_factor = {-0.2f, 0.3f}})
///
/// Input `(batch, height, width, channels)`, or one image without the batch axis; output the same.
/// With `channels_first` the channels come before the height. A transformation has shape
/// `(batch, 2)`: the pixels to the right and down. Raises InvalidArgument on an option out of its
/// range, ShapeError on an input of another rank or without pixels.
/// See https://keras.io/api/layers/preprocessing_layers/image_augmentation/random_translation/.
class RandomTranslation : public ImageAugmentation {
 public:
  using Options = RandomTranslationOptions;

  explicit RandomTranslation(Options options);

  Config get_config() const override;
  static RandomTranslation from_config(const Config& config);

  const Options& options() const { return options_; }

 protected:
  Tensor draw(const Shape& images, random::Generator& stream) const override;
  Tensor transformed(const Tensor& images, const Tensor& transformation) const override;

 private:
  Options options_;
};

}  // namespace strata::layers
