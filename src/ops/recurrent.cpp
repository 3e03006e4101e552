// ops::simple_rnn, ops::lstm and ops::gru: the inputs' products of all steps are one matrix product,
// and so are the gradients of the weights.
#include "strata/ops/recurrent.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "core/check.hpp"
#include "kernels/products/gemm.hpp"
#include "kernels/recurrent/gru.hpp"
#include "kernels/recurrent/lstm.hpp"
#include "kernels/recurrent/simple_rnn.hpp"
#include "kernels/reduction/reduction.hpp"
#include "ops/fused_activation.hpp"
#include "ops/gradient_target.hpp"
#include "ops/inputs.hpp"
#include "strata/autodiff/record.hpp"
#include "strata/ops/array.hpp"
#include "tensor/format.hpp"

namespace strata::ops {
namespace {

using autodiff::InputGradients;

// The inputs of a recorded recurrence, in this order; behind them the initial states.
constexpr int kSequence = 0;
constexpr int kKernel = 1;
constexpr int kRecurrentKernel = 2;
constexpr int kBias = 3;
constexpr int kFirstState = 4;

// Before the weights are checked.
std::int64_t units_of(const RecurrentWeights& weights) {
  const Tensor& kernel = weights.recurrent_kernel;
  return kernel.defined() && kernel.rank() > 0 ? kernel.shape()[0] : 0;
}

// What all kinds of recurrences have in common.
struct Recurrent {
  const char* who;
  std::int64_t gates;
  Shape bias_shape;  // if there is a bias
  const Tensor& inputs;
  const RecurrentWeights& weights;
  const RecurrenceOptions& options;

  std::int64_t batch() const { return inputs.shape()[0]; }
  std::int64_t steps() const { return inputs.shape()[1]; }
  std::int64_t features() const { return inputs.shape()[2]; }
  std::int64_t units() const { return weights.recurrent_kernel.shape()[0]; }
  std::int64_t width() const { return gates * units(); }
};

void check_recurrent(const Recurrent& r, std::initializer_list<const Tensor*> states) {
  check_defined(r.who, r.inputs);
  check_defined(r.who, r.weights.kernel);
  check_defined(r.who, r.weights.recurrent_kernel);
  check<ShapeError>(r.inputs.rank() == 3 && r.steps() > 0, r.who,
                    "the inputs must have the axes (batch, steps, features), and a step or more. "
                    "Received: shape={}.",
                    r.inputs.shape());
  const Shape& kernel = r.weights.kernel.shape();
  const Shape& recurrent = r.weights.recurrent_kernel.shape();
  check<ShapeError>(
      kernel.rank() == 2 && recurrent.rank() == 2 && kernel[0] == r.features() &&
          kernel[1] == r.width() && recurrent[1] == r.width(),
      r.who,
      "the kernels must have the shapes (features, {0} units) and (units, {0} units). "
      "Received: shapes {1} and {2} for {3} features.",
      r.gates, kernel, recurrent, r.features());
  check<ShapeError>(!r.weights.bias.defined() || r.weights.bias.shape() == r.bias_shape, r.who,
                    "the bias must have the shape {}. Received: shape={}.", r.bias_shape,
                    r.weights.bias.shape());
  const Shape state = {r.batch(), r.units()};
  for (const Tensor* initial : states) {
    check<ShapeError>(!initial->defined() || initial->shape() == state, r.who,
                      "an initial state must have the shape {}. Received: shape={}.", state,
                      initial->shape());
  }
  const Tensor& mask = r.options.mask;
  check<ShapeError>(!mask.defined() || mask.shape() == Shape{r.batch(), r.steps()}, r.who,
                    "the mask must have the shape {}. Received: shape={}.",
                    Shape{r.batch(), r.steps()}, mask.shape());
}

// (batch, steps, …) in the order in which steps are processed, as rows.
Tensor time_major(const Recurrent& r, const Tensor& x) {
  const std::int64_t features = x.rank() == 3 ? x.shape()[2] : 1;
  Tensor result = TensorAccess::uninitialized({r.steps() * r.batch(), features});
  kernels::to_time_major(r.batch(), r.steps(), features, r.options.go_backwards, x.data(),
                         TensorAccess::data(result));
  return result;
}

// The inputs' part of the sums, with the bias, for all steps.
Tensor input_sums(const Recurrent& r, const Tensor& rows, const float* bias) {
  Tensor sums = TensorAccess::uninitialized({rows.shape()[0], r.width()});
  kernels::gemm_with_epilogue({.rows = rows.shape()[0],
                               .columns = r.width(),
                               .inner = r.features(),
                               .a = {rows.data(), r.features()},
                               .b = {r.weights.kernel.data(), r.width()},
                               .c = TensorAccess::data(sums),
                               .c_stride = r.width()},
                              bias, FusedActivation::linear);
  return sums;
}

// A history of a state, with its initial value.
Tensor history_of(const Recurrent& r, const Tensor& initial, bool all) {
  const std::int64_t count = kernels::StateHistory::count(r.steps(), all);
  Tensor history = TensorAccess::uninitialized({count * r.batch(), r.units()});
  float* const to = TensorAccess::data(history);
  const std::int64_t size = r.batch() * r.units();
  if (initial.defined()) {
    std::copy_n(initial.data(), size, to);
  } else {
    std::fill_n(to, size, 0.0f);
  }
  return history;
}

kernels::StateHistory states_in(const Recurrent& r, Tensor& history, bool all) {
  return {TensorAccess::data(history), r.batch() * r.units(), all};
}

// The recorded output holds, for each sample, the outputs and then the states if they are wanted.
struct OutputLayout {
  OutputLayout(const Recurrent& r, std::int64_t state_count)
      : batch(r.batch()),
        steps(r.steps()),
        units(r.units()),
        outputs(r.options.return_sequences ? r.steps() : 1),
        states(r.options.return_state ? state_count : 0),
        all(r.options.return_sequences) {}

  std::int64_t stride() const { return (outputs + states) * units; }
  Shape shape() const { return {batch, outputs + states, units}; }
  template <class Float>
  kernels::OutputRows<Float> rows(Float* data) const {
    return {data, stride(), all};
  }

  void write_state(std::int64_t number, const float* state, float* to) const {
    if (number >= states) return;
    for (std::int64_t b = 0; b < batch; ++b)
      std::copy_n(state + b * units, units, to + b * stride() + (outputs + number) * units);
  }

  /// (batch, units): the upstream gradient of a final state, or zeros.
  Tensor state_gradient(std::int64_t number, const Tensor& upstream) const {
    Tensor gradient = TensorAccess::uninitialized({batch, units});
    float* const to = TensorAccess::data(gradient);
    for (std::int64_t b = 0; b < batch; ++b) {
      if (number >= states) {
        std::fill_n(to + b * units, units, 0.0f);
      } else {
        std::copy_n(upstream.data() + b * stride() + (outputs + number) * units, units,
                    to + b * units);
      }
    }
    return gradient;
  }

  RecurrentOutputs unpack(const Tensor& packed) const {
    const Shape of_outputs = all ? Shape{batch, steps, units} : Shape{batch, units};
    if (states == 0) return {reshape(packed, of_outputs), {}};
    std::vector<Tensor> last;
    for (std::int64_t number = 0; number < states; ++number)
      last.push_back(
          reshape(slice(packed, {0, outputs + number, 0}, {batch, 1, units}), {batch, units}));
    return {reshape(slice(packed, {0, 0, 0}, {batch, outputs, units}), of_outputs),
            Tensors(std::move(last))};
  }

  std::int64_t batch;
  std::int64_t steps;
  std::int64_t units;
  std::int64_t outputs;
  std::int64_t states;
  bool all;
};

// What the gradients of weights and inputs need, beside the gradients of the sums.
struct Kept {
  explicit Kept(const Recurrent& r)
      : rows(time_major(r, r.inputs)),
        mask(r.options.mask.defined() ? time_major(r, r.options.mask) : Tensor()),
        weights(r.weights),
        input_shape(r.inputs.shape()),
        gates(r.gates),
        backwards(r.options.go_backwards),
        zero_masked(r.options.zero_output_for_mask) {}

  std::int64_t units() const { return weights.recurrent_kernel.shape()[0]; }
  kernels::Recurrence recurrence() const {
    return {.steps = input_shape[1],
            .batch = input_shape[0],
            .units = units(),
            .recurrent_kernel = weights.recurrent_kernel.data(),
            .mask = mask.data(),
            .zero_masked_outputs = zero_masked};
  }

  Tensor rows;  // the inputs, time-major
  Tensor mask;
  RecurrentWeights weights;
  Shape input_shape;
  std::int64_t gates;
  bool backwards;
  bool zero_masked;
};

// `target (+)= aᵀ · b`, where a and b have a row per step and sample.
void multiply_rows_of_steps(GradientTarget& target, std::int64_t rows, const kernels::Matrix& a,
                            std::int64_t a_columns, const kernels::Matrix& b,
                            std::int64_t b_columns, std::int64_t first_column,
                            std::int64_t stride) {
  kernels::gemm({.rows = a_columns,
                 .columns = b_columns,
                 .inner = rows,
                 .a = {a.data, a.stride, true},
                 .b = b,
                 .c = target.data() + first_column,
                 .c_stride = stride,
                 .add = !target.fresh()});
}

// Of the input kernel and the inputs, from the gradients of the sums.
void add_input_gradients(const Kept& kept, const Tensor& sums, InputGradients& gradients) {
  const std::int64_t rows = kept.rows.shape()[0];
  const std::int64_t features = kept.input_shape[2];
  const std::int64_t width = kept.gates * kept.units();
  GradientTarget kernel(gradients, kKernel, kept.weights.kernel.shape());
  if (kernel.data() != nullptr) {
    multiply_rows_of_steps(kernel, rows, {kept.rows.data(), features}, features,
                           {sums.data(), width}, width, 0, width);
    kernel.finish();
  }
  GradientTarget inputs(gradients, kSequence, kept.input_shape);
  if (inputs.data() == nullptr) return;
  Tensor by_step = TensorAccess::uninitialized(kept.rows.shape());
  kernels::gemm({.rows = rows,
                 .columns = features,
                 .inner = width,
                 .a = {sums.data(), width},
                 .b = {kept.weights.kernel.data(), width, true},
                 .c = TensorAccess::data(by_step),
                 .c_stride = features});
  kernels::from_time_major(kept.input_shape[0], kept.input_shape[1], features, kept.backwards,
                           by_step.data(), !inputs.fresh(), inputs.data());
  inputs.finish();
}

// Of the recurrent kernel, or of its columns from `first_column` on: `states` are those that the
// product had, a row per step and sample.
void add_recurrent_gradient(const Kept& kept, GradientTarget& target, const float* states,
                            const float* sums, std::int64_t columns, std::int64_t first_column) {
  if (target.data() == nullptr) return;
  const std::int64_t width = kept.gates * kept.units();
  multiply_rows_of_steps(target, kept.rows.shape()[0], {states, kept.units()}, kept.units(),
                         {sums + first_column, width}, columns, first_column, width);
}

// Sums over steps and samples; of several lists of sums one behind the other.
void add_bias_gradient(const Kept& kept, std::initializer_list<const Tensor*> sums,
                       InputGradients& gradients) {
  if (!kept.weights.bias.defined() || !gradients.wanted(kBias)) return;
  const Shape& shape = kept.weights.bias.shape();
  Tensor bias = TensorAccess::uninitialized(shape);
  float* to = TensorAccess::data(bias);
  for (const Tensor* each : sums) {
    kernels::sum({1, each->shape()[0], each->shape()[1]}, each->data(), 1.0, to);
    to += each->shape()[1];
  }
  gradients.add(kBias, std::move(bias));
}

void add_state_gradient(int number, Tensor gradient, InputGradients& gradients) {
  if (gradients.wanted(kFirstState + number)) gradients.add(kFirstState + number, gradient);
}

bool is_recorded(const Recurrent& r, std::initializer_list<const Tensor*> states) {
  std::vector<const Tensor*> inputs = {&r.inputs, &r.weights.kernel, &r.weights.recurrent_kernel,
                                       &r.weights.bias};
  inputs.insert(inputs.end(), states);
  return autodiff::recording(inputs);
}

RecurrentOutputs run_gru(const Recurrent& r, const Tensor& initial_state,
                         kernels::ResetGate reset) {
  check_recurrent(r, {&initial_state});
  const bool after = reset == kernels::ResetGate::after;
  const bool keeps = is_recorded(r, {&initial_state});
  const Kept kept(r);
  const OutputLayout layout(r, 1);
  const Tensor& bias = r.weights.bias;
  Tensor gates = input_sums(r, kept.rows, bias.data());
  Tensor hidden = history_of(r, initial_state, keeps);
  Tensor inner = TensorAccess::uninitialized(
      {(keeps ? r.steps() : 1) * r.batch(), after ? r.width() : r.units()});
  Tensor packed = TensorAccess::uninitialized(layout.shape());
  const kernels::StateHistory states = states_in(r, hidden, keeps);
  kernels::gru_forward(
      {.recurrence = kept.recurrence(),
       .reset = reset,
       .gates = TensorAccess::data(gates),
       .hidden = states,
       .recurrent_bias = after && bias.defined() ? bias.data() + r.width() : nullptr,
       .inner = TensorAccess::data(inner),
       .outputs = layout.rows(TensorAccess::data(packed))});
  layout.write_state(0, states.at(r.steps()), TensorAccess::data(packed));
  return layout.unpack(autodiff::record(
      r.who, std::move(packed),
      {r.inputs, r.weights.kernel, r.weights.recurrent_kernel, bias, initial_state},
      [=](const Tensor& upstream, InputGradients& gradients) {
        Tensor dh = layout.state_gradient(0, upstream);
        Tensor dx = TensorAccess::uninitialized(gates.shape());
        Tensor dm = after ? TensorAccess::uninitialized(inner.shape()) : Tensor();
        kernels::gru_backward({.recurrence = kept.recurrence(),
                               .reset = reset,
                               .gates = gates.data(),
                               .sum_gradient = TensorAccess::data(dx),
                               .hidden = hidden.data(),
                               .inner = inner.data(),
                               .inner_gradient = TensorAccess::data(dm),
                               .upstream = layout.rows(upstream.data()),
                               .hidden_gradient = TensorAccess::data(dh)});
        const std::int64_t units = kept.units();
        GradientTarget kernel(gradients, kRecurrentKernel, kept.weights.recurrent_kernel.shape());
        if (after) {
          add_recurrent_gradient(kept, kernel, hidden.data(), dm.data(), 3 * units, 0);
          add_bias_gradient(kept, {&dx, &dm}, gradients);
        } else {
          add_recurrent_gradient(kept, kernel, hidden.data(), dx.data(), 2 * units, 0);
          add_recurrent_gradient(kept, kernel, inner.data(), dx.data(), units, 2 * units);
          add_bias_gradient(kept, {&dx}, gradients);
        }
        kernel.finish();
        add_input_gradients(kept, dx, gradients);
        add_state_gradient(0, std::move(dh), gradients);
      }));
}

}  // namespace

RecurrentOutputs simple_rnn(const Tensor& inputs, const Tensor& initial_state,
                            const RecurrentWeights& weights, const RecurrenceOptions& options) {
  return simple_rnn(inputs, initial_state, weights, options, FusedActivation::tanh);
}

RecurrentOutputs simple_rnn(const Tensor& inputs, const Tensor& initial_state,
                            const RecurrentWeights& weights, const RecurrenceOptions& options,
                            FusedActivation activation) {
  const std::int64_t units = units_of(weights);
  const Recurrent r{"ops::simple_rnn", 1, {units}, inputs, weights, options};
  check_recurrent(r, {&initial_state});
  const bool keeps = is_recorded(r, {&initial_state});
  const Kept kept(r);
  const OutputLayout layout(r, 1);
  Tensor sums = input_sums(r, kept.rows, weights.bias.data());
  Tensor hidden = history_of(r, initial_state, keeps);
  Tensor packed = TensorAccess::uninitialized(layout.shape());
  const kernels::StateHistory states = states_in(r, hidden, keeps);
  kernels::simple_rnn_forward({.recurrence = kept.recurrence(),
                               .activation = activation,
                               .sums = TensorAccess::data(sums),
                               .hidden = states,
                               .outputs = layout.rows(TensorAccess::data(packed))});
  layout.write_state(0, states.at(r.steps()), TensorAccess::data(packed));
  return layout.unpack(autodiff::record(
      r.who, std::move(packed),
      {inputs, weights.kernel, weights.recurrent_kernel, weights.bias, initial_state},
      [=](const Tensor& upstream, InputGradients& gradients) {
        Tensor dh = layout.state_gradient(0, upstream);
        Tensor dz = TensorAccess::uninitialized({kept.rows.shape()[0], kept.units()});
        kernels::simple_rnn_backward({.recurrence = kept.recurrence(),
                                      .activation = activation,
                                      .sum_gradient = TensorAccess::data(dz),
                                      .hidden = hidden.data(),
                                      .upstream = layout.rows(upstream.data()),
                                      .hidden_gradient = TensorAccess::data(dh)});
        GradientTarget kernel(gradients, kRecurrentKernel, kept.weights.recurrent_kernel.shape());
        add_recurrent_gradient(kept, kernel, hidden.data(), dz.data(), kept.units(), 0);
        kernel.finish();
        add_bias_gradient(kept, {&dz}, gradients);
        add_input_gradients(kept, dz, gradients);
        add_state_gradient(0, std::move(dh), gradients);
      }));
}

RecurrentOutputs lstm(const Tensor& inputs, const Tensor& initial_hidden,
                      const Tensor& initial_carry, const RecurrentWeights& weights,
                      const RecurrenceOptions& options) {
  const std::int64_t units = units_of(weights);
  const Recurrent r{"ops::lstm", 4, {4 * units}, inputs, weights, options};
  check_recurrent(r, {&initial_hidden, &initial_carry});
  const bool keeps = is_recorded(r, {&initial_hidden, &initial_carry});
  const Kept kept(r);
  const OutputLayout layout(r, 2);
  Tensor gates = input_sums(r, kept.rows, weights.bias.data());
  Tensor hidden = history_of(r, initial_hidden, keeps);
  Tensor carry = history_of(r, initial_carry, keeps);
  Tensor carry_tanh = TensorAccess::uninitialized({(keeps ? r.steps() : 1) * r.batch(), r.units()});
  Tensor packed = TensorAccess::uninitialized(layout.shape());
  const kernels::StateHistory hidden_states = states_in(r, hidden, keeps);
  const kernels::StateHistory carry_states = states_in(r, carry, keeps);
  kernels::lstm_forward({.recurrence = kept.recurrence(),
                         .gates = TensorAccess::data(gates),
                         .hidden = hidden_states,
                         .carry = carry_states,
                         .carry_tanh = TensorAccess::data(carry_tanh),
                         .outputs = layout.rows(TensorAccess::data(packed))});
  layout.write_state(0, hidden_states.at(r.steps()), TensorAccess::data(packed));
  layout.write_state(1, carry_states.at(r.steps()), TensorAccess::data(packed));
  return layout.unpack(autodiff::record(
      r.who, std::move(packed),
      {inputs, weights.kernel, weights.recurrent_kernel, weights.bias, initial_hidden,
       initial_carry},
      [=](const Tensor& upstream, InputGradients& gradients) {
        Tensor dh = layout.state_gradient(0, upstream);
        Tensor dc = layout.state_gradient(1, upstream);
        Tensor dz = TensorAccess::uninitialized(gates.shape());
        kernels::lstm_backward({.recurrence = kept.recurrence(),
                                .gates = gates.data(),
                                .sum_gradient = TensorAccess::data(dz),
                                .carry = carry.data(),
                                .carry_tanh = carry_tanh.data(),
                                .upstream = layout.rows(upstream.data()),
                                .hidden_gradient = TensorAccess::data(dh),
                                .carry_gradient = TensorAccess::data(dc)});
        GradientTarget kernel(gradients, kRecurrentKernel, kept.weights.recurrent_kernel.shape());
        add_recurrent_gradient(kept, kernel, hidden.data(), dz.data(), 4 * kept.units(), 0);
        kernel.finish();
        add_bias_gradient(kept, {&dz}, gradients);
        add_input_gradients(kept, dz, gradients);
        add_state_gradient(0, std::move(dh), gradients);
        add_state_gradient(1, std::move(dc), gradients);
      }));
}

RecurrentOutputs gru(const Tensor& inputs, const Tensor& initial_state,
                     const RecurrentWeights& weights, const RecurrenceOptions& options) {
  const std::int64_t units = units_of(weights);
  return run_gru({"ops::gru", 3, {2, 3 * units}, inputs, weights, options}, initial_state,
                 kernels::ResetGate::after);
}

RecurrentOutputs gru_reset_before(const Tensor& inputs, const Tensor& initial_state,
                                  const RecurrentWeights& weights,
                                  const RecurrenceOptions& options) {
  const std::int64_t units = units_of(weights);
  return run_gru({"ops::gru_reset_before", 3, {3 * units}, inputs, weights, options}, initial_state,
                 kernels::ResetGate::before);
}

}  // namespace strata::ops
