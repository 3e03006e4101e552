// Batch normalization: values, gradients, errors.
#include <gtest/gtest.h>

#include "core/parallel.hpp"
#include "ops/samples.hpp"
#include "strata/autodiff/gradient_tape.hpp"
#include "strata/core/errors.hpp"
#include "strata/core/threads.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/elementwise.hpp"
#include "strata/ops/nn.hpp"
#include "strata/ops/reduction.hpp"
#include "support/gradient_gap.hpp"
#include "support/matchers.hpp"

namespace strata {
namespace {

using testing::gradient_gap;
using testing::IsClose;
using testing::Raises;
using testing::sample;

ops::Axes all_but(int axis, int rank) {
  std::vector<int> axes;
  for (int i = 0; i < rank; ++i)
    if (i != (axis + rank) % rank) axes.push_back(i);
  return axes;
}

// The formula, op by op; gamma and beta have the shape of the statistics.
Tensor reference(const Tensor& x, const Tensor& gamma, const Tensor& beta, int axis) {
  const ops::Axes axes = all_but(axis, x.rank());
  const Tensor mean = ops::mean(x, axes, true);
  const Tensor variance = ops::mean(ops::square(x - mean), axes, true);
  return ops::reshape(gamma, mean.shape()) * (x - mean) * ops::rsqrt(variance + 1e-3f) +
         ops::reshape(beta, mean.shape());
}

TEST(BatchNormalize, AgreesWithItsFormulaForAnyAxis) {
  const Tensor x = sample({30, 20, 40}, 4, 9);
  for (const int axis : {0, 1, 2, -1, -2}) {
    const std::int64_t channels = x.shape()[(axis + 3) % 3];
    const Tensor gamma = sample({channels}, -1, 1, 2);
    const Tensor beta = sample({channels}, -1, 1, 3);
    const ops::Normalized result = ops::batch_normalize(x, gamma, beta, axis, 1e-3f);
    EXPECT_THAT(result.outputs, IsClose(reference(x, gamma, beta, axis)));
    EXPECT_THAT(result.mean, IsClose(ops::mean(x, all_but(axis, 3))));
    EXPECT_THAT(result.variance, IsClose(ops::variance(x, all_but(axis, 3))));
  }
}

TEST(BatchNormalize, TakesUndefinedGammaAndBetaAsOneAndZero) {
  const Tensor x = sample({6, 3});
  const Tensor plain = ops::batch_normalize(x, ops::ones({3}), ops::zeros({3}), -1, 1e-3f).outputs;
  EXPECT_THAT(ops::batch_normalize(x, {}, {}, -1, 1e-3f).outputs, IsClose(plain));
}

TEST(BatchNormalize, GradientMatchesCentralDifferences) {
  const Tensor x = sample({3, 2, 4}, -1, 2);
  for (const int axis : {0, 1, 2}) {
    const std::int64_t channels = x.shape()[axis];
    const auto f = [&](const std::vector<Tensor>& v) {
      return ops::batch_normalize(v[0], v[1], v[2], axis, 1e-2f).outputs;
    };
    EXPECT_LT(gradient_gap(f, {x, sample({channels}, 1, 2), sample({channels})}), 2e-3);
  }
}

TEST(BatchNormalize, GradientWithoutGammaAndBetaMatchesCentralDifferences) {
  const auto f = [](const Tensor& v) { return ops::batch_normalize(v, {}, {}, -1, 1e-2f).outputs; };
  EXPECT_LT(gradient_gap(f, sample({5, 3}, -1, 2)), 2e-3);
}

std::vector<Tensor> gradients(const std::vector<Tensor>& inputs, bool fused) {
  GradientTape tape;
  std::vector<Tensor> v;
  for (const Tensor& input : inputs) v.push_back(tape.watch(input));
  const Tensor y = fused ? ops::batch_normalize(v[0], v[1], v[2], -1, 1e-3f).outputs
                         : reference(v[0], v[1], v[2], -1);
  return tape.gradient(ops::sum(y * sample(y.shape(), -1, 1, 9)) + ops::sum(v[0]), v);
}

TEST(BatchNormalize, GradientIsThatOfItsFormulaForLargeInputs) {
  const std::vector<Tensor> inputs = {sample({50, 20, 33}, -1, 3), sample({33}, 0, 1, 2),
                                      sample({33}, -1, 1, 3)};
  const auto fused = gradients(inputs, true);
  const auto apart = gradients(inputs, false);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_THAT(fused[i], IsClose(apart[i]));
}

TEST(BatchNormalize, IsTheSameForAnyNumberOfThreads) {
  const std::vector<Tensor> inputs = {sample({50, 50, 33}), sample({33}), sample({33})};
  ASSERT_GT(part_count(inputs[0].size()), 1);
  const int before = num_threads();
  const KeepHelpers keep;
  set_num_threads(1);
  const auto alone = gradients(inputs, true);
  set_num_threads(3);
  const auto shared = gradients(inputs, true);
  set_num_threads(before);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_THAT(shared[i], IsClose(alone[i], 0.0));
}

TEST(BatchNormalize, StatisticsAreConstants) {
  GradientTape tape({.persistent = true});
  const Tensor x = tape.watch(sample({5, 3}));
  const ops::Normalized result = ops::batch_normalize(x, {}, {}, -1, 1e-3f);
  EXPECT_FALSE(tape.gradient(result.mean, x).defined());
  EXPECT_FALSE(tape.gradient(result.variance, x).defined());
}

TEST(BatchNormalize, RejectsWhatDoesNotFit) {
  const Tensor x = ops::zeros({5, 3});
  EXPECT_THAT([&] { ops::batch_normalize(x, ops::ones({2}), {}, -1, 1e-3f); },
              Raises<ShapeError>("ops::batch_normalize: gamma must have the shape (3,). Received: "
                                 "shape=(2,)."));
  EXPECT_THAT([&] { ops::batch_normalize(x, {}, ops::ones({3}), 0, 1e-3f); },
              Raises<ShapeError>("ops::batch_normalize: beta must have the shape (5,). Received: "
                                 "shape=(3,)."));
  EXPECT_THAT([&] { ops::batch_normalize(x, {}, {}, 2, 1e-3f); },
              Raises<ShapeError>("ops::batch_normalize: axis must lie in [-2, 2) for rank 2. "
                                 "Received: axis=2, shape=(5, 3)."));
  EXPECT_THAT([&] { ops::batch_normalize(x, {}, {}, -1, -1.0f); },
              Raises<InvalidArgument>(
                  "ops::batch_normalize: epsilon must not be negative. Received: epsilon=-1."));
  EXPECT_THAT([] { ops::batch_normalize({}, {}, {}, -1, 1e-3f); },
              Raises<InvalidArgument>("ops::batch_normalize: the inputs must be defined. "
                                      "Received: an undefined tensor."));
}

}  // namespace
}  // namespace strata
