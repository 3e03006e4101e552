// Adaptive pooling layers: to a given number of positions, whatever the input's extents.
#pragma once

#include <concepts>
#include <optional>
#include <string>
#include <vector>

#include "strata/core/per_axis.hpp"
#include "strata/layers/layer.hpp"

namespace strata::layers {

template <int N>
struct AdaptivePoolingOptions {
  PerAxis<N> output_size;                     ///< Positions along each axis, > 0. Required.
  std::string data_format = "channels_last";  ///< or `"channels_first"`
  RegularizerSpec activity_regularizer = {};  ///< Penalty on the output, divided by the batch.
  std::string name = {};                      ///< Default: `adaptive_average_pooling2d`, ….
};

/// What both kinds share.
template <int N>
class AdaptivePooling : public Layer {
 public:
  using Options = AdaptivePoolingOptions<N>;

  Tensor call(const Tensor& inputs, const CallContext& context) override;
  Shape compute_output_shape(const Shape& input_shape) override;
  Config get_config() const override;

  const PerAxis<N>& output_size() const { return options_.output_size; }
  const std::string& data_format() const { return options_.data_format; }

 protected:
  enum class Kind { max, average };

  AdaptivePooling(Kind kind, Options options);
  void check_input(const Shape& input_shape) const override;
  std::optional<std::vector<RegularizerSlot>> regularizer_slots() override;

 private:
  Kind kind_;
  Options options_;
};

/// The mean of each window, of which there are `output_size` along each axis: of an extent n,
/// window i covers [floor(i n / output_size), ceil((i + 1) n / output_size)).
///
/// Input `(batch, spatial…, channels)`; output `(batch, output_size…, channels)`. With
/// `channels_first` the channels follow the batch axis. Raises InvalidArgument on an option out of
/// its range, ShapeError on an input of the wrong rank or without cells.
/// See https://keras.io/api/layers/pooling_layers/.
template <int N>
class AdaptiveAveragePooling : public AdaptivePooling<N> {
 public:
  explicit AdaptiveAveragePooling(AdaptivePoolingOptions<N> options);
  template <std::same_as<int> I>  // Excludes bool and 2.5.
  explicit AdaptiveAveragePooling(I output_size)
      : AdaptiveAveragePooling(AdaptivePoolingOptions<N>{.output_size = output_size}) {}
  static AdaptiveAveragePooling from_config(const Config& config);
};

/// The largest cell of each window, which gets its gradient. Windows, shapes and errors are those of
/// AdaptiveAveragePooling. See https://keras.io/api/layers/pooling_layers/.
template <int N>
class AdaptiveMaxPooling : public AdaptivePooling<N> {
 public:
  explicit AdaptiveMaxPooling(AdaptivePoolingOptions<N> options);
  template <std::same_as<int> I>  // Excludes bool and 2.5.
  explicit AdaptiveMaxPooling(I output_size)
      : AdaptiveMaxPooling(AdaptivePoolingOptions<N>{.output_size = output_size}) {}
  static AdaptiveMaxPooling from_config(const Config& config);
};

extern template class AdaptiveAveragePooling<1>;
extern template class AdaptiveAveragePooling<2>;
extern template class AdaptiveAveragePooling<3>;
extern template class AdaptiveMaxPooling<1>;
extern template class AdaptiveMaxPooling<2>;
extern template class AdaptiveMaxPooling<3>;

using AdaptivePooling1DOptions = AdaptivePoolingOptions<1>;
using AdaptivePooling2DOptions = AdaptivePoolingOptions<2>;
using AdaptivePooling3DOptions = AdaptivePoolingOptions<3>;
using AdaptiveAveragePooling1D = AdaptiveAveragePooling<1>;
using AdaptiveAveragePooling2D = AdaptiveAveragePooling<2>;
using AdaptiveAveragePooling3D = AdaptiveAveragePooling<3>;
using AdaptiveMaxPooling1D = AdaptiveMaxPooling<1>;
using AdaptiveMaxPooling2D = AdaptiveMaxPooling<2>;
using AdaptiveMaxPooling3D = AdaptiveMaxPooling<3>;

}  // namespace strata::layers
