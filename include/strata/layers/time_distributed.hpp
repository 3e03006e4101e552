// TimeDistributed: one layer for each step of a sequence.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "strata/layers/layer.hpp"

namespace strata::layers {

struct TimeDistributedOptions {
  LayerHandle layer;  ///< What is applied to each step; without an activity regularizer.
  RegularizerSpec activity_regularizer = {};  ///< Penalty on the output, divided by the batch.
  std::string name = {};                      ///< Default: `time_distributed`, ….
};

/// Calls a layer with each step of a sequence: `outputs[:, t] = layer(inputs[:, t])`. Its weights
/// and their penalties count here, once.
///
/// Input `(batch, steps, …)`; output `(batch, steps, …)`, of the layer's outputs. The mask is handed
/// on, and its step `mask[:, t]` to the layer. As in Keras it is the layer's `call` that is called,
/// so that its own activity regularizer would not count (that of layers inside a model does, for
/// each step): give TimeDistributed one.
///
/// Raises InvalidArgument on a layer with an activity regularizer (`from_config` keeps it without
/// effect, as Keras does), ShapeError on inputs of less than three axes and on a mask of other
/// steps. See https://keras.io/api/layers/recurrent_layers/time_distributed/.
///
///     layers::TimeDistributed(layers::Dense(8))
class TimeDistributed : public Layer {
 public:
  using Options = TimeDistributedOptions;

  explicit TimeDistributed(Options options);
  explicit TimeDistributed(LayerHandle layer)
      : TimeDistributed(Options{.layer = std::move(layer)}) {}

  Tensor call(const Tensor& inputs, const CallContext& context) override;
  Shape compute_output_shape(const Shape& input_shape) override;
  bool supports_masking() const override { return true; }
  FileLayout file_layout() const override { return {.sublayers = {"layer/"}}; }
  Config get_config() const override;
  static TimeDistributed from_config(const Config& config);

  const std::shared_ptr<Layer>& layer() const { return layer_; }

 protected:
  void create_weights(const Shape& input_shape) override;
  void check_input(const Shape& input_shape) const override;
  std::optional<std::vector<RegularizerSlot>> regularizer_slots() override;
  void restore_trainable(bool trainable) override;

 private:
  TimeDistributed(std::string name, std::shared_ptr<Layer> layer, RegularizerSpec activity);

  std::shared_ptr<Layer> layer_;
};

}  // namespace strata::layers
