// Reshape: every sample in another shape.
#pragma once

#include <string>

#include "strata/core/required.hpp"
#include "strata/layers/layer.hpp"

namespace strata::layers {

struct ReshapeOptions {
  Required<Shape> target_shape;  ///< Of one sample, without the batch axis; one extent may be -1.
  RegularizerSpec activity_regularizer = {};  ///< Penalty on the output, divided by the batch.
  std::string name = {};                      ///< Default: `reshape`, `reshape_1`, ….
};

/// Input `(batch, …)`; output `(batch, target_shape…)`, with the same elements in the same order.
/// An extent of -1 is worked out from the others.
///
///     layers::Reshape({28, 28, 1})  // or {.target_shape = {28, 28, 1}, .name = "images"}
///
/// Raises InvalidArgument on more than one -1 or an extent below -1, ShapeError where the sizes
/// differ. See https://keras.io/api/layers/reshaping_layers/reshape/.
class Reshape : public Layer {
 public:
  using Options = ReshapeOptions;

  explicit Reshape(Options options);
  /// A template, so that g++, which takes `{.target_shape = …}` for a Shape as well, prefers the
  /// options.
  template <class = void>
  explicit Reshape(const Shape& target_shape) : Reshape(Options{.target_shape = target_shape}) {}

  Tensor call(const Tensor& inputs, const CallContext& context) override;
  Shape compute_output_shape(const Shape& input_shape) override;
  Config get_config() const override;
  static Reshape from_config(const Config& config);

 private:
  Options options_;
};

}  // namespace strata::layers
