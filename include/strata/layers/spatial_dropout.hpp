// SpatialDropout: drops whole channels.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>

#include "strata/core/number.hpp"
#include "strata/core/required.hpp"
#include "strata/layers/layer.hpp"
#include "strata/tensor/random.hpp"

namespace strata::layers {

struct SpatialDropout1DOptions {
  Required<float> rate;                   ///< Share of the channels that are dropped, in [0, 1].
  std::optional<std::int64_t> seed = {};  ///< Default: a child of the process-wide stream.
  RegularizerSpec activity_regularizer = {};  ///< Penalty on the output, divided by the batch.
  std::string name = {};                      ///< Default: `spatial_dropout1d`, ….
};

/// Of SpatialDropout2D and SpatialDropout3D.
struct SpatialDropoutOptions {
  Required<float> rate;  ///< Share of the channels that are dropped, in [0, 1].
  std::string data_format = "channels_last";  ///< or `"channels_first"`
  std::optional<std::int64_t> seed = {};      ///< Default: a child of the process-wide stream.
  RegularizerSpec activity_regularizer = {};  ///< Penalty on the output, divided by the batch.
  std::string name = {};                      ///< Default: `spatial_dropout2d`, ….
};

/// In training, each channel of each sample is 0 with probability `rate`, at all its positions
/// together, and else multiplied by `1 / (1 - rate)`; in inference nothing is changed. Each call
/// draws anew.
///
///     layers::SpatialDropout2D(0.3f)
///
/// Raises InvalidArgument on a rate outside [0, 1] or an unknown format, ShapeError on inputs without
/// `N` axes between batch and channels. As in Keras, whose class has no such argument, a config
/// doesn't hold `trainable`. Tompson et al., 2014;
/// https://keras.io/api/layers/regularization_layers/spatial_dropout2d/.
template <int N>
class SpatialDropout : public Layer {
 public:
  using Options = std::conditional_t<N == 1, SpatialDropout1DOptions, SpatialDropoutOptions>;

  explicit SpatialDropout(Options options);
  template <Number F>
  explicit SpatialDropout(F rate) : SpatialDropout(Options{.rate = static_cast<float>(rate)}) {}

  Tensor call(const Tensor& inputs, const CallContext& context) override;
  Shape compute_output_shape(const Shape& input_shape) override;
  bool supports_masking() const override { return true; }
  Config get_config() const override;
  static SpatialDropout from_config(const Config& config);

  float rate() const { return options_.rate; }

 protected:
  void check_input(const Shape& input_shape) const override;
  std::vector<RandomStream> random_streams() override;

 private:
  Options options_;
  random::Generator generator_;
};

using SpatialDropout1D = SpatialDropout<1>;
using SpatialDropout2D = SpatialDropout<2>;
using SpatialDropout3D = SpatialDropout<3>;

extern template class SpatialDropout<1>;
extern template class SpatialDropout<2>;
extern template class SpatialDropout<3>;

}  // namespace strata::layers
