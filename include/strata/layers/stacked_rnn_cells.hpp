// StackedRNNCells: cells on top of each other, as one cell.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "strata/layers/rnn_cell.hpp"

namespace strata::layers {

struct StackedRNNCellsOptions {
  std::vector<LayerHandle> cells = {};  ///< The first gets the inputs; there must be one.
  std::string name = {};  ///< Default: `stacked_rnn_cells`, `stacked_rnn_cells_1`, ….
};

/// Each cell's output is the next one's input. The states are those of all cells, in their order.
/// Raises InvalidArgument without a cell, or on a layer that is no cell.
/// See https://keras.io/api/layers/recurrent_layers/stacked_rnn_cell/.
class StackedRNNCells : public RNNCell {
 public:
  using Options = StackedRNNCellsOptions;

  explicit StackedRNNCells(Options options);
  explicit StackedRNNCells(std::vector<LayerHandle> cells)
      : StackedRNNCells(Options{.cells = std::move(cells)}) {}

  std::vector<int> state_size() const override;
  int output_size() const override;
  Tensors get_initial_state(std::int64_t batch) const override;
  Tensors step(const Tensor& inputs, const Tensors& states, const CallContext& context) override;
  ops::RecurrentOutputs run(const Tensor& sequences, const Tensors& initial_states,
                            const ops::RecurrenceOptions& options,
                            const CallContext& context) override;
  int output_state() const override;
  Config get_config() const override;
  static StackedRNNCells from_config(const Config& config);
  FileLayout file_layout() const override;
  const std::vector<std::shared_ptr<RNNCell>>& cells() const { return cells_; }

 protected:
  void create_weights(const Shape& input_shape) override;
  std::optional<std::vector<RegularizerSlot>> regularizer_slots() override;
  void restore_trainable(bool trainable) override;

 private:
  std::vector<std::shared_ptr<RNNCell>> cells_;
};

}  // namespace strata::layers
