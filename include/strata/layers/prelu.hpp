// PReLU: the rectifier with learned slopes below 0.
#pragma once

#include <optional>
#include <string>

#include "strata/core/axis_list.hpp"
#include "strata/layers/layer.hpp"

namespace strata::layers {

struct PReLUOptions {
  InitializerSpec alpha_initializer = "zeros";
  RegularizerSpec alpha_regularizer = {};     ///< Penalty on alpha.
  ConstraintSpec alpha_constraint = {};       ///< Projection of alpha after each update.
  std::optional<AxisList> shared_axes = {};   ///< Axes that share their slopes, not 0, the batch's.
  RegularizerSpec activity_regularizer = {};  ///< Penalty on the output, divided by the batch.
  std::string name = {};                      ///< Default: `p_re_lu`, `p_re_lu_1`, ….
};

/// x, and `alpha * x` below 0; the gradient at 0 is 0. Alpha has the inputs' shape without the
/// batch, with an extent of 1 along shared axes: after a convolution in two dimensions,
/// `.shared_axes = AxisList{1, 2}` gives one slope per filter.
///
/// Raises ShapeError on a shared axis that isn't there or is the batch's, on an unknown axis that is
/// not shared, and on inputs that alpha doesn't fit. He et al., 2015;
/// https://keras.io/api/layers/activation_layers/prelu/.
class PReLU : public Layer {
 public:
  using Options = PReLUOptions;

  explicit PReLU(Options options = {});

  Tensor call(const Tensor& inputs, const CallContext& context) override;
  Shape compute_output_shape(const Shape& input_shape) override;
  bool supports_masking() const override { return true; }
  Config get_config() const override;
  static PReLU from_config(const Config& config);

  const Variable& alpha() const { return alpha_; }

 protected:
  void create_weights(const Shape& input_shape) override;
  void check_input(const Shape& input_shape) const override;
  std::optional<std::vector<RegularizerSlot>> regularizer_slots() override;

 private:
  Shape alpha_shape(const Shape& input) const;

  Options options_;
  Variable alpha_;
};

}  // namespace strata::layers
