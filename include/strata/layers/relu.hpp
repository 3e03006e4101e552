// ReLU: the rectifier as a layer, with all its parameters.
#pragma once

#include <optional>
#include <string>

#include "strata/core/number.hpp"
#include "strata/layers/layer.hpp"

namespace strata::layers {

struct ReLUOptions {
  std::optional<float> max_value = {};        ///< Upper bound, >= 0. Default: none.
  float negative_slope = 0.0f;                ///< Slope below the threshold, >= 0.
  float threshold = 0.0f;                     ///< Where the rise begins, >= 0.
  RegularizerSpec activity_regularizer = {};  ///< Penalty on the output, divided by the batch.
  std::string name = {};                      ///< Default: `re_lu`, `re_lu_1`, ….
};

/// `min(x, max_value)` above the threshold, else `negative_slope * (x - threshold)`.
///
/// Raises InvalidArgument on a negative or non-finite parameter.
/// See https://keras.io/api/layers/activation_layers/relu/.
class ReLU : public Layer {
 public:
  using Options = ReLUOptions;

  explicit ReLU(Options options = {});
  template <Number N>
  explicit ReLU(N max_value) : ReLU(Options{.max_value = static_cast<float>(max_value)}) {}

  Tensor call(const Tensor& inputs, const CallContext& context) override;
  Shape compute_output_shape(const Shape& input_shape) override;
  bool supports_masking() const override { return true; }
  Config get_config() const override;
  static ReLU from_config(const Config& config);

  std::optional<float> max_value() const { return options_.max_value; }
  float negative_slope() const { return options_.negative_slope; }
  float threshold() const { return options_.threshold; }

 private:
  Options options_;
};

}  // namespace strata::layers
