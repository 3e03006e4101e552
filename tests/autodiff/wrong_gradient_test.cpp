// A gradient that doesn't fit the input of a user's operation raises an error that names the
// operation, and no memory outside the arrays is accessed.
#include <gtest/gtest.h>

#include <functional>
#include <stdexcept>
#include <string>

#include "autodiff/deferred_gradient.hpp"
#include "core/parallel.hpp"
#include "ops/fused_activation.hpp"
#include "strata/autodiff/gradient_tape.hpp"
#include "strata/autodiff/record.hpp"
#include "strata/ops/ops.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace {

using Backward = std::function<void(autodiff::InputGradients&)>;

// Computes gradients through an operation "bad" on a weight of shape (2, 3), whose gradient is
// `backward`. Unless `is_alone`, the weight already has a gradient from another operation.
void sweep(const Backward& backward, bool is_alone) {
  const Variable w("w", ops::ones({2, 3}));
  GradientTape tape;
  const Tensor x = w;
  const Tensor bad =
      autodiff::record("bad", Tensor(1.0f), {x},
                       [=](const Tensor&, autodiff::InputGradients& inputs) { backward(inputs); });
  tape.gradient(is_alone ? bad : bad + ops::sum(ops::square(w)), w);
}

void expect_refusal(const Backward& backward, const std::string& text) {
  EXPECT_THAT([&] { sweep(backward, false); }, Raises<InvalidArgument>(text));
  EXPECT_THAT([&] { sweep(backward, true); }, Raises<InvalidArgument>(text));
}

std::string shape_rule(const std::string& received) {
  return "bad: the gradient of input 0 must have the input's shape, (2, 3). Received: shape=" +
         received + ".";
}

TEST(WrongGradient, OfAnotherShapeIsRefused) {
  const auto add = [](const Shape& shape) {
    return [=](autodiff::InputGradients& inputs) { inputs.add(0, ops::ones(shape)); };
  };
  expect_refusal(add({4096}), shape_rule("(4096,)"));
  expect_refusal(add({3, 2}), shape_rule("(3, 2)"));
  expect_refusal(add({6}), shape_rule("(6,)"));
  expect_refusal(add({}), shape_rule("()"));
  expect_refusal(add({0, 3}), shape_rule("(0, 3)"));
}

TEST(WrongGradient, ThatIsUndefinedIsRefused) {
  expect_refusal([](autodiff::InputGradients& inputs) { inputs.add(0, Tensor()); },
                 "bad: the gradient of input 0 must be defined. Received: an undefined tensor.");
}

TEST(WrongGradient, OfAnInputThatThereIsNotIsRefused) {
  const auto text = [](int input) {
    return "bad: a gradient is for one of the 1 inputs that the operation was recorded with, "
           "counted from 0. Received: input=" +
           std::to_string(input) + ".";
  };
  for (const int input : {-1, 1, 1000}) {
    const Tensor good = ops::ones({2, 3});
    const auto write = [](std::int64_t, float*) {};
    expect_refusal([=](auto& inputs) { inputs.add(input, good); }, text(input));
    expect_refusal([=](auto& inputs) { (void)inputs.wanted(input); }, text(input));
    expect_refusal([=](auto& inputs) { (void)inputs.accumulated(input); }, text(input));
    expect_refusal(
        [=](auto& inputs) {
          autodiff::add_deferred(inputs, input, {{2, 3}, write});
        },
        text(input));
    expect_refusal([=](auto& inputs) { (void)autodiff::add_to_deferred(inputs, input, write); },
                   text(input));
  }
}

TEST(WrongGradient, ThatIsDeferredIsRefusedToo) {
  const auto deferred = [](const Shape& shape) {
    return [=](autodiff::InputGradients& inputs) {
      autodiff::add_deferred(inputs, 0, {shape, [](std::int64_t, float*) {}});
    };
  };
  expect_refusal(deferred({4096}), shape_rule("(4096,)"));
  expect_refusal(deferred({3, 2}), shape_rule("(3, 2)"));
  expect_refusal(
      [](autodiff::InputGradients& inputs) {
        autodiff::add_deferred(inputs, 0, {{2, 3}, {}});
      },
      "bad: a deferred gradient must say how it is written. Received: none for input 0.");
}

TEST(WrongGradient, OfAnInputThatNobodyWantsIsPassedOver) {
  const Variable w("w", 2.0f);
  GradientTape tape;
  const Tensor constant({2}, {1, 2});
  const Tensor y = autodiff::record("op", Tensor(1.0f), {w, constant, Tensor()},
                                    [](const Tensor& gradient, autodiff::InputGradients& inputs) {
                                      EXPECT_FALSE(inputs.wanted(1));
                                      EXPECT_FALSE(inputs.wanted(2));
                                      inputs.add(1, ops::ones({4096}));
                                      inputs.add(2, Tensor());
                                      inputs.add(0, 3.0f * gradient);
                                    });
  EXPECT_EQ(tape.gradient(y, w).item(), 3.0f);
}

TEST(WrongGradient, ARefusalLeavesAPersistentTapeUsable) {
  const Variable w("w", ops::ones({2}));
  GradientTape tape({.persistent = true});
  const Tensor bad = autodiff::record(
      "bad", Tensor(1.0f), {w},
      [](const Tensor&, autodiff::InputGradients& inputs) { inputs.add(0, ops::ones({3})); });
  const Tensor good = ops::sum(ops::square(w));
  EXPECT_THROW(tape.gradient(bad + good, w), ShapeError);
  EXPECT_THAT(tape.gradient(good, w), IsClose(Tensor({2}, {2, 2})));
}

TEST(DeferredGradient, OfAScalarIsOneSample) {
  const Variable w("w", 2.0f);
  GradientTape tape;
  const Tensor y = autodiff::record(
      "op", Tensor(1.0f), {w}, [](const Tensor&, autodiff::InputGradients& inputs) {
        autodiff::add_deferred(inputs, 0, {{}, [](std::int64_t, float* to) { *to = 5.0f; }});
      });
  EXPECT_EQ(tape.gradient(y, w).item(), 5.0f);
}

// With a deferred gradient that many threads evaluate, into one tensor or inside a convolution's
// backward pass.
TEST(DeferredGradient, WhatWritingThrowsReachesTheCaller) {
  const KeepHelpers keep;
  const auto fail = [](std::int64_t sample, float*) {
    throw std::out_of_range("sample " + std::to_string(sample));
  };
  const auto leave = [&](const Tensor& x) {
    return autodiff::record("op", Tensor(1.0f), {x},
                            [=](const Tensor&, autodiff::InputGradients& inputs) {
                              autodiff::add_deferred(inputs, 0, {x.shape(), fail});
                            });
  };
  const Variable w("w", ops::ones({64, 4096}));
  GradientTape tape({.persistent = true});
  const Tensor alone = leave(w);
  EXPECT_THAT([&] { tape.gradient(alone, w); }, Raises<std::out_of_range>("sample 0"));
  const Variable kernel("kernel", ops::ones({3, 3, 8, 16}));
  const Tensor convolved = ops::convolution(ops::ones({64, 14, 14, 8}), kernel, Tensor(), {},
                                            ops::FusedActivation::relu);
  EXPECT_THROW(tape.gradient(leave(convolved), kernel), std::out_of_range);
  EXPECT_THAT(tape.gradient(ops::sum(w), w), IsClose(ops::ones({64, 4096})));
}

TEST(Record, RefusesAnUndefinedOutput) {
  const Variable w("w", 2.0f);
  GradientTape tape;
  EXPECT_THAT(
      [&] {
        autodiff::record("empty", Tensor(), {w}, [](const Tensor&, autodiff::InputGradients&) {});
      },
      Raises<InvalidArgument>(
          "empty: a recorded output must be defined. Received: an undefined tensor."));
}

}  // namespace
}  // namespace strata::testing
