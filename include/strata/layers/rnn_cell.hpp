// RNNCell: one step of a recurrence. What users subclass for a recurrence of their own.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "strata/layers/layer.hpp"
#include "strata/ops/recurrent.hpp"

namespace strata::layers {

/// What `RNN` repeats for each step of a sequence. A subclass overrides `state_size`, `step` and, if
/// it has weights, `create_weights`, which gets the shape of one step's inputs:
///
///     class Leaky : public layers::RNNCell {
///       std::vector<int> state_size() const override { return {4}; }
///       void create_weights(const Shape& input) override {
///         kernel_ = add_weight({.name = "kernel", .shape = {input.back(), 4}});
///       }
///       Tensors step(const Tensor& inputs, const Tensors& states, const CallContext&) override {
///         const Tensor state = 0.9f * states[0] + ops::matmul(inputs, kernel_);
///         return {ops::tanh(state), state};  // the output, then the new states
///       }
///       Variable kernel_;
///     };
///     layers::RNN({.cell = Leaky()});
///
/// A call takes and returns Tensors: `cell(Tensors({inputs, states…}))` is what `step` returns.
/// Without states it starts from the initial ones. See https://keras.io/api/layers/recurrent_layers/rnn/.
class RNNCell : public Layer {
 public:
  RNNCell() = default;

  /// The length of each state.
  virtual std::vector<int> state_size() const = 0;
  /// The length of the output. Default: that of the first state.
  virtual int output_size() const;
  /// (batch, length) each. Default: zeros.
  virtual Tensors get_initial_state(std::int64_t batch) const;
  /// The output and the new states, from one step's inputs (batch, …) and the states. Draws dropout
  /// anew, where a sequence keeps what was dropped for all its steps.
  virtual Tensors step(const Tensor& inputs, const Tensors& states, const CallContext& context) = 0;

  /// Goes through a sequence (batch, steps, …). By default the cell is called for each step; the
  /// built-in cells compute all steps at once.
  virtual ops::RecurrentOutputs run(const Tensor& sequences, const Tensors& initial_states,
                                    const ops::RecurrenceOptions& options,
                                    const CallContext& context);
  /// Which state a skipped step repeats as its output, of the output's length. Default: the first.
  virtual int output_state() const { return 0; }

  Tensors call_tensors(const Tensors& inputs, const CallContext& context) override;
  std::vector<Shape> compute_output_shapes(const std::vector<Shape>& input_shapes) override;
  /// Raises InvalidArgument unless it is empty: the penalty on outputs is the layer's, not its cell's.
  void set_activity_regularizer(RegularizerSpec regularizer) override;

 protected:
  RNNCell(std::string_view class_name, std::string name) : Layer(class_name, std::move(name)) {}

  friend class RNN;
  using AddWeight = std::function<Variable(const WeightOptions&)>;

  void check_inputs(const std::vector<Shape>& input_shapes) const override;
  void create_weights_for(const std::vector<Shape>& input_shapes) override;
  /// Makes the weights by `add`, for a layer that has them as its own.
  virtual void make_weights(const Shape& input_shape, const AddWeight& add);
};

/// The shapes (batch, length) of states.
std::vector<Shape> state_shapes(const RNNCell& cell, std::int64_t batch);

}  // namespace strata::layers
