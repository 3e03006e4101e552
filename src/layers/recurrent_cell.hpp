// What the built-in recurrent layers and their cells share: the fields of their options, their
// weights, and dropout that lasts for a sequence.
#pragma once

#include <functional>
#include <string_view>
#include <utility>
#include <vector>

#include "core/check.hpp"
#include "core/fields.hpp"
#include "layers/optional_weight.hpp"
#include "strata/activations/activation.hpp"
#include "strata/layers/rnn.hpp"
#include "strata/tensor/random.hpp"

namespace strata::layers {

/// The fields that cells and their layers have.
void list_cell_fields(auto& fields, auto& options) {
  fields("units", options.units);
  fields("activation", options.activation);
  if constexpr (requires { options.recurrent_activation; })
    fields("recurrent_activation", options.recurrent_activation);
  fields.truth("use_bias", options.use_bias);
  fields("kernel_initializer", options.kernel_initializer);
  fields("recurrent_initializer", options.recurrent_initializer);
  fields("bias_initializer", options.bias_initializer);
  if constexpr (requires { options.unit_forget_bias; })
    fields.truth("unit_forget_bias", options.unit_forget_bias);
  fields("kernel_regularizer", options.kernel_regularizer);
  fields("recurrent_regularizer", options.recurrent_regularizer);
  fields("bias_regularizer", options.bias_regularizer);
  fields("kernel_constraint", options.kernel_constraint);
  fields("recurrent_constraint", options.recurrent_constraint);
  fields("bias_constraint", options.bias_constraint);
  fields("dropout", options.dropout);
  fields("recurrent_dropout", options.recurrent_dropout);
  if constexpr (requires { options.reset_after; }) fields.truth("reset_after", options.reset_after);
  fields("seed", options.seed);
  fields.ignore("implementation");  // how Keras computes, which changes no number
}

/// Those of all recurrent layers.
void list_settings(auto& fields, auto& options) {
  fields.truth("return_sequences", options.return_sequences);
  fields.truth("return_state", options.return_state);
  fields.truth("go_backwards", options.go_backwards);
  fields.truth("stateful", options.stateful);
  fields.truth("unroll", options.unroll);
  fields.truth("zero_output_for_mask", options.zero_output_for_mask);
  fields.neutral("time_major", false);
}

template <class Options>
RecurrentSettings settings_of(const Options& options) {
  return {.return_sequences = options.return_sequences,
          .return_state = options.return_state,
          .go_backwards = options.go_backwards,
          .stateful = options.stateful,
          .unroll = options.unroll,
          .zero_output_for_mask = options.zero_output_for_mask};
}

/// The options of the cell among those of its layer.
template <class CellOptions, class Options>
CellOptions cell_options(const Options& options, std::string name) {
  CellOptions cell{.units = options.units};
  cell.activation = options.activation;
  if constexpr (requires { cell.recurrent_activation; })
    cell.recurrent_activation = options.recurrent_activation;
  cell.use_bias = options.use_bias;
  cell.kernel_initializer = options.kernel_initializer;
  cell.recurrent_initializer = options.recurrent_initializer;
  cell.bias_initializer = options.bias_initializer;
  if constexpr (requires { cell.unit_forget_bias; })
    cell.unit_forget_bias = options.unit_forget_bias;
  cell.kernel_regularizer = options.kernel_regularizer;
  cell.recurrent_regularizer = options.recurrent_regularizer;
  cell.bias_regularizer = options.bias_regularizer;
  cell.kernel_constraint = options.kernel_constraint;
  cell.recurrent_constraint = options.recurrent_constraint;
  cell.bias_constraint = options.bias_constraint;
  cell.dropout = options.dropout;
  cell.recurrent_dropout = options.recurrent_dropout;
  if constexpr (requires { cell.reset_after; }) cell.reset_after = options.reset_after;
  cell.seed = options.seed;
  cell.name = std::move(name);
  return cell;
}

template <class Options>
void check_cell_options(OptionsOrigin origin, std::string_view who, const Options& options) {
  const int units = options.units;
  check(units > 0, who, "units must be a positive integer. Received: units={}.", units);
  const auto check_rate = [who](const char* name, float rate) {
    check(rate >= 0.0f && rate <= 1.0f, who, "{0} must lie in [0, 1]. Received: {0}={1}.", name,
          rate);
  };
  check_rate("dropout", options.dropout);
  check_rate("recurrent_dropout", options.recurrent_dropout);
  check_rules_of_bias(origin, who, options);
}

/// The options of a layer's cell; `who` is the layer's class.
template <class CellOptions, class Options>
CellOptions checked_cell_options(OptionsOrigin origin, const char* who, const Options& options,
                                 const char* cell_name) {
  check_cell_options(origin, who, options);
  return cell_options<CellOptions>(options, cell_name);
}

/// There is no cuDNN; "auto" is Keras's default.
void check_no_cudnn(std::string_view who, const std::optional<bool>& use_cudnn);
/// The same config without a `use_cudnn` of "auto".
Config without_auto_cudnn(Config config);

/// The kernels of a cell with so many gates.
template <class Options>
WeightOptions input_kernel(const Options& options, std::int64_t features, int gates) {
  return {.name = "kernel",
          .shape = {features, std::int64_t{gates} * options.units},
          .initializer = options.kernel_initializer,
          .regularizer = options.kernel_regularizer,
          .constraint = options.kernel_constraint,
          .axes = {.input = 0, .output = 1, .gates = gates}};
}
template <class Options>
WeightOptions recurrent_kernel(const Options& options, int gates) {
  return {.name = "recurrent_kernel",
          .shape = {options.units.value(), std::int64_t{gates} * options.units},
          .initializer = options.recurrent_initializer,
          .regularizer = options.recurrent_regularizer,
          .constraint = options.recurrent_constraint,
          .axes = {.input = 0, .output = 1, .gates = gates}};
}
template <class Options>
WeightOptions gate_bias(const Options& options, const Shape& shape, int gates) {
  return {.name = "bias",
          .shape = shape,
          .initializer = options.bias_initializer,
          .regularizer = options.bias_regularizer,
          .constraint = options.bias_constraint,
          .axes = {.output = shape.rank() - 1, .gates = gates}};
}

/// A part of a layer, which its owner builds.
std::shared_ptr<Layer> deserialize_unbuilt(Config object);

/// Checks the inputs of one step. `features`: what the layer was built for, or unknown.
void check_step_input(const Layer& layer, const Shape& input, std::int64_t features);

/// `x · kernel + bias` gate by gate, with what was dropped of x for each of them.
class GateProducts {
 public:
  /// `masks`: none, one for all gates, or one per gate. `bias` may be undefined.
  GateProducts(const Tensor& kernel, const Tensor& bias, int gates, std::vector<Tensor> masks);
  Tensor operator()(int gate, const Tensor& x) const;

 private:
  std::vector<Tensor> kernels_;
  std::vector<Tensor> biases_;
  std::vector<Tensor> masks_;
};

/// What is dropped for a whole sequence, of the inputs and of the state: of each nothing, one mask for all
/// gates, or one per gate.
struct DropoutMasks {
  std::vector<Tensor> of_inputs;
  std::vector<Tensor> of_states;
};

/// Draws them by `draw(shape, rate)`, the inputs' first. As in Keras, cells with several gates drop nothing at a
/// rate of 1.
template <class Options, class Draw>
DropoutMasks draw_masks(const Options& options, int gates, const Tensor& sequences,
                        const CallContext& context, const Draw& draw) {
  const auto masks = [&](float rate, int count, std::int64_t features) {
    const bool drops = context.training && rate > 0.0f && (gates == 1 || rate < 1.0f);
    std::vector<Tensor> drawn;
    for (int i = 0; drops && i < count; ++i)
      drawn.push_back(draw(Shape{sequences.shape().front(), features}, rate));
    return drawn;
  };
  DropoutMasks all;
  all.of_inputs = masks(options.dropout, options.recurrent_dropout == 0.0f ? 1 : gates,
                        sequences.shape().back());
  all.of_states = masks(options.recurrent_dropout, gates, options.units);
  return all;
}

/// The sequence (batch, steps, features) with a mask (batch, features) on each step, if there is one.
Tensor drop_from_steps(const Tensor& sequences, const std::vector<Tensor>& masks);

using StepFunction = std::function<Tensors(const Tensor& inputs, const Tensors& states)>;

/// Goes through a sequence step by step. `output_state`: see RNNCell.
ops::RecurrentOutputs run_steps(const StepFunction& step, const Tensor& sequences,
                                const Tensors& initial_states, int output_state,
                                const ops::RecurrenceOptions& options);

/// One step as a sequence of one: the output and the new states.
Tensors step_by_run(RNNCell& cell, const Tensor& inputs, const Tensors& states,
                    const CallContext& context);

}  // namespace strata::layers
