// Softmax as a layer.
#pragma once

#include <string>

#include "strata/core/axis_list.hpp"
#include "strata/layers/layer.hpp"

namespace strata::layers {

struct SoftmaxOptions {
  AxisList axis = -1;                         ///< What sums to 1; several axes are taken together.
  RegularizerSpec activity_regularizer = {};  ///< Penalty on the output, divided by the batch.
  std::string name = {};                      ///< Default: `softmax`, `softmax_1`, ….
};

/// `exp(x) / sum(exp(x))` along `axis`.
///
/// A mask that broadcasts to the inputs leaves elements out: they become 0. Raises ShapeError if the
/// inputs have no such axis, or a mask of another shape.
/// See https://keras.io/api/layers/activation_layers/softmax/.
class Softmax : public Layer {
 public:
  using Options = SoftmaxOptions;

  explicit Softmax(Options options = {});

  Tensor call(const Tensor& inputs, const CallContext& context) override;
  Shape compute_output_shape(const Shape& input_shape) override;
  bool supports_masking() const override { return true; }
  Config get_config() const override;
  static Softmax from_config(const Config& config);

  const AxisList& axis() const { return options_.axis; }

 protected:
  void check_input(const Shape& input_shape) const override;

 private:
  void check_mask(const Shape& input, const Shape& mask) const;
  Tensor softmax(const Tensor& inputs) const;

  Options options_;
};

}  // namespace strata::layers
