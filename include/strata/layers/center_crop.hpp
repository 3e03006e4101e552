// CenterCrop: the middle of images.
#pragma once

#include <concepts>
#include <optional>
#include <string>
#include <vector>

#include "strata/core/required.hpp"
#include "strata/layers/layer.hpp"

namespace strata::layers {

struct CenterCropOptions {
  Required<int> height;                       ///< Of the output, > 0.
  Required<int> width;                        ///< Of the output, > 0.
  std::string data_format = "channels_last";  ///< or `"channels_first"`
  RegularizerSpec activity_regularizer = {};  ///< Penalty on the output, divided by the batch.
  std::string name = {};                      ///< Default: `center_crop`, ….
};

/// The middle of images. Of one that is smaller than the output in any direction, the largest middle
/// part of the output's aspect ratio is taken and resized (bilinear).
///
/// Input `(batch, height, width, channels)`, or one image without the batch axis; output the same
/// with the given height and width. With `channels_first` the channels come before the height.
/// Raises InvalidArgument on an option out of its range, ShapeError on an input of another rank or
/// without pixels.
/// See https://keras.io/api/layers/preprocessing_layers/image_preprocessing/center_crop/.
class CenterCrop : public Layer {
 public:
  using Options = CenterCropOptions;

  explicit CenterCrop(Options options);
  template <std::same_as<int> I>  // Excludes bool and 2.5.
  explicit CenterCrop(I height, I width) : CenterCrop(Options{.height = height, .width = width}) {}

  Tensor call(const Tensor& inputs, const CallContext& context) override;
  Shape compute_output_shape(const Shape& input_shape) override;
  Config get_config() const override;
  static CenterCrop from_config(const Config& config);

  int height() const { return options_.height; }
  int width() const { return options_.width; }
  const std::string& data_format() const { return options_.data_format; }

 protected:
  void check_input(const Shape& input_shape) const override;
  std::optional<std::vector<RegularizerSlot>> regularizer_slots() override;

 private:
  Options options_;
};

}  // namespace strata::layers
