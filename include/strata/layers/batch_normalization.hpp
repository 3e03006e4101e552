// BatchNormalization: channels of mean 0 and variance 1.
#pragma once

#include <string>

#include "strata/core/options_origin.hpp"
#include "strata/layers/layer.hpp"

namespace strata::layers {

struct BatchNormalizationOptions {
  int axis = -1;           ///< The channels' axis; statistics run over all others.
  float momentum = 0.99f;  ///< Share of the moving statistics that is kept per batch, in [0, 1].
  float epsilon = 1e-3f;   ///< Added to the variance, >= 0.
  bool center = true;      ///< Add a learned vector, beta.
  bool scale = true;       ///< Multiply by a learned vector, gamma.
  InitializerSpec beta_initializer = "zeros";
  InitializerSpec gamma_initializer = "ones";
  InitializerSpec moving_mean_initializer = "zeros";
  InitializerSpec moving_variance_initializer = "ones";
  RegularizerSpec beta_regularizer = {};      ///< Penalty on beta.
  RegularizerSpec gamma_regularizer = {};     ///< Penalty on gamma.
  ConstraintSpec beta_constraint = {};        ///< Projection of beta after each update.
  ConstraintSpec gamma_constraint = {};       ///< Projection of gamma after each update.
  RegularizerSpec activity_regularizer = {};  ///< Penalty on the output, divided by the batch.
  std::string name = {};                      ///< Default: `batch_normalization`, ….
};

/// `gamma * (x - mean) / sqrt(variance + epsilon) + beta`, channel by channel.
///
/// In training, mean and (biased) variance are the batch's, and the moving statistics follow:
/// `moving = momentum * moving + (1 - momentum) * batch`. In inference, and always while the layer
/// is frozen, they are the moving ones. A mask, of one axis less than the input, leaves positions out
/// of the batch's statistics. Weights, in this order: gamma, beta, moving_mean,
/// moving_variance, each `(channels)`; the last two are not trained.
///
/// Raises InvalidArgument on a momentum outside [0, 1], a negative epsilon, or, in code, a rule for
/// a gamma or beta that the options leave out; ShapeError if rank or channels differ from those it
/// was built for, or a mask's rank doesn't fit. Ioffe and Szegedy, 2015;
/// https://keras.io/api/layers/normalization_layers/batch_normalization/.
class BatchNormalization : public Layer {
 public:
  using Options = BatchNormalizationOptions;

  explicit BatchNormalization(Options options = {});

  Tensor call(const Tensor& inputs, const CallContext& context) override;
  Shape compute_output_shape(const Shape& input_shape) override;
  bool supports_masking() const override { return true; }
  Config get_config() const override;
  static BatchNormalization from_config(const Config& config);

  int axis() const { return options_.axis; }
  float epsilon() const { return options_.epsilon; }
  const Variable& gamma() const { return gamma_; }
  const Variable& beta() const { return beta_; }
  const Variable& moving_mean() const { return moving_mean_; }
  const Variable& moving_variance() const { return moving_variance_; }

 protected:
  void create_weights(const Shape& input_shape) override;
  void check_input(const Shape& input_shape) const override;
  std::optional<std::vector<RegularizerSlot>> regularizer_slots() override;

 private:
  BatchNormalization(Options options, OptionsOrigin origin);
  Tensor normalize_batch(const Tensor& inputs);
  Tensor normalize_masked(const Tensor& inputs, const Tensor& mask);
  Tensor normalize_as_before(const Tensor& inputs) const;

  Options options_;
  Variable gamma_;
  Variable beta_;
  Variable moving_mean_;
  Variable moving_variance_;
};

}  // namespace strata::layers
