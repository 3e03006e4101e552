// Bidirectional: a recurrent layer and a copy of it that goes backwards.
#pragma once

#include <concepts>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "strata/layers/layer.hpp"

namespace strata::layers {

class RNN;

struct BidirectionalOptions {
  LayerHandle layer;  ///< A recurrent layer. It isn't used itself, but copied.
  /// How the two outputs become one: `concat`, `sum`, `mul`, `ave`; none: both are returned.
  std::optional<std::string> merge_mode = "concat";
  /// The layer for the other direction. Default: a copy of `layer` that goes backwards.
  std::optional<LayerHandle> backward_layer = {};
  RegularizerSpec activity_regularizer = {};  ///< Penalty on the output, divided by the batch.
  std::string name = {};                      ///< Default: `bidirectional`, `bidirectional_1`, ….
};

/// Goes through a sequence in both directions: the output of each step, or of the last ones, is
/// merged from the two layers' outputs.
///
/// Output `(batch, steps, n)` or `(batch, n)`, where `n` is `2 units` with `concat`, else `units`.
/// The states that a call takes or returns are the forward layer's, then the backward layer's.
/// Where sequences are returned, a masked step outputs zeros. Raises InvalidArgument unless the
/// layers are recurrent, go in different directions and agree in `return_sequences`, `return_state`
/// and `stateful`. See https://keras.io/api/layers/recurrent_layers/bidirectional/.
///
///     layers::Bidirectional({.layer = layers::LSTM({.units = 8, .return_sequences = true})});
class Bidirectional : public Layer {
 public:
  using Options = BidirectionalOptions;

  explicit Bidirectional(Options options);
  template <std::derived_from<Layer> L>
  requires(!std::same_as<L, Bidirectional>) explicit Bidirectional(L layer)
      : Bidirectional(Options{.layer = LayerHandle(std::move(layer))}) {}

  Tensors call_tensors(const Tensors& inputs, const CallContext& context) override;
  /// Raises ShapeError if there are several outputs.
  Shape compute_output_shape(const Shape& input_shape) override;
  std::vector<Shape> compute_output_shapes(const std::vector<Shape>& input_shapes) override;
  bool supports_masking() const override { return true; }
  /// The same mask if the outputs are sequences, else none.
  Tensor compute_mask(const Tensor& inputs, const Tensor& mask) override;
  Config get_config() const override;
  static Bidirectional from_config(const Config& config);
  FileLayout file_layout() const override;
  /// Sets the kept states to zeros. Raises StateError if the layers aren't stateful.
  void reset_state();

  const RNN& forward_layer() const { return *forward_; }
  const RNN& backward_layer() const { return *backward_; }

 protected:
  void create_weights(const Shape& input_shape) override;
  void create_weights_for(const std::vector<Shape>& input_shapes) override;
  void check_input(const Shape& input_shape) const override;
  void check_inputs(const std::vector<Shape>& input_shapes) const override;
  std::optional<std::vector<RegularizerSlot>> regularizer_slots() override;
  void restore_trainable(bool trainable) override;

 private:
  std::size_t state_count() const;
  std::vector<Shape> half_of(const std::vector<Shape>& shapes, std::size_t half) const;

  std::optional<std::string> merge_mode_;
  std::shared_ptr<RNN> forward_;
  std::shared_ptr<RNN> backward_;
};

}  // namespace strata::layers
