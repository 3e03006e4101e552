// Input: the shape that a model's data has.
#pragma once

#include <optional>
#include <string>

#include "strata/core/required.hpp"
#include "strata/layers/layer.hpp"

namespace strata::layers {

struct InputOptions {
  Required<Shape> shape;               ///< Of one sample, without the batch axis.
  std::optional<int> batch_size = {};  ///< A fixed batch size. Default: any.
  std::string name = {};               ///< Default: `input_layer`, `input_layer_1`, ….
};

/// The entry of a model: says what shape the data has, so that the model is built at once.
///
///     Sequential model({
///         layers::Input({28, 28, 1}),  // or {.shape = {28, 28, 1}, .name = "images"}
///         layers::Flatten(),
///         layers::Dense({.units = 10}),
///     });
///
/// Raises InvalidArgument on extents below 1 (an unknown one is `Shape::kUnknown`).
/// See https://keras.io/api/layers/core_layers/input/.
class Input : public Layer {
 public:
  using Options = InputOptions;

  explicit Input(Options options);
  /// A template, so that g++, which takes `{.shape = …}` for a Shape as well, prefers the options.
  template <class = void>
  explicit Input(const Shape& shape) : Input(Options{.shape = shape}) {}

  /// With the batch axis in front.
  Shape batch_shape() const;

  Tensor call(const Tensor& inputs, const CallContext& context) override;
  Shape compute_output_shape(const Shape& input_shape) override;
  /// Raises InvalidArgument unless it is empty: as in Keras, an Input has no penalty.
  void set_activity_regularizer(RegularizerSpec regularizer) override;
  Config get_config() const override;
  static Input from_config(const Config& config);

 protected:
  void restore_activity_regularizer(RegularizerSpec regularizer) override;

 private:
  Options options_;
};

}  // namespace strata::layers
