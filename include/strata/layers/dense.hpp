// Dense: the fully connected layer.
#pragma once

#include <concepts>
#include <optional>
#include <string>

#include "strata/activations/activation.hpp"
#include "strata/core/options_origin.hpp"
#include "strata/core/required.hpp"
#include "strata/layers/layer.hpp"

namespace strata::ops {
enum class FusedActivation;
}

namespace strata::layers {

struct DenseOptions {
  Required<int> units;             ///< Width of the output, > 0.
  ActivationSpec activation = {};  ///< Applied after the bias. Default: none.
  bool use_bias = true;            ///< Add a learned vector of length `units`.
  InitializerSpec kernel_initializer = "glorot_uniform";
  InitializerSpec bias_initializer = "zeros";
  RegularizerSpec kernel_regularizer = {};    ///< Penalty on the `(in, units)` kernel.
  RegularizerSpec bias_regularizer = {};      ///< Penalty on the bias.
  RegularizerSpec activity_regularizer = {};  ///< Penalty on the output, divided by the batch.
  ConstraintSpec kernel_constraint = {};      ///< Projection of the kernel after each update.
  ConstraintSpec bias_constraint = {};        ///< Projection of the bias after each update.
  std::string name = {};                      ///< Default: `dense`, `dense_1`, ….
};

/// Fully connected layer: `outputs = activation(inputs · kernel + bias)`.
///
/// Input `(batch, …, in)`; output `(batch, …, units)`. Kernel `(in, units)`, bias `(units)`.
/// Adds a loss per regularizer; the activity penalty is divided by `batch`.
/// Raises InvalidArgument if `units <= 0`, or if a rule is set for a bias that is left out
/// (`from_config` keeps such a rule without effect, as Keras does); ShapeError if the input's rank
/// is below 2 or its last axis changes.
/// See https://keras.io/api/layers/core_layers/dense/.
///
///     layers::Dense hidden({.units = 64, .activation = "relu",
///                           .kernel_regularizer = regularizers::L2(1e-4f)});
class Dense : public Layer {
 public:
  using Options = DenseOptions;

  explicit Dense(Options options);
  template <std::same_as<int> I>  // Excludes bool and 2.5.
  explicit Dense(I units) : Dense(Options{.units = units}) {}

  Tensor call(const Tensor& inputs, const CallContext& context) override;
  Shape compute_output_shape(const Shape& input_shape) override;
  bool supports_masking() const override { return true; }
  Config get_config() const override;
  static Dense from_config(const Config& config);

  int units() const { return options_.units; }
  const ActivationSpec& activation() const { return options_.activation; }
  const RegularizerSpec& kernel_regularizer() const { return options_.kernel_regularizer; }
  const RegularizerSpec& bias_regularizer() const { return options_.bias_regularizer; }
  const Variable& kernel() const { return kernel_; }
  const Variable& bias() const { return bias_; }

 protected:
  void create_weights(const Shape& input_shape) override;
  void check_input(const Shape& input_shape) const override;
  std::optional<std::vector<RegularizerSlot>> regularizer_slots() override;

 private:
  Dense(Options options, OptionsOrigin origin);
  Options options_;
  std::optional<ops::FusedActivation> fused_;  // the activation, if the product applies it
  Variable kernel_;
  Variable bias_;
};

}  // namespace strata::layers
