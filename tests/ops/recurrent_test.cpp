// Recurrences as one op against the same steps made of other ops.
#include "strata/ops/recurrent.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <ostream>

#include "core/parallel.hpp"
#include "ops/fused_activation.hpp"
#include "ops/samples.hpp"
#include "strata/autodiff/gradient_tape.hpp"
#include "strata/core/errors.hpp"
#include "strata/core/threads.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/elementwise.hpp"
#include "strata/ops/linear_algebra.hpp"
#include "strata/ops/nn.hpp"
#include "strata/ops/reduction.hpp"
#include "support/gradient_gap.hpp"
#include "support/matchers.hpp"

namespace strata {
namespace {

using ops::RecurrenceOptions;
using ops::RecurrentOutputs;
using ops::RecurrentWeights;
using testing::gradient_gap;
using testing::IsClose;
using testing::Raises;
using testing::sample;

using Step = std::function<std::vector<Tensor>(const Tensor& x, const std::vector<Tensor>& states,
                                               const RecurrentWeights& weights)>;

// One kind of recurrence: the op, and one of its steps.
struct Kind {
  const char* name;
  int gates;
  int states;
  bool two_biases;
  std::function<RecurrentOutputs(const Tensor&, const std::vector<Tensor>&, const RecurrentWeights&,
                                 const RecurrenceOptions&)>
      op;
  Step step;
};

std::ostream& operator<<(std::ostream& out, const Kind& kind) { return out << kind.name; }

Tensor gate(const Tensor& sums, std::int64_t number, std::int64_t units) {
  return ops::slice(sums, {0, number * units}, {sums.shape()[0], units});
}

Tensor row(const Tensor& bias, std::int64_t number) {
  return bias.defined() ? ops::slice(bias, {number, 0}, {1, bias.shape()[1]}) : Tensor(0.0f);
}

std::vector<Tensor> lstm_step(const Tensor& x, const std::vector<Tensor>& states,
                              const RecurrentWeights& w) {
  const std::int64_t units = w.recurrent_kernel.shape()[0];
  Tensor z = ops::matmul(x, w.kernel) + ops::matmul(states[0], w.recurrent_kernel);
  if (w.bias.defined()) z = z + w.bias;
  const Tensor carry = ops::sigmoid(gate(z, 1, units)) * states[1] +
                       ops::sigmoid(gate(z, 0, units)) * ops::tanh(gate(z, 2, units));
  return {ops::sigmoid(gate(z, 3, units)) * ops::tanh(carry), carry};
}

std::vector<Tensor> gru_step(const Tensor& x, const std::vector<Tensor>& states,
                             const RecurrentWeights& w) {
  const std::int64_t units = w.recurrent_kernel.shape()[0];
  const Tensor outer = ops::matmul(x, w.kernel) + row(w.bias, 0);
  const Tensor inner = ops::matmul(states[0], w.recurrent_kernel) + row(w.bias, 1);
  const Tensor z = ops::sigmoid(gate(outer, 0, units) + gate(inner, 0, units));
  const Tensor r = ops::sigmoid(gate(outer, 1, units) + gate(inner, 1, units));
  const Tensor g = ops::tanh(gate(outer, 2, units) + r * gate(inner, 2, units));
  return {z * states[0] + (1.0f - z) * g};
}

std::vector<Tensor> gru_before_step(const Tensor& x, const std::vector<Tensor>& states,
                                    const RecurrentWeights& w) {
  const std::int64_t units = w.recurrent_kernel.shape()[0];
  Tensor outer = ops::matmul(x, w.kernel);
  if (w.bias.defined()) outer = outer + w.bias;
  const Tensor inner = ops::matmul(states[0], w.recurrent_kernel);
  const Tensor z = ops::sigmoid(gate(outer, 0, units) + gate(inner, 0, units));
  const Tensor r = ops::sigmoid(gate(outer, 1, units) + gate(inner, 1, units));
  const Tensor scaled = ops::matmul(r * states[0], gate(w.recurrent_kernel, 2, units));
  return {z * states[0] + (1.0f - z) * ops::tanh(gate(outer, 2, units) + scaled)};
}

std::vector<Tensor> simple_step(const Tensor& x, const std::vector<Tensor>& states,
                                const RecurrentWeights& w) {
  Tensor z = ops::matmul(x, w.kernel) + ops::matmul(states[0], w.recurrent_kernel);
  if (w.bias.defined()) z = z + w.bias;
  return {ops::tanh(z)};
}

std::vector<Kind> kinds() {
  using States = std::vector<Tensor>;
  return {{"SimpleRnn", 1, 1, false,
           [](const Tensor& x, const States& s, const auto& w, const auto& o) {
             return ops::simple_rnn(x, s[0], w, o);
           },
           simple_step},
          {"Lstm", 4, 2, false,
           [](const Tensor& x, const States& s, const auto& w, const auto& o) {
             return ops::lstm(x, s[0], s[1], w, o);
           },
           lstm_step},
          {"Gru", 3, 1, true,
           [](const Tensor& x, const States& s, const auto& w, const auto& o) {
             return ops::gru(x, s[0], w, o);
           },
           gru_step},
          {"GruResetBefore", 3, 1, false,
           [](const Tensor& x, const States& s, const auto& w, const auto& o) {
             return ops::gru_reset_before(x, s[0], w, o);
           },
           gru_before_step}};
}

// All outputs side by side, so that one tensor stands for them.
Tensor joined(const RecurrentOutputs& result) {
  std::vector<Tensor> all = {ops::reshape(result.outputs, {result.outputs.size()})};
  for (const Tensor& state : result.states) all.push_back(ops::reshape(state, {state.size()}));
  return ops::concatenate(all, 0);
}

// The same recurrence step by step.
RecurrentOutputs unrolled(const Kind& kind, const Tensor& x, std::vector<Tensor> states,
                          const RecurrentWeights& weights, const RecurrenceOptions& options) {
  const Shape& shape = x.shape();
  std::vector<Tensor> outputs;
  for (std::int64_t i = 0; i < shape[1]; ++i) {
    const std::int64_t t = options.go_backwards ? shape[1] - 1 - i : i;
    const Tensor now =
        ops::reshape(ops::slice(x, {0, t, 0}, {shape[0], 1, shape[2]}), {shape[0], shape[2]});
    std::vector<Tensor> next = kind.step(now, states, weights);
    Tensor output = next[0];
    if (options.mask.defined()) {
      const Tensor mask = ops::slice(options.mask, {0, t}, {shape[0], 1});
      output = ops::where(mask, output,
                          options.zero_output_for_mask ? ops::zeros_like(output) : states[0]);
      for (std::size_t k = 0; k < next.size(); ++k) next[k] = ops::where(mask, next[k], states[k]);
    }
    outputs.push_back(output);
    states = next;
  }
  return {options.return_sequences ? ops::stack(outputs, 1) : outputs.back(),
          options.return_state ? Tensors(states) : Tensors()};
}

class Recurrent : public ::testing::TestWithParam<Kind> {
 protected:
  // Inputs, states, kernels and bias.
  std::vector<Tensor> operands(std::int64_t batch, std::int64_t steps, std::int64_t in,
                               std::int64_t units, bool with_bias = true) const {
    const Kind& kind = GetParam();
    const std::int64_t width = kind.gates * units;
    std::vector<Tensor> all = {sample({batch, steps, in})};
    for (int i = 0; i < kind.states; ++i)
      all.push_back(sample({batch, units}, -1, 1, 20U + static_cast<unsigned>(i)));
    const float size = units > 16 ? 0.1f : 1.0f;
    all.push_back(sample({in, width}, -size, size, 2));
    all.push_back(sample({units, width}, -size, size, 3));
    if (with_bias)
      all.push_back(sample(kind.two_biases ? Shape{2, width} : Shape{width}, -1, 1, 4));
    return all;
  }

  static std::vector<Tensor> states_of(const std::vector<Tensor>& v) {
    return {v.begin() + 1, v.begin() + 1 + GetParam().states};
  }
  static RecurrentWeights weights_of(const std::vector<Tensor>& v) {
    const auto first = static_cast<std::size_t>(GetParam().states) + 1;
    return {v[first], v[first + 1], v.size() > first + 2 ? v[first + 2] : Tensor()};
  }
  static Tensor fused(const std::vector<Tensor>& v, const RecurrenceOptions& options) {
    return joined(GetParam().op(v[0], states_of(v), weights_of(v), options));
  }
  static Tensor apart(const std::vector<Tensor>& v, const RecurrenceOptions& options) {
    return joined(unrolled(GetParam(), v[0], states_of(v), weights_of(v), options));
  }

  static std::vector<RecurrenceOptions> all_options(std::int64_t batch, std::int64_t steps) {
    std::vector<float> marks;
    for (std::int64_t i = 0; i < batch * steps; ++i) marks.push_back(i % 3 == 0 ? 0.0f : 1.0f);
    std::vector<RecurrenceOptions> all;
    for (const Tensor& mask : {Tensor(), Tensor({batch, steps}, marks)}) {
      for (int bits = 0; bits < 16; ++bits) {
        all.push_back({.return_sequences = (bits & 1) != 0,
                       .return_state = (bits & 2) != 0,
                       .go_backwards = (bits & 4) != 0,
                       .zero_output_for_mask = (bits & 8) != 0,
                       .mask = mask});
      }
    }
    return all;
  }
};

TEST_P(Recurrent, IsItsStepsOneAfterTheOther) {
  for (const bool with_bias : {true, false}) {
    const auto v = operands(3, 4, 2, 5, with_bias);
    for (const RecurrenceOptions& options : all_options(3, 4))
      EXPECT_THAT(fused(v, options), IsClose(apart(v, options), 1e-5));
  }
}

TEST_P(Recurrent, StartsFromZerosWithoutAnInitialState) {
  auto v = operands(3, 4, 2, 5);
  for (int i = 1; i <= GetParam().states; ++i) v[static_cast<std::size_t>(i)] = ops::zeros({3, 5});
  const Tensor expected = fused(v, {});
  for (int i = 1; i <= GetParam().states; ++i) v[static_cast<std::size_t>(i)] = Tensor();
  EXPECT_THAT(fused(v, {}), IsClose(expected, 0.0));
}

TEST_P(Recurrent, GradientMatchesCentralDifferences) {
  for (const bool with_bias : {true, false}) {
    const auto v = operands(2, 3, 2, 3, with_bias);
    for (const RecurrenceOptions& options : all_options(2, 3)) {
      const auto f = [&](const std::vector<Tensor>& inputs) { return fused(inputs, options); };
      EXPECT_LT(gradient_gap(f, v), 5e-3);
    }
  }
}

std::vector<Tensor> gradients(const std::function<Tensor(const std::vector<Tensor>&)>& f,
                              const std::vector<Tensor>& inputs, bool twice) {
  GradientTape tape;
  std::vector<Tensor> v;
  for (const Tensor& input : inputs) v.push_back(tape.watch(input));
  Tensor loss = ops::sum(ops::square(f(v)));
  if (twice) {
    for (const Tensor& each : v) loss = loss + ops::sum(each);
  }
  std::vector<Tensor> all = tape.gradient(loss, v);
  all.push_back(loss);
  return all;
}

TEST_P(Recurrent, GradientIsThatOfItsStepsForLargeInputs) {
  const auto v = operands(37, 9, 20, 70);
  const RecurrenceOptions options = {.return_sequences = true, .return_state = true};
  for (const bool twice : {false, true}) {
    const auto one = gradients([&](const auto& x) { return fused(x, options); }, v, twice);
    const auto other = gradients([&](const auto& x) { return apart(x, options); }, v, twice);
    for (std::size_t i = 0; i < one.size(); ++i) EXPECT_THAT(one[i], IsClose(other[i], 1e-4));
  }
}

TEST_P(Recurrent, IsTheSameForAnyNumberOfThreads) {
  const auto v = operands(70, 12, 40, 90);
  const int before = num_threads();
  const KeepHelpers keep;
  std::vector<std::vector<Tensor>> found;
  for (const int threads : {1, 3}) {
    set_num_threads(threads);
    found.push_back(gradients([](const auto& x) { return fused(x, {}); }, v, false));
  }
  set_num_threads(before);
  for (std::size_t i = 0; i < found[0].size(); ++i)
    EXPECT_THAT(found[1][i], IsClose(found[0][i], 0.0));
}

TEST_P(Recurrent, IsTheSameWithAndWithoutATape) {
  const auto v = operands(5, 7, 3, 4);
  Tensor recorded;
  {
    GradientTape tape;
    const Tensor x = tape.watch(v[0]);
    auto watched = v;
    watched[0] = x;
    recorded = fused(watched, {.return_sequences = true, .return_state = true});
  }
  EXPECT_THAT(fused(v, {.return_sequences = true, .return_state = true}), IsClose(recorded, 0.0));
}

TEST_P(Recurrent, GivesAPersistentTapeTheSameGradientsAgain) {
  const auto v = operands(3, 4, 2, 5);
  GradientTape tape({.persistent = true});
  std::vector<Tensor> watched;
  for (const Tensor& each : v) watched.push_back(tape.watch(each));
  const Tensor loss = ops::sum(ops::square(fused(watched, {.return_sequences = true})));
  const auto once = tape.gradient(loss, watched);
  const auto again = tape.gradient(loss, watched);
  for (std::size_t i = 0; i < v.size(); ++i) EXPECT_THAT(again[i], IsClose(once[i], 0.0));
}

TEST_P(Recurrent, TakesAnEmptyBatch) {
  const auto v = operands(0, 4, 2, 5);
  const auto all = gradients(
      [](const auto& x) {
        return GetParam().op(x[0], states_of(x), weights_of(x), {.return_sequences = true}).outputs;
      },
      v, false);
  for (std::size_t i = 0; i + 1 < all.size(); ++i) EXPECT_EQ(all[i].shape(), v[i].shape());
}

TEST_P(Recurrent, RejectsShapesThatDoNotFit) {
  const auto raises = [&](std::size_t which, const Tensor& wrong) {
    auto v = operands(2, 3, 4, 5);
    v[which] = wrong;
    EXPECT_THROW(fused(v, {}), ShapeError) << which;
  };
  raises(0, ops::zeros({2, 4}));
  raises(0, ops::zeros({2, 0, 4}));
  raises(0, ops::zeros({2, 3, 6}));
  for (std::size_t i = 1; i < operands(2, 3, 4, 5).size(); ++i) raises(i, ops::zeros({7, 7}));
  const auto v = operands(2, 3, 4, 5);
  EXPECT_THROW(fused(v, {.mask = ops::ones({2, 4})}), ShapeError);
}

INSTANTIATE_TEST_SUITE_P(Kinds, Recurrent, ::testing::ValuesIn(kinds()),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(SimpleRnn, AppliesOtherActivations) {
  using ops::FusedActivation;
  const Tensor x = sample({2, 3, 2});
  const RecurrentWeights weights = {sample({2, 4}, -1, 1, 2), sample({4, 4}, -1, 1, 3),
                                    sample({4}, -1, 1, 4)};
  const auto of = [&](FusedActivation activation) {
    return [&weights, activation](const Tensor& inputs) {
      return ops::simple_rnn(inputs, {}, weights, {.return_sequences = true}, activation).outputs;
    };
  };
  EXPECT_LT(gradient_gap(of(FusedActivation::linear), x), 5e-3);
  EXPECT_LT(gradient_gap(of(FusedActivation::sigmoid), x), 5e-3);
  Tensor state = ops::zeros({2, 4});
  for (std::int64_t t = 0; t < 3; ++t) {
    const Tensor now = ops::reshape(ops::slice(x, {0, t, 0}, {2, 1, 2}), {2, 2});
    state = ops::relu(ops::matmul(now, weights.kernel) + weights.bias +
                      ops::matmul(state, weights.recurrent_kernel));
  }
  EXPECT_THAT(ops::simple_rnn(x, {}, weights, {}, FusedActivation::relu).outputs,
              IsClose(state, 1e-5));
}

TEST(LstmOp, SaysWhatDoesNotFit) {
  const RecurrentWeights weights = {ops::zeros({3, 8}), ops::zeros({2, 8})};
  EXPECT_THAT(
      [&] {
        ops::lstm(ops::zeros({1, 5}), {}, {}, weights);
      },
      Raises<ShapeError>("ops::lstm: the inputs must have the axes (batch, steps, features), and a "
                         "step or more. Received: shape=(1, 5)."));
  EXPECT_THAT(
      [&] {
        ops::lstm(ops::zeros({1, 4, 3}), ops::zeros({1, 3}), {}, weights);
      },
      Raises<ShapeError>("ops::lstm: an initial state must have the shape (1, 2). "
                         "Received: shape=(1, 3)."));
}

}  // namespace
}  // namespace strata
