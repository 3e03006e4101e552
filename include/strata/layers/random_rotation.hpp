// RandomRotation: images turned at random.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "strata/core/number.hpp"
#include "strata/core/number_list.hpp"
#include "strata/layers/image_augmentation.hpp"

namespace strata::layers {

struct RandomRotationOptions {
  /// Of a full turn: one number f for [-f, f], or two; within [-1, 1]. What is positive turns
  /// counterclockwise.
  NumberList factor;
  /// What lies outside of an image `a b c d`: `"reflect"` (d c b), `"wrap"` (a b c), `"constant"` (the
  /// `fill_value`) or `"nearest"` (d d d).
  std::string fill_mode = "reflect";
  std::string interpolation = "bilinear";     ///< or `"nearest"`
  std::optional<std::int64_t> seed = {};      ///< Default: a child of the process-wide stream.
  float fill_value = 0.0f;                    ///< What is filled with in mode `"constant"`.
  std::string data_format = "channels_last";  ///< or `"channels_first"`
  RegularizerSpec activity_regularizer = {};  ///< Penalty on the output, divided by the batch.
  std::string name = {};  ///< Default: `random_rotation`, `random_rotation_1`, ….
};

/// In training, turns each image around its middle by a random angle; in inference nothing is
/// changed.
///
///     layers::RandomRotation(0.1f)  // up to 36 degrees either way
///
/// Input `(batch, height, width, channels)`, or one image without the batch axis; output the same.
/// With `channels_first` the channels come before the height. A transformation has shape `(batch)`:
/// the angles in degrees. Raises InvalidArgument on an option out of its range, ShapeError on an
/// input of another rank or without pixels.
/// See https://keras.io/api/layers/preprocessing_layers/image_augmentation/random_rotation/.
class RandomRotation : public ImageAugmentation {
 public:
  using Options = RandomRotationOptions;

  explicit RandomRotation(Options options);
  template <Number N>
  explicit RandomRotation(N factor) : RandomRotation(Options{.factor = NumberList(factor)}) {}

  Config get_config() const override;
  static RandomRotation from_config(const Config& config);

  const Options& options() const { return options_; }

 protected:
  Tensor draw(const Shape& images, random::Generator& stream) const override;
  Tensor transformed(const Tensor& images, const Tensor& transformation) const override;

 private:
  Options options_;
};

}  // namespace strata::layers
