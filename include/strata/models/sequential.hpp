// Sequential: a stack of layers.
#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

#include "strata/layers/layer.hpp"
#include "strata/models/model.hpp"

namespace strata {

namespace models {
class JoinedLayers;
}

struct SequentialOptions {
  std::vector<LayerHandle> layers = {};
  bool trainable = true;
  std::string name = {};  ///< Default: `sequential`, `sequential_1`, ….
};

/// Layers one after the other. With an `Input` in front it is built at once, else at the first
/// data.
///
///     Sequential model({
///         layers::Input({20}),
///         layers::Dense({.units = 64, .activation = "relu", .kernel_regularizer = "l2"}),
///         layers::Dense({.units = 3, .activation = "softmax"}),
///     });
///
/// Raises InvalidArgument on a layer name that is taken and on a second `Input`.
/// See https://keras.io/api/models/sequential/.
class Sequential : public Model {
 public:
  using Options = SequentialOptions;

  Sequential() : Sequential(Options{}) {}
  explicit Sequential(std::initializer_list<LayerHandle> layers)
      : Sequential(Options{.layers = layers}) {}
  explicit Sequential(Options options);

  /// Puts a layer at the end. Raises, and changes nothing, if it does not fit.
  void add(LayerHandle layer);
  /// Takes the last layer away; a built model stays one for the same data, even without layers.
  /// Raises StateError if there is none.
  void pop();

  Tensor call(const Tensor& inputs, const CallContext& context) override;
  Shape compute_output_shape(const Shape& input_shape) override;

  /// The shape of the data, with the batch axis in front. Raise StateError before it is known.
  Shape input_shape() const;
  Shape output_shape();

  /// {"name", "trainable", "dtype", "layers"[, "build_input_shape"]}, with an InputLayer in front
  /// of the layers once built.
  Config get_config() const override;
  /// Raises InvalidArgument, naming the layer and its key, on anything that is not such a config.
  static Sequential from_config(const Config& config);

 protected:
  void create_weights(const Shape& input_shape) override;
  void check_input(const Shape& input_shape) const override;
  std::optional<std::vector<RegularizerSlot>> regularizer_slots() override;
  void restore_trainable(bool trainable) override;

 private:
  void join_layers();

  std::shared_ptr<Layer> input_;  // an Input, if there is one; it has no weights and no penalties
  // By index: a layer that is computed together with the next one, or null. Made when the model is
  // built, and anew when its layers change.
  std::vector<std::shared_ptr<const models::JoinedLayers>> joined_;
};

}  // namespace strata
