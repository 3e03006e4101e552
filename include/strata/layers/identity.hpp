// Identity: a layer that changes nothing.
#pragma once

#include <string>
#include <vector>

#include "strata/layers/layer.hpp"

namespace strata::layers {

struct IdentityOptions {
  RegularizerSpec activity_regularizer = {};  ///< Penalty on the output, divided by the batch.
  std::string name = {};                      ///< Default: `identity`, `identity_1`, ….
};

/// Its inputs, one tensor or several. See https://keras.io/api/layers/core_layers/identity/.
class Identity : public Layer {
 public:
  using Options = IdentityOptions;

  explicit Identity(Options options = {});

  Tensors call_tensors(const Tensors& inputs, const CallContext& context) override;
  Shape compute_output_shape(const Shape& input_shape) override;
  std::vector<Shape> compute_output_shapes(const std::vector<Shape>& input_shapes) override;
  bool supports_masking() const override { return true; }
  Config get_config() const override;
  static Identity from_config(const Config& config);

 protected:
  void check_inputs(const std::vector<Shape>& input_shapes) const override;
};

}  // namespace strata::layers
