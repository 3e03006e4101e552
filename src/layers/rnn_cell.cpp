// RNNCell: a cell's call as a layer, and the sequence that calls it for each step.
#include "strata/layers/rnn_cell.hpp"

#include "core/check.hpp"
#include "layers/recurrent_cell.hpp"
#include "strata/ops/array.hpp"
#include "tensor/format.hpp"

namespace strata::layers {

std::vector<Shape> state_shapes(const RNNCell& cell, std::int64_t batch) {
  std::vector<Shape> shapes;
  for (const int size : cell.state_size()) shapes.push_back({batch, size});
  return shapes;
}

int RNNCell::output_size() const { return state_size().front(); }

Tensors RNNCell::get_initial_state(std::int64_t batch) const {
  std::vector<Tensor> states;
  for (const Shape& shape : state_shapes(*this, batch)) states.push_back(ops::zeros(shape));
  return Tensors(std::move(states));
}

Tensors RNNCell::call_tensors(const Tensors& inputs, const CallContext& context) {
  const Tensors states = inputs.size() == 1
                             ? get_initial_state(inputs.front().shape().front())
                             : Tensors(std::vector<Tensor>(inputs.begin() + 1, inputs.end()));
  Tensors result = step(inputs.front(), states, context);
  check<ShapeError>(result.size() == state_size().size() + 1, name(),
                    "a step must return the output and {} states. Received: {} tensors.",
                    state_size().size(), result.size());
  return result;
}

ops::RecurrentOutputs RNNCell::run(const Tensor& sequences, const Tensors& initial_states,
                                   const ops::RecurrenceOptions& options,
                                   const CallContext& context) {
  const auto step = [&](const Tensor& inputs, const Tensors& states) {
    std::vector<Tensor> all = {inputs};
    all.insert(all.end(), states.begin(), states.end());
    return (*this)(Tensors(std::move(all)), context);
  };
  return run_steps(step, sequences, initial_states, output_state(), options);
}

std::vector<Shape> RNNCell::compute_output_shapes(const std::vector<Shape>& input_shapes) {
  check_inputs(input_shapes);
  const std::int64_t batch = input_shapes.front().front();
  std::vector<Shape> shapes = state_shapes(*this, batch);
  shapes.insert(shapes.begin(), Shape{batch, output_size()});
  return shapes;
}

void RNNCell::check_inputs(const std::vector<Shape>& input_shapes) const {
  const std::vector<int> sizes = state_size();
  check<ShapeError>(input_shapes.size() == 1 || input_shapes.size() == sizes.size() + 1, name(),
                    "a cell takes its inputs, and {} states if any. Received: {} tensors.",
                    sizes.size(), input_shapes.size());
  check_input(input_shapes.front());
  for (std::size_t i = 1; i < input_shapes.size(); ++i) {
    const Shape& shape = input_shapes[i];
    check<ShapeError>(shape.rank() == 2 && shape.back() == sizes[i - 1], name(),
                      "state {} must have the shape (batch, {}). Received: shape={}.", i - 1,
                      sizes[i - 1], shape);
  }
}

void RNNCell::set_activity_regularizer(RegularizerSpec regularizer) {
  check(!regularizer, name(),
        "a cell has no activity penalty; set it on its layer. Received: an activity_regularizer.");
}

void RNNCell::create_weights_for(const std::vector<Shape>& input_shapes) {
  create_weights(input_shapes.front());
}

void RNNCell::make_weights(const Shape&, const AddWeight&) {}

}  // namespace strata::layers
