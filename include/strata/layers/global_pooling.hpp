// Global pooling layers: the largest cell, or the mean, over all spatial axes.
#pragma once

#include <string>

#include "strata/layers/layer.hpp"

namespace strata::layers {

struct GlobalPoolingOptions {
  std::string data_format = "channels_last";  ///< or `"channels_first"`
  bool keepdims = false;                      ///< Keep the spatial axes, with extents of 1.
  RegularizerSpec activity_regularizer = {};  ///< Penalty on the output, divided by the batch.
  std::string name = {};                      ///< Default: `global_max_pooling2d`, ….
};

/// What both kinds share.
template <int N>
class GlobalPooling : public Layer {
 public:
  using Options = GlobalPoolingOptions;

  Tensor call(const Tensor& inputs, const CallContext& context) override;
  Shape compute_output_shape(const Shape& input_shape) override;
  Config get_config() const override;

  const std::string& data_format() const { return options_.data_format; }
  bool keepdims() const { return options_.keepdims; }

 protected:
  enum class Kind { max, average };

  GlobalPooling(Kind kind, Options options);
  void check_input(const Shape& input_shape) const override;

 private:
  Kind kind_;
  Options options_;
};

/// The largest cell of each channel.
///
/// Input `(batch, spatial…, channels)`; output `(batch, channels)`, or with extents of 1 for the
/// spatial axes. With `channels_first` the channels follow the batch axis. Equal largest cells
/// share the gradient. Raises InvalidArgument on an unknown data format, ShapeError on an input of
/// the wrong rank or without cells. See https://keras.io/api/layers/pooling_layers/.
template <int N>
class GlobalMaxPooling : public GlobalPooling<N> {
 public:
  explicit GlobalMaxPooling(GlobalPoolingOptions options = {});
  static GlobalMaxPooling from_config(const Config& config);
};

/// The mean of each channel. Shapes and errors are those of GlobalMaxPooling. In one dimension a
/// mask `(batch, steps)` leaves steps out of the mean, which is NaN where it leaves out all.
/// See https://keras.io/api/layers/pooling_layers/.
template <int N>
class GlobalAveragePooling : public GlobalPooling<N> {
 public:
  explicit GlobalAveragePooling(GlobalPoolingOptions options = {});
  Tensor call(const Tensor& inputs, const CallContext& context) override;
  bool supports_masking() const override { return N == 1; }
  Tensor compute_mask(const Tensor&, const Tensor&) override { return {}; }
  static GlobalAveragePooling from_config(const Config& config);
};

extern template class GlobalMaxPooling<1>;
extern template class GlobalMaxPooling<2>;
extern template class GlobalMaxPooling<3>;
extern template class GlobalAveragePooling<1>;
extern template class GlobalAveragePooling<2>;
extern template class GlobalAveragePooling<3>;

using GlobalMaxPooling1D = GlobalMaxPooling<1>;
using GlobalMaxPooling2D = GlobalMaxPooling<2>;
using GlobalMaxPooling3D = GlobalMaxPooling<3>;
using GlobalMaxPool1D = GlobalMaxPooling1D;
using GlobalMaxPool2D = GlobalMaxPooling2D;
using GlobalMaxPool3D = GlobalMaxPooling3D;
using GlobalAveragePooling1D = GlobalAveragePooling<1>;
using GlobalAveragePooling2D = GlobalAveragePooling<2>;
using GlobalAveragePooling3D = GlobalAveragePooling<3>;
using GlobalAvgPool1D = GlobalAveragePooling1D;
using GlobalAvgPool2D = GlobalAveragePooling2D;
using GlobalAvgPool3D = GlobalAveragePooling3D;

}  // namespace strata::layers
