// A pooled convolution: pooling defers its gradient to the convolution, image by image.
#include <gtest/gtest.h>

#include <vector>

#include "core/parallel.hpp"
#include "kernels/convolution/work_split.hpp"
#include "ops/fused_activation.hpp"
#include "ops/penalty.hpp"
#include "strata/autodiff/gradient_tape.hpp"
#include "strata/core/threads.hpp"
#include "strata/ops/ops.hpp"
#include "strata/tensor/random.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace {

using ops::ConvolutionGeometry;
using ops::Padding;

struct PooledConvolution {
  ConvolutionGeometry geometry;
  ops::PoolingGeometry pooling;
  Tensor (*pool)(const Tensor&, const ops::PoolingGeometry&) = ops::max_pool;
};

std::vector<PooledConvolution> pooled_convolutions() {
  return {
      {{}, {}},
      {{.padding = Padding::same}, {{3, 3, 3}, {1, 1, 1}, Padding::same}},
      {{}, {{2, 2, 2}, {3, 3, 3}}},
      {{.strides = {2, 2, 2}}, {}},
      {{.groups = 2}, {}},
      {{}, {}, ops::average_pool},
      {{.padding = Padding::same}, {{3, 3, 3}, {2, 2, 2}, Padding::same}, ops::average_pool},
  };
}

// Of `loss(y, pooled)` for the kernel, the bias and the input, which has 4 channels.
template <class Loss>
std::vector<Tensor> gradients(const PooledConvolution& c, const Shape& shape, Loss loss) {
  random::Generator generator(1);
  const Tensor images = generator.normal(shape, 0.0f, 1.0f);
  const Variable kernel("kernel", generator.normal({3, 3, 4 / c.geometry.groups, 6}, 0.0f, 1.0f));
  const Variable bias("bias", generator.normal({6}, 0.0f, 1.0f));
  GradientTape tape({.persistent = true});
  const Tensor x = tape.watch(images);
  const Tensor y = ops::convolution(x, kernel, bias, c.geometry, ops::FusedActivation::relu);
  const auto pooled = [&](const Tensor& from) {
    return ops::sum(ops::square(c.pool(from, c.pooling)));
  };
  const Tensor target = loss(y, pooled);
  std::vector<Tensor> result = tape.gradient(target, {kernel, bias});
  result.push_back(tape.gradient(target, x));
  return result;
}

class DeferredGradient : public ::testing::TestWithParam<PooledConvolution> {
 protected:
  template <class Loss>
  std::vector<Tensor> gradients(Loss loss) const {
    return testing::gradients(GetParam(), {3, 9, 9, 4}, loss);
  }
};

constexpr auto pool_alone = [](const Tensor& y, auto pooled) { return pooled(y); };
// The sum has a gradient of its own, so that nothing is deferred to the convolution.
constexpr auto pool_a_copy = [](const Tensor& y, auto pooled) { return pooled(y + 0.0f); };

// What a layer's activity regularizer does; its gradient follows that of the pooling.
constexpr ops::PenaltyFactors kFactors{.l1 = 0.01f, .l2 = 0.03f};
constexpr auto penalize_and_pool = [](const Tensor& y, auto pooled) {
  const Tensor penalty = ops::penalty(y, kFactors) / 3.0f;
  return pooled(y) + penalty;
};
constexpr auto penalize_and_pool_a_copy = [](const Tensor& y, auto pooled) {
  const Tensor penalty = ops::penalty(y, kFactors) / 3.0f;
  return pooled(y + 0.0f) + penalty;
};

void expect_equal(const std::vector<Tensor>& actual, const std::vector<Tensor>& expected) {
  ASSERT_EQ(actual.size(), expected.size());
  for (std::size_t i = 0; i < actual.size(); ++i) EXPECT_THAT(actual[i], IsClose(expected[i]));
}

TEST_P(DeferredGradient, IsThatComputedAtOnce) {
  expect_equal(gradients(pool_alone), gradients(pool_a_copy));
}

TEST_P(DeferredGradient, IsAddedToThoseOfOtherUsesWhateverTheirOrder) {
  const auto pooled_first = [](const Tensor& y, auto pooled) {
    const Tensor loss = pooled(y);
    return loss + ops::sum(ops::sin(y));
  };
  const auto pooled_last = [](const Tensor& y, auto pooled) {
    const Tensor other = ops::sum(ops::sin(y));
    return pooled(y) + other;
  };
  const auto pooled_twice = [](const Tensor& y, auto pooled) { return pooled(y) + pooled(y); };
  const auto copy_and_other = [](const Tensor& y, auto pooled) {
    return pooled(y + 0.0f) + ops::sum(ops::sin(y));
  };
  const auto copy_twice = [](const Tensor& y, auto pooled) { return 2.0f * pooled(y + 0.0f); };
  expect_equal(gradients(pooled_first), gradients(copy_and_other));
  expect_equal(gradients(pooled_last), gradients(copy_and_other));
  expect_equal(gradients(pooled_twice), gradients(copy_twice));
}

TEST_P(DeferredGradient, IsPenalizedWhereItIsComputed) {
  const auto pool_and_penalize = [](const Tensor& y, auto pooled) {
    const Tensor loss = pooled(y);
    return loss + ops::penalty(y, kFactors) / 3.0f;
  };
  const auto penalize_twice = [](const Tensor& y, auto pooled) {
    const Tensor penalties = ops::penalty(y, {.l1 = 0.01f}) + ops::penalty(y, {.l2 = 0.03f});
    return pooled(y) + penalties / 3.0f;
  };
  const auto penalize_and_use = [](const Tensor& y, auto pooled) {
    const Tensor other = ops::sum(ops::sin(y));
    return penalize_and_pool(y, pooled) + other;
  };
  const auto penalize_and_use_copies = [](const Tensor& y, auto pooled) {
    const Tensor other = ops::sum(ops::sin(y));
    return penalize_and_pool_a_copy(y, pooled) + other;
  };
  const std::vector<Tensor> expected = gradients(penalize_and_pool_a_copy);
  expect_equal(gradients(penalize_and_pool), expected);
  expect_equal(gradients(pool_and_penalize), expected);
  expect_equal(gradients(penalize_twice), expected);
  expect_equal(gradients(penalize_and_use), gradients(penalize_and_use_copies));
}

TEST_P(DeferredGradient, IsComputedForWhoeverAsks) {
  const auto of_output = [](bool copy) {
    random::Generator generator(2);
    const Tensor x = generator.normal({2, 9, 9, 4}, 0.0f, 1.0f);
    const int groups = GetParam().geometry.groups;
    const Variable kernel("kernel", generator.normal({3, 3, 4 / groups, 6}, 0.0f, 1.0f));
    GradientTape tape;
    const Tensor y = ops::convolution(x, kernel, Tensor(), GetParam().geometry);
    const Tensor pooled = GetParam().pool(copy ? y + 0.0f : y, GetParam().pooling);
    return tape.gradient(ops::sum(ops::square(pooled)), std::vector<Tensor>{y}).front();
  };
  EXPECT_THAT(of_output(false), IsClose(of_output(true)));
}

INSTANTIATE_TEST_SUITE_P(Poolings, DeferredGradient, ::testing::ValuesIn(pooled_convolutions()));

// Threads ask for the images of their parts at the same time.
TEST(DeferredGradientOfSeveralParts, IsThatComputedAtOnce) {
  const Shape shape = {40, 26, 26, 4};
  const std::int64_t products = 40 * 24 * 24 * (3 * 3 * 4) * 6;
  ASSERT_GT(product_parts(products, shape[0], kMostParts), 1);
  const int before = num_threads();
  const KeepHelpers keep;
  for (const auto pool : {ops::max_pool, ops::average_pool}) {
    const PooledConvolution c{{}, {}, pool};
    set_num_threads(1);
    const std::vector<Tensor> expected = gradients(c, shape, pool_a_copy);
    const std::vector<Tensor> penalized = gradients(c, shape, penalize_and_pool_a_copy);
    for (const int threads : {1, 2, 3}) {
      set_num_threads(threads);
      expect_equal(gradients(c, shape, pool_alone), expected);
      expect_equal(gradients(c, shape, penalize_and_pool), penalized);
    }
  }
  set_num_threads(before);
}

}  // namespace
}  // namespace strata::testing
