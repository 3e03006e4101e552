// Masking: tells the layers behind which steps of a sequence to skip.
#pragma once

#include <string>

#include "strata/layers/layer.hpp"

namespace strata::layers {

struct MaskingOptions {
  float mask_value = 0.0f;  ///< A step is skipped if all its features have this value.
  RegularizerSpec activity_regularizer = {};  ///< Penalty on the output, divided by the batch.
  std::string name = {};                      ///< Default: `masking`, `masking_1`, ….
};

/// Masks the steps whose features all equal `mask_value`, and sets them to 0. Later layers that use
/// a mask skip those steps; losses and metrics leave them out.
///
/// Input `(batch, steps, …, features)`; output of the same shape, mask `(batch, steps, …)`. Raises
/// ShapeError on a scalar. See https://keras.io/api/layers/core_layers/masking/.
///
///     Sequential model({layers::Masking({.mask_value = -1.0f}), layers::Dense(8)});
class Masking : public Layer {
 public:
  using Options = MaskingOptions;

  explicit Masking(Options options = {});

  Tensor call(const Tensor& inputs, const CallContext& context) override;
  Shape compute_output_shape(const Shape& input_shape) override;
  bool supports_masking() const override { return true; }
  Tensor compute_mask(const Tensor& inputs, const Tensor& mask) override;
  Config get_config() const override;
  static Masking from_config(const Config& config);

  float mask_value() const { return options_.mask_value; }

 protected:
  void check_input(const Shape& input_shape) const override;

 private:
  Options options_;
};

}  // namespace strata::layers
