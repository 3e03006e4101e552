// GroupNormalization: the channels of each sample in groups, by their own statistics.
#pragma once

#include <string>

#include "strata/core/options_origin.hpp"
#include "strata/layers/layer.hpp"

namespace strata::layers {

struct GroupNormalizationOptions {
  int groups = 32;        ///< Blocks of neighbouring channels, > 0; -1: each channel is a group.
  int axis = -1;          ///< The channels' axis; not 0, the batch's.
  float epsilon = 1e-3f;  ///< Added to the variance, >= 0.
  bool center = true;     ///< Add a learned vector, beta.
  bool scale = true;      ///< Multiply by a learned vector, gamma.
  InitializerSpec beta_initializer = "zeros";
  InitializerSpec gamma_initializer = "ones";
  RegularizerSpec beta_regularizer = {};      ///< Penalty on beta.
  RegularizerSpec gamma_regularizer = {};     ///< Penalty on gamma.
  ConstraintSpec beta_constraint = {};        ///< Projection of beta after each update.
  ConstraintSpec gamma_constraint = {};       ///< Projection of gamma after each update.
  RegularizerSpec activity_regularizer = {};  ///< Penalty on the output, divided by the batch.
  std::string name = {};                      ///< Default: `group_normalization`, ….
};

/// `gamma * (x - mean) / sqrt(variance + epsilon) + beta` with mean and (biased) variance of each
/// sample over the channels of a group and all other axes. Gamma and beta are `(channels)`. With one
/// group it is a layer normalization of whole samples, with -1 an instance normalization.
///
/// Raises InvalidArgument on a number of groups that is neither positive nor -1, a negative epsilon,
/// or, in code, a rule for a gamma or beta that the options leave out; ShapeError where the groups
/// don't divide the channels, and if rank or channels differ from those it was built for. Wu and He,
/// 2018; https://keras.io/api/layers/normalization_layers/group_normalization/.
class GroupNormalization : public Layer {
 public:
  using Options = GroupNormalizationOptions;

  explicit GroupNormalization(Options options = {});

  Tensor call(const Tensor& inputs, const CallContext& context) override;
  Shape compute_output_shape(const Shape& input_shape) override;
  bool supports_masking() const override { return true; }
  Config get_config() const override;
  static GroupNormalization from_config(const Config& config);

  int groups() const { return options_.groups; }
  int axis() const { return options_.axis; }
  float epsilon() const { return options_.epsilon; }
  const Variable& gamma() const { return gamma_; }
  const Variable& beta() const { return beta_; }

 protected:
  void create_weights(const Shape& input_shape) override;
  void check_input(const Shape& input_shape) const override;
  std::optional<std::vector<RegularizerSlot>> regularizer_slots() override;

 private:
  GroupNormalization(Options options, OptionsOrigin origin);
  std::int64_t channels_of(const Shape& input) const;
  int groups_of(std::int64_t channels) const;

  Options options_;
  Variable gamma_;
  Variable beta_;
};

}  // namespace strata::layers
