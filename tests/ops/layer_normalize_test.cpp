// Layer, RMS and group normalization: values, gradients, errors.
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

constexpr float kEpsilon = 1e-3f;

// The extents of `axes` in `shape`, and the shape in which such a weight broadcasts.
std::pair<Shape, Shape> weight_shapes(const Shape& shape, const ops::Axes& axes) {
  const std::vector<bool> along = axes.of(shape, "test");
  Shape extents, spread;
  for (int axis = 0; axis < shape.rank(); ++axis) {
    const bool in = along[static_cast<std::size_t>(axis)];
    if (in) extents.append(shape[axis]);
    spread.append(in ? shape[axis] : 1);
  }
  return {extents, spread};
}

// The formulas, op by op.
Tensor layer_reference(const Tensor& x, const Tensor& gamma, const Tensor& beta,
                       const ops::Axes& axes) {
  const Shape spread = weight_shapes(x.shape(), axes).second;
  const Tensor centered = x - ops::mean(x, axes, true);
  const Tensor variance = ops::mean(ops::square(centered), axes, true);
  return centered * ops::rsqrt(variance + kEpsilon) * ops::reshape(gamma, spread) +
         ops::reshape(beta, spread);
}

Tensor rms_reference(const Tensor& x, const Tensor& scale, const ops::Axes& axes) {
  return x * ops::rsqrt(ops::mean(ops::square(x), axes, true) + kEpsilon) *
         ops::reshape(scale, weight_shapes(x.shape(), axes).second);
}

// Of channels along the last axis.
Tensor group_reference(const Tensor& x, const Tensor& gamma, const Tensor& beta,
                       std::int64_t groups) {
  const std::int64_t samples = x.shape().front();
  const std::int64_t channels = x.shape().back();
  const Tensor blocks = ops::reshape(x, {samples, -1, groups, channels / groups});
  const Tensor centered = blocks - ops::mean(blocks, {1, 3}, true);
  const Tensor variance = ops::mean(ops::square(centered), {1, 3}, true);
  return ops::reshape(centered * ops::rsqrt(variance + kEpsilon), x.shape()) * gamma + beta;
}

std::vector<Tensor> gradients_of(const std::function<Tensor(const std::vector<Tensor>&)>& function,
                                 const std::vector<Tensor>& inputs) {
  GradientTape tape;
  std::vector<Tensor> v;
  for (const Tensor& input : inputs) v.push_back(tape.watch(input));
  const Tensor y = function(v);
  return tape.gradient(ops::sum(y * sample(y.shape(), -1, 1, 9)) + ops::sum(v[0]), v);
}

const std::vector<ops::Axes> kAxes = {-1, 0, 1, {1, 2}, {0, 2}, {2, 1}, {0, 1, 2}};

TEST(LayerNormalizationOp, AgreesWithItsFormulaForAnyAxes) {
  for (const Shape& shape : {Shape{30, 20, 40}, Shape{3, 2, 5}, Shape{2, 70, 90}}) {
    const Tensor x = sample(shape, 4, 9);
    for (const ops::Axes& axes : kAxes) {
      const Shape extents = weight_shapes(shape, axes).first;
      const std::vector<Tensor> inputs = {x, sample(extents, 1, 2, 2), sample(extents, -1, 1, 3)};
      const auto fused = [&](const std::vector<Tensor>& v) {
        return ops::layer_normalization(v[0], v[1], v[2], axes, kEpsilon);
      };
      const auto apart = [&](const std::vector<Tensor>& v) {
        return layer_reference(v[0], v[1], v[2], axes);
      };
      EXPECT_THAT(fused(inputs), IsClose(apart(inputs)));
      const auto gradients = gradients_of(fused, inputs);
      const auto expected = gradients_of(apart, inputs);
      for (std::size_t i = 0; i < inputs.size(); ++i)
        EXPECT_THAT(gradients[i], IsClose(expected[i], 1e-4)) << i;
    }
  }
}

TEST(LayerNormalizationOp, GradientsMatchCentralDifferences) {
  const Tensor x = sample({3, 2, 4}, -1, 2);
  for (const ops::Axes& axes : {ops::Axes(-1), ops::Axes(1), ops::Axes({1, 2})}) {
    const Shape extents = weight_shapes(x.shape(), axes).first;
    const auto f = [&](const std::vector<Tensor>& v) {
      return ops::layer_normalization(v[0], v[1], v[2], axes, 1e-2f);
    };
    EXPECT_LT(gradient_gap(f, {x, sample(extents, 1, 2), sample(extents)}), 5e-3);
    const auto plain = [&](const Tensor& v) {
      return ops::layer_normalization(v, {}, {}, axes, 1e-2f);
    };
    EXPECT_LT(gradient_gap(plain, x), 5e-3);
  }
}

TEST(LayerNormalizationOp, TakesManyColumns) {
  const Tensor x = sample({3, 5000}, -1, 3);
  const std::vector<Tensor> inputs = {x, sample({5000}, 1, 2, 2), sample({5000}, -1, 1, 3)};
  const auto fused = [](const std::vector<Tensor>& v) {
    return ops::layer_normalization(v[0], v[1], v[2], -1, kEpsilon);
  };
  const auto apart = [](const std::vector<Tensor>& v) {
    return layer_reference(v[0], v[1], v[2], -1);
  };
  const auto gradients = gradients_of(fused, inputs);
  const auto expected = gradients_of(apart, inputs);
  for (std::size_t i = 0; i < inputs.size(); ++i)
    EXPECT_THAT(gradients[i], IsClose(expected[i], 1e-4)) << i;
}

TEST(LayerNormalizationOp, KeepsItsPrecisionFarFromZero) {
  const Tensor x = sample({4, 100}, 1000.0f, 1001.0f);
  const Tensor centered = x - 1000.0f;
  EXPECT_THAT(ops::layer_normalization(x, {}, {}, -1, kEpsilon),
              IsClose(ops::layer_normalization(centered, {}, {}, -1, kEpsilon), 1e-3));
}

TEST(RmsNormalization, AgreesWithItsFormulaForAnyAxes) {
  const Tensor x = sample({30, 20, 40}, -1, 2);
  for (const ops::Axes& axes : kAxes) {
    const Shape extents = weight_shapes(x.shape(), axes).first;
    const std::vector<Tensor> inputs = {x, sample(extents, 1, 2, 2)};
    const auto fused = [&](const std::vector<Tensor>& v) {
      return ops::rms_normalization(v[0], v[1], axes, kEpsilon);
    };
    const auto apart = [&](const std::vector<Tensor>& v) {
      return rms_reference(v[0], v[1], axes);
    };
    EXPECT_THAT(fused(inputs), IsClose(apart(inputs)));
    const auto gradients = gradients_of(fused, inputs);
    const auto expected = gradients_of(apart, inputs);
    for (std::size_t i = 0; i < inputs.size(); ++i)
      EXPECT_THAT(gradients[i], IsClose(expected[i], 1e-4)) << i;
  }
}

TEST(RmsNormalization, GradientsMatchCentralDifferences) {
  const auto f = [](const std::vector<Tensor>& v) {
    return ops::rms_normalization(v[0], v[1], -1, 1e-2f);
  };
  EXPECT_LT(gradient_gap(f, {sample({3, 5}, -1, 2), sample({5}, 1, 2)}), 5e-3);
}

TEST(GroupNormalize, AgreesWithItsFormula) {
  for (const Shape& shape : {Shape{20, 7, 5, 12}, Shape{3, 40, 6}, Shape{5, 12}}) {
    const std::int64_t channels = shape.back();
    const std::vector<Tensor> inputs = {sample(shape, 4, 9), sample({channels}, 1, 2, 2),
                                        sample({channels}, -1, 1, 3)};
    for (const int groups : {1, 2, 3, static_cast<int>(channels)}) {
      if (shape.rank() == 2 && groups == channels) continue;  // each number alone
      const auto fused = [&](const std::vector<Tensor>& v) {
        return ops::group_normalize(v[0], v[1], v[2], groups, -1, kEpsilon);
      };
      const auto apart = [&](const std::vector<Tensor>& v) {
        return group_reference(v[0], v[1], v[2], groups);
      };
      EXPECT_THAT(fused(inputs), IsClose(apart(inputs)));
      const auto gradients = gradients_of(fused, inputs);
      const auto expected = gradients_of(apart, inputs);
      for (std::size_t i = 0; i < inputs.size(); ++i)
        EXPECT_THAT(gradients[i], IsClose(expected[i], 1e-4)) << i;
    }
  }
}

TEST(GroupNormalize, TakesTheChannelsAnywhere) {
  const Tensor x = sample({4, 6, 5, 3});
  const Tensor gamma = sample({6}, 1, 2, 2);
  const Tensor expected = ops::group_normalize(ops::transpose(x, {0, 2, 3, 1}), gamma, {}, 2);
  EXPECT_THAT(ops::group_normalize(x, gamma, {}, 2, 1),
              IsClose(ops::transpose(expected, {0, 3, 1, 2})));
}

TEST(GroupNormalize, GradientsMatchCentralDifferences) {
  const auto f = [](const std::vector<Tensor>& v) {
    return ops::group_normalize(v[0], v[1], v[2], 2, -1, 1e-2f);
  };
  EXPECT_LT(gradient_gap(f, {sample({2, 3, 4}, -1, 2), sample({4}, 1, 2), sample({4})}), 5e-3);
  const auto plain = [](const Tensor& v) { return ops::group_normalize(v, {}, {}, 2, 1, 1e-2f); };
  EXPECT_LT(gradient_gap(plain, sample({2, 4, 3}, -1, 2)), 5e-3);
}

TEST(Normalizations, AreTheSameForAnyNumberOfThreads) {
  const auto run = [] {
    const std::vector<Tensor> rows = {sample({3000, 50}), sample({50}), sample({50})};
    std::vector<Tensor> all = gradients_of(
        [](const std::vector<Tensor>& v) {
          return ops::layer_normalization(v[0], v[1], v[2], -1, kEpsilon);
        },
        rows);
    for (const std::int64_t samples : {2, 40}) {
      const std::vector<Tensor> images = {sample({samples, 4000, 8}), sample({8}), sample({8})};
      for (Tensor& gradient : gradients_of(
               [](const std::vector<Tensor>& v) {
                 return ops::group_normalize(v[0], v[1], v[2], 4, -1, kEpsilon);
               },
               images))
        all.push_back(std::move(gradient));
    }
    return all;
  };
  const int before = num_threads();
  const KeepHelpers keep;
  set_num_threads(1);
  const auto alone = run();
  set_num_threads(3);
  const auto shared = run();
  set_num_threads(before);
  for (std::size_t i = 0; i < alone.size(); ++i) EXPECT_THAT(shared[i], IsClose(alone[i], 0.0));
}

TEST(Normalizations, TakeEmptyBatches) {
  GradientTape tape;
  const Tensor x = tape.watch(ops::zeros({0, 4}));
  const Tensor gamma = tape.watch(ops::ones({4}));
  const Tensor y = ops::layer_normalization(x, gamma) + ops::rms_normalization(x, gamma) +
                   ops::group_normalize(x, gamma, {}, 2);
  EXPECT_EQ(y.shape(), Shape({0, 4}));
  EXPECT_THAT(tape.gradient(ops::sum(y), gamma), IsClose(ops::zeros({4}), 0.0));
}

TEST(Normalizations, RejectWhatDoesNotFit) {
  const Tensor x = ops::zeros({5, 2, 6});
  EXPECT_THAT(
      [&] {
        ops::layer_normalization(x, ops::ones({6}), {}, {1, 2});
      },
      Raises<ShapeError>("ops::layer_normalization: gamma must have the shape (2, 6). "
                         "Received: shape=(6,)."));
  EXPECT_THAT([&] { ops::layer_normalization(x, {}, ops::ones({5})); },
              Raises<ShapeError>("ops::layer_normalization: beta must have the shape (6,). "
                                 "Received: shape=(5,)."));
  EXPECT_THAT([&] { ops::rms_normalization(x, ops::ones({5})); },
              Raises<ShapeError>("ops::rms_normalization: scale must have the shape (6,). "
                                 "Received: shape=(5,)."));
  EXPECT_THAT([&] { ops::rms_normalization(x, {}, -1, -1.0f); },
              Raises<InvalidArgument>("ops::rms_normalization: epsilon must not be negative. "
                                      "Received: epsilon=-1."));
  EXPECT_THAT([&] { ops::group_normalize(x, {}, {}, 4); },
              Raises<ShapeError>("ops::group_normalize: groups must be positive and divide the "
                                 "channels. Received: groups=4, channels=6."));
  EXPECT_THAT([&] { ops::group_normalize(x, {}, {}, 1, 0); },
              Raises<ShapeError>("ops::group_normalize: axis must not be that of the samples, 0. "
                                 "Received: axis=0, shape=(5, 2, 6)."));
}

TEST(L2Normalize, TakesSeveralAxes) {
  const Tensor x = sample({3, 4, 5});
  for (const ops::Axes& axes : kAxes) {
    EXPECT_THAT(ops::l2_normalize(x, axes), IsClose(x / ops::norm(x, axes, true)));
    const auto f = [&](const Tensor& v) { return ops::l2_normalize(v, axes); };
    EXPECT_LT(gradient_gap(f, sample({2, 3, 2})), 5e-3);
  }
}

TEST(Prelu, AgreesWithItsFormula) {
  const Tensor x({2, 3}, {-1.0f, 2.0f, 0.0f, 3.0f, -4.0f, -5.0f});
  const Tensor alpha({3}, {0.5f, 0.1f, -0.2f});
  EXPECT_THAT(ops::prelu(x, alpha),
              IsClose(Tensor({2, 3}, {-0.5f, 2.0f, 0.0f, 3.0f, -0.4f, 1.0f})));
  GradientTape tape({.persistent = true});
  const Tensor at = tape.watch(x);
  const Tensor slopes = tape.watch(alpha);
  const Tensor sum = ops::sum(ops::prelu(at, slopes));
  EXPECT_THAT(tape.gradient(sum, at),
              IsClose(Tensor({2, 3}, {0.5f, 1.0f, 0.0f, 1.0f, 0.1f, -0.2f})));
  EXPECT_THAT(tape.gradient(sum, slopes), IsClose(Tensor({3}, {-1.0f, -4.0f, -5.0f})));
}

TEST(Prelu, GradientsMatchCentralDifferences) {
  const auto f = [](const std::vector<Tensor>& v) { return ops::prelu(v[0], v[1]); };
  EXPECT_LT(gradient_gap(f, {testing::spread_sample({2, 3, 4}), sample({3, 4})}), 5e-3);
  EXPECT_LT(gradient_gap(f, {testing::spread_sample({2, 3, 4}), sample({3, 1})}), 5e-3);
}

TEST(Prelu, RejectsSlopesThatDoNotBroadcast) {
  EXPECT_THAT(
      [] {
        ops::prelu(ops::zeros({1, 3}), ops::zeros({2, 3}));
      },
      Raises<ShapeError>("ops::prelu: alpha must broadcast to x's shape, (1, 3). Received: "
                         "shape=(2, 3)."));
}

}  // namespace
}  // namespace strata
