// Pooling layers: the largest cell, or the mean, of each window.
#pragma once

#include <concepts>
#include <string>

#include "strata/core/per_axis.hpp"
#include "strata/layers/layer.hpp"
#include "strata/ops/pooling.hpp"

namespace strata::layers {

template <int N>
struct MaxPoolingOptions {
  PerAxis<N> pool_size = 2;                   ///< Extent of the window along each axis, > 0.
  OptionalPerAxis<N> strides = {};            ///< Steps of the window, > 0. Default: `pool_size`.
  std::string padding = "valid";              ///< or `"same"`
  std::string data_format = "channels_last";  ///< or `"channels_first"`
  RegularizerSpec activity_regularizer = {};  ///< Penalty on the output, divided by the batch.
  std::string name = {};                      ///< Default: `max_pooling2d`, ….
};

template <int N>
struct AveragePoolingOptions {
  PerAxis<N> pool_size;             ///< Extent of the window along each axis, > 0. Required.
  OptionalPerAxis<N> strides = {};  ///< Steps of the window, > 0. Default: `pool_size`.
  std::string padding = "valid";    ///< or `"same"`
  std::string data_format = "channels_last";  ///< or `"channels_first"`
  RegularizerSpec activity_regularizer = {};  ///< Penalty on the output, divided by the batch.
  std::string name = {};                      ///< Default: `average_pooling2d`, ….
};

/// What both kinds share.
template <int N>
class Pooling : public Layer {
 public:
  struct Op;  ///< The op that the layer computes; in src/layers/pooling.hpp.

  Tensor call(const Tensor& inputs, const CallContext& context) override;
  Shape compute_output_shape(const Shape& input_shape) override;
  Config get_config() const override;

 protected:
  using Options = AveragePoolingOptions<N>;
  enum class Kind { max, average };

  Pooling(Kind kind, Options options);
  void check_input(const Shape& input_shape) const override;

 private:
  ops::PoolingGeometry geometry() const;

  Kind kind_;
  Options options_;
};

/// The largest cell of each window.
///
/// Input `(batch, spatial…, channels)`; output `(batch, new spatial…, channels)`, where an extent n
/// becomes `(n - pool_size) / strides + 1`, rounded down, without padding and `n / strides`,
/// rounded up, with it; padding never wins. With `channels_first` the channels follow the batch
/// axis. The first largest cell of a window gets its gradient. Raises InvalidArgument on an option
/// out of its range, ShapeError on an input of the wrong rank or too small for the window. See
/// https://keras.io/api/layers/pooling_layers/.
template <int N>
class MaxPooling : public Pooling<N> {
 public:
  using Options = MaxPoolingOptions<N>;

  explicit MaxPooling(const Options& options = {});
  template <std::same_as<int> I>  // Excludes bool and 2.5.
  explicit MaxPooling(I pool_size) : MaxPooling(Options{.pool_size = pool_size}) {}
  static MaxPooling from_config(const Config& config);
};

/// The mean of each window's cells, padding left out. Shapes and errors are those of MaxPooling.
/// See https://keras.io/api/layers/pooling_layers/.
template <int N>
class AveragePooling : public Pooling<N> {
 public:
  using Options = AveragePoolingOptions<N>;

  explicit AveragePooling(const Options& options);
  template <std::same_as<int> I>  // Excludes bool and 2.5.
  explicit AveragePooling(I pool_size) : AveragePooling(Options{.pool_size = pool_size}) {}
  static AveragePooling from_config(const Config& config);
};

extern template class MaxPooling<1>;
extern template class MaxPooling<2>;
extern template class MaxPooling<3>;
extern template class AveragePooling<1>;
extern template class AveragePooling<2>;
extern template class AveragePooling<3>;

using MaxPooling1D = MaxPooling<1>;
using MaxPooling2D = MaxPooling<2>;
using MaxPooling3D = MaxPooling<3>;
using MaxPool1D = MaxPooling1D;
using MaxPool2D = MaxPooling2D;
using MaxPool3D = MaxPooling3D;
using AveragePooling1D = AveragePooling<1>;
using AveragePooling2D = AveragePooling<2>;
using AveragePooling3D = AveragePooling<3>;
using AvgPool1D = AveragePooling1D;
using AvgPool2D = AveragePooling2D;
using AvgPool3D = AveragePooling3D;

}  // namespace strata::layers
