// ELU: the exponential linear unit as a layer.
#pragma once

#include <string>

#include "strata/core/number.hpp"
#include "strata/layers/layer.hpp"

namespace strata::layers {

struct ELUOptions {
  float alpha = 1.0f;                         ///< The output far below 0 is `-alpha`.
  RegularizerSpec activity_regularizer = {};  ///< Penalty on the output, divided by the batch.
  std::string name = {};                      ///< Default: `elu`, `elu_1`, ….
};

/// x, and `alpha * (exp(x) - 1)` below 0.
///
/// Raises InvalidArgument on an alpha that is not finite.
/// See https://keras.io/api/layers/activation_layers/elu/.
class ELU : public Layer {
 public:
  using Options = ELUOptions;

  explicit ELU(Options options = {});
  template <Number N>
  explicit ELU(N alpha) : ELU(Options{.alpha = static_cast<float>(alpha)}) {}

  Tensor call(const Tensor& inputs, const CallContext& context) override;
  Shape compute_output_shape(const Shape& input_shape) override;
  bool supports_masking() const override { return true; }
  Config get_config() const override;
  static ELU from_config(const Config& config);

  float alpha() const { return options_.alpha; }

 private:
  Options options_;
};

}  // namespace strata::layers
