// RNN: a layer that goes through a sequence with a cell.
#pragma once

#include <concepts>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "strata/layers/rnn_cell.hpp"

namespace strata::layers {

/// What `RNN` takes as its cell: a cell by value, a shared one, or a list, which is stacked.
class RNNCellHandle {
 public:
  template <class C>
  requires(!std::same_as<std::remove_cvref_t<C>, RNNCellHandle> &&
           std::derived_from<std::remove_cvref_t<C>, RNNCell>) RNNCellHandle(C&& cell)
      : cell_(std::make_shared<std::remove_cvref_t<C>>(std::forward<C>(cell))) {}
  template <std::derived_from<RNNCell> C>
  RNNCellHandle(std::shared_ptr<C> cell) : cell_(std::move(cell)) {}
  RNNCellHandle(std::initializer_list<LayerHandle> cells);
  RNNCellHandle(std::vector<LayerHandle> cells);

  const std::shared_ptr<RNNCell>& cell() const { return cell_; }

 private:
  std::shared_ptr<RNNCell> cell_;
};

struct RNNOptions {
  RNNCellHandle cell;             ///< `LSTMCell(8)`, a cell of your own, or a list of cells.
  bool return_sequences = false;  ///< Every step's output, not the last one's alone.
  bool return_state = false;      ///< Also the states after the last step.
  bool go_backwards = false;      ///< The last step first; outputs in the order of processing.
  bool stateful = false;          ///< A batch starts from the states that the last one ended with.
  bool unroll = false;            ///< Keras's; there is nothing to unroll.
  bool zero_output_for_mask = false;  ///< A masked step outputs zeros, else the last output.
  RegularizerSpec activity_regularizer = {};  ///< Penalty on each output, divided by the batch.
  std::string name = {};                      ///< Default: `rnn`, `rnn_1`, ….
};

/// What the options of all recurrent layers have in common.
struct RecurrentSettings {
  bool return_sequences = false;
  bool return_state = false;
  bool go_backwards = false;
  bool stateful = false;
  bool unroll = false;
  bool zero_output_for_mask = false;
};

/// Goes through a sequence with a cell: from the states after one step come those after the next.
///
/// Input `(batch, steps, …)`; output `(batch, units)` of the last step, or `(batch, steps, units)`
/// with `return_sequences`. With `return_state` a call returns Tensors, the output and the states;
/// initial states may follow the sequence in a call: `layer(Tensors({sequences, states…}))`. A step
/// that the mask leaves out changes no state. Adds the cell's penalties, and the activity penalty.
///
/// A stateful layer keeps its states from call to call, and needs to know the batch size when it is
/// built; it must not be called by several threads at once. Raises ShapeError on inputs of fewer
/// than three axes or another batch size. See https://keras.io/api/layers/recurrent_layers/rnn/.
///
///     layers::RNN stack({.cell = {layers::LSTMCell(8), layers::GRUCell(4)}});
class RNN : public Layer {
 public:
  using Options = RNNOptions;

  explicit RNN(Options options);

  Tensors call_tensors(const Tensors& inputs, const CallContext& context) override;
  /// Raises ShapeError with `return_state`, which has several outputs.
  Shape compute_output_shape(const Shape& input_shape) override;
  std::vector<Shape> compute_output_shapes(const std::vector<Shape>& input_shapes) override;
  bool supports_masking() const override { return true; }
  /// The same mask if the outputs are sequences, else none.
  Tensor compute_mask(const Tensor& inputs, const Tensor& mask) override;
  Config get_config() const override;
  static RNN from_config(const Config& config);
  FileLayout file_layout() const override;

  /// Sets the kept states to zeros.
  void reset_state();
  /// The states that a stateful layer keeps; empty before it is built.
  const std::vector<Variable>& states() const { return states_; }

  bool return_sequences() const { return settings_.return_sequences; }
  bool return_state() const { return settings_.return_state; }
  bool go_backwards() const { return settings_.go_backwards; }
  bool stateful() const { return settings_.stateful; }
  const RNNCell& cell() const { return *cell_; }

 protected:
  /// For layers whose cell's weights are their own.
  RNN(std::string_view class_name, std::string name, RegularizerSpec activity_regularizer,
      const RecurrentSettings& settings, std::shared_ptr<RNNCell> own_cell);

  void create_weights(const Shape& input_shape) override;
  void create_weights_for(const std::vector<Shape>& input_shapes) override;
  void check_input(const Shape& input_shape) const override;
  void check_inputs(const std::vector<Shape>& input_shapes) const override;
  std::optional<std::vector<RegularizerSlot>> regularizer_slots() override;
  std::vector<RandomStream> random_streams() override;
  void restore_trainable(bool trainable) override;
  Config settings_config() const;

 private:
  friend class Bidirectional;

  Tensors initial_states(const Tensors& inputs) const;

  RecurrentSettings settings_;
  std::shared_ptr<RNNCell> cell_;
  bool owns_weights_ = false;  // of the cell, which is then no sub-layer
  std::vector<Variable> states_;
};

}  // namespace strata::layers
