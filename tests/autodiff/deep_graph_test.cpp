// Graphs far deeper than any stack: values and gradients stay right, and nothing is left behind.
#include <gtest/gtest.h>

#include <cmath>

#include "strata/autodiff/gradient_tape.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/elementwise.hpp"
#include "strata/ops/reduction.hpp"
#include "support/matchers.hpp"

namespace strata {
namespace {

using testing::IsClose;

constexpr int kDepth = 100'000;

TEST(DeepGraph, ChainOfProductsHasTheRightGradient) {
  const Variable w("w", Tensor({2}, {1.0f, 2.0f}));
  GradientTape tape;
  Tensor y = w;
  for (int i = 0; i < kDepth / 2; ++i) y = (y * 2.0f) * 0.5f;
  EXPECT_THAT(tape.gradient(ops::sum(y * y), w), IsClose(Tensor({2}, {2, 4})));
}

TEST(DeepGraph, SumOfManyUsesHasTheRightGradient) {
  const Variable w("w", Tensor(3.0f));
  GradientTape tape;
  Tensor y = 0.0f;
  for (int i = 0; i < kDepth; ++i) y = y + w;
  EXPECT_THAT(tape.gradient(y, w), IsClose(Tensor(100000.0f)));
}

TEST(DeepGraph, RecurrenceHasTheRightGradient) {
  const Variable decay("decay", Tensor(0.9999f));  // y = decay^n, dy/ddecay = n decay^(n-1)
  GradientTape tape;
  Tensor y = 1.0f;
  for (int i = 0; i < kDepth / 4; ++i) y = y * decay;
  const double expected = kDepth / 4 * std::pow(double{0.9999f}, kDepth / 4 - 1);
  EXPECT_NEAR(double{tape.gradient(y, decay).item()} / expected, 1.0, 1e-3);
}

TEST(DeepGraph, LeavesNothingBehindAfterTheGradient) {
  const Tensor x({4}, {1, 2, 3, 4});
  const Variable w("w", ops::ones({4}));
  GradientTape tape;
  Tensor y = w;
  for (int i = 0; i < kDepth; ++i) y = y * x;
  EXPECT_FALSE(TensorAccess::unique(x));
  tape.gradient(y, w);
  EXPECT_TRUE(TensorAccess::unique(x));
}

TEST(DeepGraph, LeavesNothingBehindWithoutAGradient) {
  const Tensor x({4}, {1, 2, 3, 4});
  const Variable w("w", ops::ones({4}));
  {
    GradientTape tape;
    Tensor y = w;
    for (int i = 0; i < kDepth; ++i) y = y * x;
    EXPECT_FALSE(TensorAccess::unique(x));
  }
  EXPECT_TRUE(TensorAccess::unique(x));
  const float* const value = w.value().data();
  EXPECT_EQ(w.mutable_data(), value);  // not copied, so no tape holds the value
}

TEST(DeepGraph, LeavesNothingBehindWhenTheOutcomeOutlivesTheTape) {
  const Tensor x({4}, {1, 2, 3, 4});
  const Variable w("w", ops::ones({4}));
  Tensor y;
  {
    GradientTape tape;
    y = w;
    for (int i = 0; i < 1000; ++i) y = ops::tanh(y * x);
  }
  EXPECT_TRUE(TensorAccess::unique(x));
  EXPECT_TRUE(TensorAccess::unique(y));
}

}  // namespace
}  // namespace strata
