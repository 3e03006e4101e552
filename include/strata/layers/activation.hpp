// Activation: an activation as a layer of its own.
#pragma once

#include <string>

#include "strata/activations/activation.hpp"
#include "strata/layers/layer.hpp"

namespace strata::layers {

struct ActivationOptions {
  ActivationSpec activation = {};             ///< Default: none, which is linear.
  RegularizerSpec activity_regularizer = {};  ///< Penalty on the output, divided by the batch.
  std::string name = {};                      ///< Default: `activation`, `activation_1`, ….
};

/// `activation(inputs)`. See https://keras.io/api/layers/core_layers/activation/.
///
///     layers::Activation("gelu")
class Activation : public Layer {
 public:
  using Options = ActivationOptions;

  explicit Activation(Options options);
  explicit Activation(ActivationSpec activation)
      : Activation(Options{.activation = std::move(activation)}) {}

  Tensor call(const Tensor& inputs, const CallContext& context) override;
  Shape compute_output_shape(const Shape& input_shape) override;
  bool supports_masking() const override { return true; }
  Config get_config() const override;
  static Activation from_config(const Config& config);

  const ActivationSpec& activation() const { return options_.activation; }

 private:
  Options options_;
};

}  // namespace strata::layers
