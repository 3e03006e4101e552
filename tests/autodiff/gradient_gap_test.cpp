// The gradient check that all others rely on must itself be able to fail.
#include "support/gradient_gap.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "strata/autodiff/record.hpp"
#include "strata/core/errors.hpp"
#include "strata/ops/elementwise.hpp"
#include "strata/ops/reduction.hpp"

namespace strata {
namespace {

using testing::gradient_gap;

const Tensor kInput({3}, {-1.0f, 0.5f, 2.0f});

// x^2 with a gradient that is `factor` times the right one.
Tensor square_with_slope(const Tensor& x, float factor) {
  return autodiff::record("wrong", ops::stop_gradient(ops::square(x)), {x},
                          [=](const Tensor& gradient, autodiff::InputGradients& inputs) {
                            inputs.add(0, gradient * x * (2.0f * factor));
                          });
}

TEST(GradientGap, IsSmallForARightGradient) {
  EXPECT_LT(gradient_gap([](const Tensor& x) { return square_with_slope(x, 1.0f); }, kInput), 1e-3);
}

TEST(GradientGap, ShowsHowWrongAGradientIs) {
  const auto wrong = [](const Tensor& x) { return square_with_slope(x, 1.1f); };
  EXPECT_NEAR(gradient_gap(wrong, kInput), 0.1, 1e-3);
}

TEST(GradientGap, SeesASwappedElement) {
  const auto swapped = [](const Tensor& x) {
    return autodiff::record("swapped", ops::stop_gradient(x * 1.0f), {x},
                            [](const Tensor& g, autodiff::InputGradients& inputs) {
                              const auto v = g.values();
                              inputs.add(0, Tensor(g.shape(), {v[1], v[0], v[2]}));
                            });
  };
  EXPECT_GT(gradient_gap(swapped, kInput), 0.05);
}

TEST(GradientGap, IsInfiniteWhereThereIsNoGradient) {
  EXPECT_EQ(gradient_gap([](const Tensor& x) { return ops::stop_gradient(x); }, kInput), INFINITY);
}

TEST(GradientGap, IsInfiniteForNan) {
  EXPECT_EQ(gradient_gap([](const Tensor& x) { return ops::log(x); }, kInput), INFINITY);
}

TEST(GradientGap, LeavesAGradientOfTheWrongShapeToTheTape) {
  const auto misshapen = [](const Tensor& x) {
    return autodiff::record(
        "misshapen", ops::stop_gradient(ops::sum(x)), {x},
        [](const Tensor& g, autodiff::InputGradients& inputs) { inputs.add(0, g); });
  };
  EXPECT_THROW(gradient_gap(misshapen, kInput), ShapeError);
}

TEST(GradientGap, ChecksEveryInput) {
  const auto second_wrong = [](const std::vector<Tensor>& v) {
    return v[0] * 3.0f + square_with_slope(v[1], 1.5f);
  };
  EXPECT_NEAR(gradient_gap(second_wrong, {kInput, kInput}), 0.5, 0.01);
}

}  // namespace
}  // namespace strata
