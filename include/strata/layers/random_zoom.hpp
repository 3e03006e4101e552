// RandomZoom: images enlarged or shrunk at random.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "strata/core/number.hpp"
#include "strata/core/number_list.hpp"
#include "strata/layers/image_augmentation.hpp"

namespace strata::layers {

struct RandomZoomOptions {
  /// How much more of the height is seen: one number f for [-f, f], or two; within (-1, 1]. What is
  /// positive shrinks the image, what is negative enlarges it.
  NumberList height_factor;
  /// Of the width, likewise. Default: what is drawn for the height, so that the image keeps its
  /// aspect ratio.
  NumberList width_factor = {};
  /// What lies outside of an image `a b c d`: `"reflect"` (d c b), `"wrap"` (a b c), `"constant"` (the
  /// `fill_value`) or `"nearest"` (d d d).
  std::string fill_mode = "reflect";
  std::string interpolation = "bilinear";     ///< or `"nearest"`
  std::optional<std::int64_t> seed = {};      ///< Default: a child of the process-wide stream.
  float fill_value = 0.0f;                    ///< What is filled with in mode `"constant"`.
  std::string data_format = "channels_last";  ///< or `"channels_first"`
  RegularizerSpec activity_regularizer = {};  ///< Penalty on the output, divided by the batch.
  std::string name = {};                      ///< Default: `random_zoom`, `random_zoom_1`, ….
};

/// In training, shrinks or enlarges each image around its middle by random factors; in inference
/// nothing is changed.
///
///     layers::RandomZoom({.height_factor = {-0.3f, -0.2f}})  // shows 70 to 80 % of the height
///
/// Input `(batch, height, width, channels)`, or one image without the batch axis; output the same.
/// With `channels_first` the channels come before the height. A transformation has shape
/// `(batch, 2)`: the shares of the width and the height that are seen, 1 for no change. Raises
/// InvalidArgument on an option out of its range, ShapeError on an input of another rank or without
/// pixels.
/// See https://keras.io/api/layers/preprocessing_layers/image_augmentation/random_zoom/.
class RandomZoom : public ImageAugmentation {
 public:
  using Options = RandomZoomOptions;

  explicit RandomZoom(Options options);
  template <Number N>
  explicit RandomZoom(N height_factor)
      : RandomZoom(Options{.height_factor = NumberList(height_factor)}) {}

  Config get_config() const override;
  static RandomZoom from_config(const Config& config);

  const Options& options() const { return options_; }

 protected:
  Tensor draw(const Shape& images, random::Generator& stream) const override;
  Tensor transformed(const Tensor& images, const Tensor& transformation) const override;

 private:
  Options options_;
};

}  // namespace strata::layers
