// LeakyReLU: the rectifier that lets some of what is negative through.
#pragma once

#include <string>

#include "strata/core/number.hpp"
#include "strata/layers/layer.hpp"

namespace strata::layers {

struct LeakyReLUOptions {
  float negative_slope = 0.3f;                ///< Slope below 0, >= 0.
  RegularizerSpec activity_regularizer = {};  ///< Penalty on the output, divided by the batch.
  std::string name = {};                      ///< Default: `leaky_re_lu`, `leaky_re_lu_1`, ….
};

/// x, and `negative_slope * x` below 0.
///
/// Raises InvalidArgument on a negative or non-finite slope.
/// See https://keras.io/api/layers/activation_layers/leaky_relu/.
class LeakyReLU : public Layer {
 public:
  using Options = LeakyReLUOptions;

  explicit LeakyReLU(Options options = {});
  template <Number N>
  explicit LeakyReLU(N negative_slope)
      : LeakyReLU(Options{.negative_slope = static_cast<float>(negative_slope)}) {}

  Tensor call(const Tensor& inputs, const CallContext& context) override;
  Shape compute_output_shape(const Shape& input_shape) override;
  bool supports_masking() const override { return true; }
  Config get_config() const override;
  static LeakyReLU from_config(const Config& config);

  float negative_slope() const { return options_.negative_slope; }

 private:
  Options options_;
};

}  // namespace strata::layers
