// Elementwise ops of two and three tensors: values, gradients, special values.
#include "strata/ops/elementwise.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "ops/samples.hpp"
#include "strata/autodiff/gradient_tape.hpp"
#include "strata/core/errors.hpp"
#include "support/gradient_gap.hpp"
#include "support/matchers.hpp"

namespace strata {
namespace {

using testing::gradient_gap;
using testing::IsClose;
using testing::Raises;

const Tensor kLeft({3}, {1, -2, 3});
const Tensor kRight({3}, {4, 2, 3});

std::vector<Tensor> gradients(Tensor (*f)(const Tensor&, const Tensor&), const Tensor& a,
                              const Tensor& b) {
  GradientTape tape;
  const std::vector<Tensor> inputs = {tape.watch(a), tape.watch(b)};
  return tape.gradient(f(inputs[0], inputs[1]), inputs);
}

TEST(Arithmetic, HasOperators) {
  EXPECT_THAT(kLeft + kRight, IsClose(Tensor({3}, {5, 0, 6})));
  EXPECT_THAT(kLeft - kRight, IsClose(Tensor({3}, {-3, -4, 0})));
  EXPECT_THAT(kLeft * kRight, IsClose(Tensor({3}, {4, -4, 9})));
  EXPECT_THAT(kLeft / kRight, IsClose(Tensor({3}, {0.25f, -1, 1})));
  EXPECT_THAT(-kLeft, IsClose(Tensor({3}, {-1, 2, -3})));
  EXPECT_THAT(2.0f * kLeft + 1.0f, IsClose(Tensor({3}, {3, -3, 7})));
}

TEST(Arithmetic, OfATensorWithItselfAddsBothGradients) {
  EXPECT_LT(gradient_gap([](const Tensor& x) { return x * x + x - x / (x + 5.0f); }, kLeft), 1e-3);
}

TEST(Divide, ByZeroIsIeee) {
  const Tensor quotient = Tensor({3}, {1, -1, 0}) / 0.0f;
  EXPECT_EQ(quotient.values()[0], INFINITY);
  EXPECT_EQ(quotient.values()[1], -INFINITY);
  EXPECT_TRUE(std::isnan(quotient.values()[2]));
}

TEST(Power, RaisesToThePower) {
  EXPECT_THAT(ops::power(kLeft, 2.0f), IsClose(Tensor({3}, {1, 4, 9})));
  EXPECT_THAT(ops::power(4.0f, Tensor({2}, {0.5f, -1})), IsClose(Tensor({2}, {2, 0.25f})));
}

TEST(Power, GradientIsFiniteAtZero) {
  EXPECT_THAT(gradients(ops::power, Tensor({2}, {0, 0}), Tensor({2}, {2, 0}))[0],
              IsClose(Tensor({2}, {0, 0})));
  EXPECT_THAT(gradients(ops::power, Tensor({1}, {0}), Tensor({1}, {2}))[1],
              IsClose(Tensor({1}, {0})));
}

TEST(Power, GradientOfANegativeBaseMatchesCentralDifferences) {
  EXPECT_LT(gradient_gap([](const Tensor& x) { return ops::power(x, 3.0f); },
                         Tensor({2}, {-1.5f, -0.5f})),
            1e-3);
}

TEST(Maximum, TakesTheLargerOne) {
  EXPECT_THAT(ops::maximum(kLeft, kRight), IsClose(Tensor({3}, {4, 2, 3})));
  EXPECT_THAT(ops::minimum(kLeft, kRight), IsClose(Tensor({3}, {1, -2, 3})));
}

TEST(Maximum, PassesNanOn) {
  const Tensor a({2}, {NAN, 1});
  const Tensor b({2}, {1, NAN});
  for (const Tensor& output : {ops::maximum(a, b), ops::minimum(a, b)}) {
    EXPECT_TRUE(std::isnan(output.values()[0]));
    EXPECT_TRUE(std::isnan(output.values()[1]));
  }
}

TEST(Maximum, SharesTheGradientOfEquals) {
  const Tensor a({3}, {1, 2, 3});
  const Tensor b({3}, {1, 3, 2});
  EXPECT_THAT(gradients(ops::maximum, a, b)[0], IsClose(Tensor({3}, {0.5f, 0, 1})));
  EXPECT_THAT(gradients(ops::maximum, a, b)[1], IsClose(Tensor({3}, {0.5f, 1, 0})));
  EXPECT_THAT(gradients(ops::minimum, a, b)[0], IsClose(Tensor({3}, {0.5f, 1, 0})));
  EXPECT_THAT(gradients(ops::minimum, a, b)[1], IsClose(Tensor({3}, {0.5f, 0, 1})));
}

TEST(Comparison, IsOneWhereItHolds) {
  EXPECT_THAT(ops::equal(kLeft, kRight), IsClose(Tensor({3}, {0, 0, 1})));
  EXPECT_THAT(ops::not_equal(kLeft, kRight), IsClose(Tensor({3}, {1, 1, 0})));
  EXPECT_THAT(ops::less(kLeft, kRight), IsClose(Tensor({3}, {1, 1, 0})));
  EXPECT_THAT(ops::less_equal(kLeft, kRight), IsClose(Tensor({3}, {1, 1, 1})));
  EXPECT_THAT(ops::greater(kRight, kLeft), IsClose(Tensor({3}, {1, 1, 0})));
  EXPECT_THAT(ops::greater_equal(kLeft, 1.0f), IsClose(Tensor({3}, {1, 0, 1})));
}

TEST(Comparison, WithNanHoldsForNotEqualOnly) {
  EXPECT_EQ(ops::not_equal(NAN, NAN).item(), 1.0f);
  for (auto* compare : {ops::equal, ops::less, ops::less_equal, ops::greater, ops::greater_equal}) {
    EXPECT_EQ(compare(NAN, NAN).item(), 0.0f);
  }
}

TEST(Logical, TakesAnythingButZeroAsTrue) {
  const Tensor a({4}, {0, 0, 2, -1});
  const Tensor b({4}, {0, 3, 0, 1});
  EXPECT_THAT(ops::logical_and(a, b), IsClose(Tensor({4}, {0, 0, 0, 1})));
  EXPECT_THAT(ops::logical_or(a, b), IsClose(Tensor({4}, {0, 1, 1, 1})));
  EXPECT_THAT(ops::logical_not(a), IsClose(Tensor({4}, {1, 1, 0, 0})));
}

TEST(Comparison, IsAConstant) {
  GradientTape tape;
  const Tensor x = tape.watch(kLeft);
  EXPECT_FALSE(tape.gradient(ops::less(x, kRight), x).defined());
}

TEST(Where, ChoosesElementByElement) {
  EXPECT_THAT(ops::where(Tensor({3}, {1, 0, 2}), kLeft, kRight), IsClose(Tensor({3}, {1, 2, 3})));
  EXPECT_THAT(ops::where(Tensor({2, 1}, {1, 0}), kLeft, 0.0f),
              IsClose(Tensor({2, 3}, {1, -2, 3, 0, 0, 0})));
}

TEST(Where, LetsNoNanThroughFromTheOtherSide) {
  GradientTape tape;
  const Tensor x = tape.watch(Tensor({2}, {-1, 4}));
  const Tensor safe = ops::where(ops::greater(x, 0.0f), x, 1.0f);
  const Tensor root = ops::where(ops::greater(x, 0.0f), ops::sqrt(safe), 0.0f);
  EXPECT_THAT(tape.gradient(root, x), IsClose(Tensor({2}, {0, 0.25f})));
}

TEST(Where, GivesTheConditionNoGradient) {
  GradientTape tape;
  const Tensor condition = tape.watch(Tensor({2}, {1, 0}));
  const Tensor output = ops::where(condition, Tensor({2}, {1, 2}), 0.0f);
  EXPECT_FALSE(tape.gradient(output, condition).defined());
}

TEST(Elementwise, OfTwoRejectsUndefinedTensors) {
  const std::string rule = ": the inputs must be defined. Received: an undefined tensor.";
  EXPECT_THAT([] { kLeft + Tensor(); }, Raises<InvalidArgument>("ops::add" + rule));
  EXPECT_THAT([] { Tensor() - kLeft; }, Raises<InvalidArgument>("ops::subtract" + rule));
  EXPECT_THAT([] { kLeft* Tensor(); }, Raises<InvalidArgument>("ops::multiply" + rule));
  EXPECT_THAT([] { kLeft / Tensor(); }, Raises<InvalidArgument>("ops::divide" + rule));
  EXPECT_THAT([] { ops::power({}, kLeft); }, Raises<InvalidArgument>("ops::power" + rule));
  EXPECT_THAT([] { ops::maximum({}, kLeft); }, Raises<InvalidArgument>("ops::maximum" + rule));
  EXPECT_THAT([] { ops::equal({}, kLeft); }, Raises<InvalidArgument>("ops::equal" + rule));
  EXPECT_THAT([] { ops::where({}, kLeft, kLeft); }, Raises<InvalidArgument>("ops::where" + rule));
}

}  // namespace
}  // namespace strata
