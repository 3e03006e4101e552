// LayerNormalization: each sample by its own statistics.
#pragma once

#include <string>

#include "strata/core/axis_list.hpp"
#include "strata/core/options_origin.hpp"
#include "strata/layers/layer.hpp"

namespace strata::layers {

struct LayerNormalizationOptions {
  AxisList axis = -1;     ///< The axes that statistics run over.
  float epsilon = 1e-3f;  ///< Added to the variance, >= 0.
  bool center = true;     ///< Add a learned offset, beta.
  bool scale = true;      ///< Multiply by a learned scale, gamma.
  InitializerSpec beta_initializer = "zeros";
  InitializerSpec gamma_initializer = "ones";
  RegularizerSpec beta_regularizer = {};      ///< Penalty on beta.
  RegularizerSpec gamma_regularizer = {};     ///< Penalty on gamma.
  ConstraintSpec beta_constraint = {};        ///< Projection of beta after each update.
  ConstraintSpec gamma_constraint = {};       ///< Projection of gamma after each update.
  RegularizerSpec activity_regularizer = {};  ///< Penalty on the output, divided by the batch.
  std::string name = {};                      ///< Default: `layer_normalization`, ….
};

/// `gamma * (x - mean) / sqrt(variance + epsilon) + beta` with mean and (biased) variance over
/// `axis`, the same in training and inference. Gamma and beta have the extents of these axes, sorted
/// as numbers: `{-1, 1}` gives weights of shape (last, second).
///
/// Raises InvalidArgument on no axis, a negative epsilon, or, in code, a rule for a gamma or beta
/// that the options leave out; ShapeError on an axis that isn't there, stands twice or is unknown,
/// and on other extents than it was built for. Ba, Kiros and Hinton, 2016;
/// https://keras.io/api/layers/normalization_layers/layer_normalization/.
class LayerNormalization : public Layer {
 public:
  using Options = LayerNormalizationOptions;

  explicit LayerNormalization(Options options = {});

  Tensor call(const Tensor& inputs, const CallContext& context) override;
  Shape compute_output_shape(const Shape& input_shape) override;
  bool supports_masking() const override { return true; }
  Config get_config() const override;
  static LayerNormalization from_config(const Config& config);

  const AxisList& axis() const { return options_.axis; }
  float epsilon() const { return options_.epsilon; }
  const Variable& gamma() const { return gamma_; }
  const Variable& beta() const { return beta_; }

 protected:
  void create_weights(const Shape& input_shape) override;
  void check_input(const Shape& input_shape) const override;
  std::optional<std::vector<RegularizerSlot>> regularizer_slots() override;

 private:
  LayerNormalization(Options options, OptionsOrigin origin);

  Options options_;
  Variable gamma_;
  Variable beta_;
};

}  // namespace strata::layers
