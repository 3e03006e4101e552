// Depthwise and separable convolutions: results and gradients against plain loops, and errors.
#include <gtest/gtest.h>

#include <random>

#include "core/parallel.hpp"
#include "ops/fused_activation.hpp"
#include "ops/naive_windows.hpp"
#include "ops/samples.hpp"
#include "strata/autodiff/gradient_tape.hpp"
#include "strata/core/threads.hpp"
#include "strata/ops/convolution.hpp"
#include "strata/ops/elementwise.hpp"
#include "strata/ops/nn.hpp"
#include "strata/ops/pooling.hpp"
#include "strata/ops/reduction.hpp"
#include "support/gradient_gap.hpp"
#include "support/matchers.hpp"

namespace strata {
namespace {

using ops::ConvolutionGeometry;
using ops::FusedActivation;
using ops::Padding;
using testing::gradient_gap;
using testing::IsClose;
using testing::NaiveWindows;
using testing::Raises;
using testing::sample;

struct DepthwiseCase {
  Shape x;
  Shape kernel;
  ConvolutionGeometry geometry;

  NaiveWindows windows() const {
    NaiveWindows windows{x, {}, geometry.strides, geometry.dilation, geometry.padding};
    for (int axis = 0; axis + 2 < x.rank(); ++axis)
      windows.window[static_cast<std::size_t>(axis)] = static_cast<int>(kernel[axis]);
    return windows;
  }
  std::int64_t multiplier() const { return kernel.back(); }
  std::int64_t outputs() const { return x.back() * multiplier(); }
  Shape y() const { return windows().output(outputs()); }
};

struct DepthwiseValues {
  Tensor y, dx, dkernel, dbias;
};

struct DepthwiseInputs {
  explicit DepthwiseInputs(const DepthwiseCase& c)
      : x(sample(c.x, -1, 1, 1)),
        kernel(sample(c.kernel, -1, 1, 2)),
        bias(sample({c.outputs()}, -1, 1, 3)),
        dy(sample(c.y(), -1, 1, 4)) {}

  Tensor x, kernel, bias, dy;
};

// The definition, product by product.
DepthwiseValues by_definition(const DepthwiseCase& c, const DepthwiseInputs& in) {
  const auto size = [](const Tensor& tensor) { return tensor.values().size(); };
  std::vector<double> y(size(in.dy)), dx(size(in.x)), dkernel(size(in.kernel)),
      dbias(size(in.bias));
  c.windows().for_each_cell([&](std::int64_t to, std::int64_t cell, std::int64_t from) {
    for (std::int64_t j = 0; j < c.outputs(); ++j) {
      const auto xi = static_cast<std::size_t>(from * c.x.back() + j / c.multiplier());
      const auto ki = static_cast<std::size_t>(cell * c.outputs() + j);
      const auto yi = static_cast<std::size_t>(to * c.outputs() + j);
      y[yi] += double{in.x.values()[xi]} * double{in.kernel.values()[ki]};
      dx[xi] += double{in.dy.values()[yi]} * double{in.kernel.values()[ki]};
      dkernel[ki] += double{in.dy.values()[yi]} * double{in.x.values()[xi]};
    }
  });
  for (std::size_t i = 0; i < y.size(); ++i) {
    y[i] += double{in.bias.values()[i % dbias.size()]};
    dbias[i % dbias.size()] += double{in.dy.values()[i]};
  }
  const auto tensor = [](const Shape& shape, const std::vector<double>& values) {
    return Tensor(shape, std::vector<float>(values.begin(), values.end()));
  };
  return {tensor(c.y(), y), tensor(c.x, dx), tensor(c.kernel, dkernel),
          tensor(in.bias.shape(), dbias)};
}

DepthwiseValues by_op(const DepthwiseCase& c, const DepthwiseInputs& in) {
  GradientTape tape;
  const std::vector<Tensor> inputs = {tape.watch(in.x), tape.watch(in.kernel), tape.watch(in.bias)};
  const Tensor y = ops::depthwise_conv(inputs[0], inputs[1], inputs[2], c.geometry);
  const auto gradients = tape.gradient(ops::sum(y * in.dy), inputs);
  return {y, gradients[0], gradients[1], gradients[2]};
}

void expect_depthwise_agreement(const DepthwiseCase& c) {
  SCOPED_TRACE(to_string(c.x) + " * " + to_string(c.kernel));
  const DepthwiseInputs inputs(c);
  const DepthwiseValues found = by_op(c, inputs);
  const DepthwiseValues right = by_definition(c, inputs);
  EXPECT_THAT(found.y, IsClose(right.y));
  EXPECT_THAT(found.dx, IsClose(right.dx));
  EXPECT_THAT(found.dkernel, IsClose(right.dkernel));
  EXPECT_THAT(found.dbias, IsClose(right.dbias));
}

DepthwiseCase random_depthwise_case(std::mt19937& engine) {
  const auto draw = [&](int low, int high) {
    return low + static_cast<int>(engine() % static_cast<unsigned>(high - low + 1));
  };
  const int spatial = draw(1, 3);
  DepthwiseCase c;
  c.geometry.padding = draw(0, 1) == 0                   ? Padding::valid
                       : spatial == 1 && draw(0, 1) == 0 ? Padding::causal
                                                         : Padding::same;
  const int channels = draw(0, 2) == 0 ? 16 * draw(1, 3) : draw(1, 21);
  c.x = {draw(1, 3)};
  for (int i = 0; i < spatial; ++i) {
    const auto axis = static_cast<std::size_t>(i);
    const int window = draw(1, 4);
    c.geometry.dilation[axis] = draw(1, 3);
    c.geometry.strides[axis] = draw(0, 1) == 0 ? 1 : draw(1, 3);
    const int span = (window - 1) * c.geometry.dilation[axis] + 1;
    c.x.append(c.geometry.padding == Padding::valid ? span + draw(0, 6) : draw(1, 9));
    c.kernel.append(window);
  }
  c.x.append(channels);
  c.kernel.append(channels);
  c.kernel.append(draw(0, 1) == 0 ? 1 : draw(1, 4));
  return c;
}

TEST(DepthwiseConv, AgreesWithItsDefinitionOverRandomGeometries) {
  std::mt19937 engine(7);
  for (int i = 0; i < 300 && !::testing::Test::HasFailure(); ++i)
    expect_depthwise_agreement(random_depthwise_case(engine));
}

// Large enough for several parts.
const DepthwiseCase kLargeDepthwise[] = {
    {{40, 12, 13, 32}, {3, 3, 32, 1}, {.padding = Padding::same}},
    {{40, 12, 13, 3}, {3, 3, 3, 2}, {}},
    {{20, 13, 12, 24}, {5, 5, 24, 1}, {.strides = {2, 2, 1}, .padding = Padding::same}},
    {{18, 400, 6}, {5, 6, 2}, {.padding = Padding::causal}},
    {{1, 60, 60, 16}, {3, 3, 16, 1}, {.padding = Padding::same}},
};

TEST(DepthwiseConv, AgreesWithItsDefinitionOverManyParts) {
  for (const DepthwiseCase& c : kLargeDepthwise) expect_depthwise_agreement(c);
}

TEST(DepthwiseConv, IsTheSameToTheBitForAnyNumberOfThreads) {
  const int threads = num_threads();
  const KeepHelpers keep;
  for (const DepthwiseCase& c : kLargeDepthwise) {
    SCOPED_TRACE(to_string(c.x));
    const DepthwiseInputs inputs(c);
    set_num_threads(1);
    const DepthwiseValues one = by_op(c, inputs);
    set_num_threads(2);
    const DepthwiseValues two = by_op(c, inputs);
    EXPECT_THAT(two.y.values(), ::testing::ElementsAreArray(one.y.values()));
    EXPECT_THAT(two.dx.values(), ::testing::ElementsAreArray(one.dx.values()));
    EXPECT_THAT(two.dkernel.values(), ::testing::ElementsAreArray(one.dkernel.values()));
    EXPECT_THAT(two.dbias.values(), ::testing::ElementsAreArray(one.dbias.values()));
  }
  set_num_threads(threads);
}

TEST(DepthwiseConv, FusesTheActivationAndItsGradient) {
  const Tensor x = sample({2, 5, 5, 3}), kernel = sample({3, 3, 3, 2}, -1, 1, 2);
  const Tensor bias = sample({6}, -1, 1, 3);
  for (const auto activation : {FusedActivation::relu, FusedActivation::tanh}) {
    const auto fused = [&](const Tensor& in) {
      return ops::depthwise_conv(in, kernel, bias, {}, activation);
    };
    const auto apart = [&](const Tensor& in) {
      const Tensor z = ops::depthwise_conv(in, kernel, bias, {});
      return activation == FusedActivation::relu ? ops::relu(z) : ops::tanh(z);
    };
    EXPECT_THAT(fused(x), IsClose(apart(x)));
    GradientTape tape({.persistent = true});
    const Tensor watched = tape.watch(x);
    EXPECT_THAT(tape.gradient(ops::sum(ops::square(fused(watched))), watched),
                IsClose(tape.gradient(ops::sum(ops::square(apart(watched))), watched)));
  }
}

TEST(DepthwiseConv, TakesThePooledGradientImageByImage) {
  const Tensor x = sample({3, 6, 6, 4}), kernel = sample({3, 3, 4, 1}, -1, 1, 2);
  EXPECT_LT(gradient_gap(
                [&](const Tensor& k) {
                  const Tensor y = ops::depthwise_conv(x, k, {}, {.padding = Padding::same});
                  return ops::sum(ops::square(ops::average_pool(y, {})));
                },
                kernel),
            1e-3f);
}

TEST(DepthwiseConv, AddsToAGradientThatIsThereAlready) {
  const Tensor x = sample({2, 5, 4, 3});
  for (const ConvolutionGeometry& geometry :
       {ConvolutionGeometry{}, ConvolutionGeometry{.strides = {2, 1, 1}}}) {
    for (const std::int64_t multiplier : {1, 2}) {
      const Tensor kernel = sample({2, 2, 3, multiplier}, -1, 1, 2);
      EXPECT_LT(gradient_gap(
                    [&](const Tensor& in) {
                      return ops::sum(ops::square(in)) +
                             ops::sum(ops::square(ops::depthwise_conv(in, kernel, {}, geometry)));
                    },
                    x),
                1e-3f);
    }
  }
}

TEST(SeparableConv, IsADepthwiseConvolutionAndOneOfChannels) {
  const Tensor x = sample({2, 5, 6, 3}), depthwise = sample({3, 2, 3, 2}, -1, 1, 2);
  const Tensor pointwise = sample({1, 1, 6, 4}, -1, 1, 3), bias = sample({4}, -1, 1, 4);
  const ConvolutionGeometry geometry{.strides = {2, 1, 1}, .padding = Padding::same};
  const Tensor y = ops::separable_conv(x, depthwise, pointwise, bias, geometry);
  EXPECT_EQ(y.shape(), (Shape{2, 3, 6, 4}));
  EXPECT_THAT(y, IsClose(ops::convolution(ops::depthwise_conv(x, depthwise, {}, geometry),
                                          pointwise, bias, {})));
}

TEST(DepthwiseConv, RefusesWhatDoesNotFit) {
  const Tensor x = sample({1, 4, 4, 3});
  EXPECT_THAT(
      [&] {
        ops::depthwise_conv(x, sample({2, 2, 4, 1}), {}, {});
      },
      Raises<ShapeError>(
          "ops::depthwise_conv: the kernel must have the input's channels, and one or more "
          "kernels for each. Received: kernel shape=(2, 2, 4, 1), input shape=(1, 4, 4, "
          "3)."));
  EXPECT_THAT(
      [&] {
        ops::depthwise_conv(x, sample({2, 3, 1}), {}, {});
      },
      Raises<ShapeError>("ops::depthwise_conv: the kernel must have the input's rank. "
                         "Received: kernel shape=(2, 3, 1), input shape=(1, 4, 4, 3)."));
  EXPECT_THAT(
      [&] {
        ops::depthwise_conv(x, sample({2, 2, 3, 2}), sample({3}), {});
      },
      Raises<ShapeError>("ops::depthwise_conv: the bias must have one element per output "
                         "channel, shape=(6,). Received: shape=(3,)."));
  EXPECT_THAT(
      [&] {
        ops::depthwise_conv(x, sample({2, 2, 3, 2}), {}, {.groups = 3});
      },
      Raises("ops::depthwise_conv: groups must be 1. Received: groups=3."));
  EXPECT_THAT(
      [&] {
        ops::separable_conv(x, sample({2, 2, 3, 1}), sample({2, 1, 3, 4}), {}, {});
      },
      Raises<ShapeError>("ops::separable_conv: the pointwise kernel's spatial extents must be 1. "
                         "Received: shape=(2, 1, 3, 4)."));
}

}  // namespace
}  // namespace strata
