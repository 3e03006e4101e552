// Recurrences step by step, and the products of gates.
#include "layers/recurrent_cell.hpp"

#include "layers/at_step.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/elementwise.hpp"
#include "strata/ops/linear_algebra.hpp"
#include "tensor/format.hpp"

namespace strata::layers {

void check_no_cudnn(std::string_view who, const std::optional<bool>& use_cudnn) {
  check(!use_cudnn.value_or(false), who,
        "use_cudnn must not be true, since there is no cuDNN on a CPU. Received: use_cudnn=true.");
}

Config without_auto_cudnn(Config config) {
  const auto found = config.find("use_cudnn");
  if (found != config.end() && *found == "auto") config.erase(found);
  return config;
}

std::shared_ptr<Layer> deserialize_unbuilt(Config object) {
  if (object.is_object()) object.erase("build_config");
  return deserialize(object);
}

void check_step_input(const Layer& layer, const Shape& input, std::int64_t features) {
  check<ShapeError>(input.rank() == 2, layer.name(),
                    "a step's inputs must have the axes (batch, features). Received: shape={}.",
                    input);
  check<ShapeError>(input.back() != Shape::kUnknown, layer.name(),
                    "the number of features must be known. Received: shape={}.", input);
  check<ShapeError>(features == Shape::kUnknown || input.back() == features, layer.name(),
                    "the inputs must have {} features, as when the layer was built. "
                    "Received: shape={}.",
                    features, input);
}

GateProducts::GateProducts(const Tensor& kernel, const Tensor& bias, int gates,
                           std::vector<Tensor> masks)
    : masks_(std::move(masks)) {
  if (gates == 1) {
    kernels_ = {kernel};
    if (bias.defined()) biases_ = {bias};
    return;
  }
  const std::int64_t units = kernel.shape()[1] / gates;
  for (int gate = 0; gate < gates; ++gate) {
    kernels_.push_back(ops::slice(kernel, {0, gate * units}, {kernel.shape()[0], units}));
    if (bias.defined()) biases_.push_back(ops::slice(bias, {gate * units}, {units}));
  }
}

Tensor GateProducts::operator()(int gate, const Tensor& x) const {
  const auto of_gate = [gate](const std::vector<Tensor>& all) {
    if (all.empty()) return Tensor();
    return all[all.size() == 1 ? 0 : static_cast<std::size_t>(gate)];
  };
  const Tensor mask = of_gate(masks_);
  return ops::dense(mask.defined() ? x * mask : x, of_gate(kernels_), of_gate(biases_));
}

Tensor drop_from_steps(const Tensor& sequences, const std::vector<Tensor>& masks) {
  return masks.empty() ? sequences : sequences * ops::expand_dims(masks.front(), 1);
}

ops::RecurrentOutputs run_steps(const StepFunction& step, const Tensor& sequences,
                                const Tensors& initial_states, int output_state,
                                const ops::RecurrenceOptions& options) {
  const std::int64_t steps = sequences.shape()[1];
  check<ShapeError>(steps > 0, "RNN", "a sequence must have a step or more. Received: shape={}.",
                    sequences.shape());
  Tensors states = initial_states;
  std::vector<Tensor> outputs;
  for (std::int64_t i = 0; i < steps; ++i) {
    const std::int64_t time = options.go_backwards ? steps - 1 - i : i;
    const Tensors result = step(at_step(sequences, time), states);
    std::vector<Tensor> next(result.begin() + 1, result.end());
    Tensor output = result.front();
    if (options.mask.defined()) {
      const Tensor mask = ops::expand_dims(at_step(options.mask, time), 1);
      const Tensor previous = options.zero_output_for_mask
                                  ? ops::zeros_like(output)
                                  : states[static_cast<std::size_t>(output_state)];
      check<ShapeError>(previous.shape() == output.shape(), "RNN",
                        "a masked step repeats the state that stands for the output, so both must "
                        "have one shape. Received: shapes {} and {}.",
                        previous.shape(), output.shape());
      output = ops::where(mask, output, previous);
      for (std::size_t k = 0; k < next.size(); ++k) next[k] = ops::where(mask, next[k], states[k]);
    }
    if (options.return_sequences) {
      outputs.push_back(output);
    } else {
      outputs = {output};
    }
    states = Tensors(std::move(next));
  }
  return {options.return_sequences ? ops::stack(outputs, 1) : outputs.front(),
          options.return_state ? states : Tensors()};
}

Tensors step_by_run(RNNCell& cell, const Tensor& inputs, const Tensors& states,
                    const CallContext& context) {
  ops::RecurrentOutputs result =
      cell.run(ops::expand_dims(inputs, 1), states, {.return_state = true}, context);
  std::vector<Tensor> all = {std::move(result.outputs)};
  all.insert(all.end(), result.states.begin(), result.states.end());
  return Tensors(std::move(all));
}

}  // namespace strata::layers
