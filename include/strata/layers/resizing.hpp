// Resizing: images in another size.
#pragma once

#include <concepts>
#include <optional>
#include <string>
#include <vector>

#include "strata/core/required.hpp"
#include "strata/layers/layer.hpp"

namespace strata::layers {

struct ResizingOptions {
  Required<int> height;  ///< Of the output, > 0.
  Required<int> width;   ///< Of the output, > 0.
  /// `"nearest"`, `"bilinear"`, `"bicubic"`, `"lanczos3"` or `"lanczos5"`.
  std::string interpolation = "bilinear";
  bool crop_to_aspect_ratio = false;          ///< First crop evenly to the output's aspect ratio,
  bool pad_to_aspect_ratio = false;           ///< or pad evenly to it.
  std::string fill_mode = "constant";         ///< The only one.
  float fill_value = 0.0f;                    ///< What is padded with.
  bool antialias = false;                     ///< Widen the filter where the image shrinks.
  std::string data_format = "channels_last";  ///< or `"channels_first"`
  RegularizerSpec activity_regularizer = {};  ///< Penalty on the output, divided by the batch.
  std::string name = {};                      ///< Default: `resizing`, `resizing_1`, ….
};

/// Images interpolated by `ops::image::resize`.
///
/// Input `(batch, height, width, channels)`, or one image without the batch axis; output the same
/// with the given height and width. With `channels_first` the channels come before the height.
/// Raises InvalidArgument on an option out of its range, ShapeError on an input of another rank or
/// without pixels. See https://keras.io/api/layers/preprocessing_layers/image_preprocessing/resizing/.
class Resizing : public Layer {
 public:
  using Options = ResizingOptions;

  explicit Resizing(Options options);
  template <std::same_as<int> I>  // Excludes bool and 2.5.
  explicit Resizing(I height, I width) : Resizing(Options{.height = height, .width = width}) {}

  Tensor call(const Tensor& inputs, const CallContext& context) override;
  Shape compute_output_shape(const Shape& input_shape) override;
  Config get_config() const override;
  static Resizing from_config(const Config& config);

  const Options& options() const { return options_; }

 protected:
  void check_input(const Shape& input_shape) const override;
  std::optional<std::vector<RegularizerSlot>> regularizer_slots() override;

 private:
  Options options_;
};

}  // namespace strata::layers
