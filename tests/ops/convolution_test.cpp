// The convolution op: results and gradients against plain loops, and errors.
#include "strata/ops/convolution.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "core/parallel.hpp"
#include "kernels/convolution/work_split.hpp"
#include "ops/fused_activation.hpp"
#include "ops/naive_windows.hpp"
#include "strata/autodiff/gradient_tape.hpp"
#include "strata/core/threads.hpp"
#include "strata/ops/elementwise.hpp"
#include "strata/ops/nn.hpp"
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

Tensor noise(const Shape& shape, unsigned seed) {
  std::mt19937 engine(seed);
  std::vector<float> values(static_cast<std::size_t>(shape.element_count()));
  for (float& value : values) value = static_cast<float>(engine() % 2001) / 1000.0f - 1.0f;
  return {shape, values};
}

std::vector<float> counting(int first, int count) {
  std::vector<float> values;
  for (int i = 0; i < count; ++i) values.push_back(static_cast<float>(first + i));
  return values;
}

struct Case {
  Shape x;
  Shape kernel;
  ConvolutionGeometry geometry;

  NaiveWindows windows() const {
    NaiveWindows windows{x, {}, geometry.strides, geometry.dilation, geometry.padding};
    for (int axis = 0; axis + 2 < x.rank(); ++axis)
      windows.window[static_cast<std::size_t>(axis)] = static_cast<int>(kernel[axis]);
    return windows;
  }
  Shape y() const { return windows().output(kernel.back()); }
  // That many at least: no part is less than an image.
  std::int64_t parts() const {
    const std::int64_t products = y().element_count() * kernel.element_count() / kernel.back();
    return product_parts(products, x[0], kMostParts);
  }
};

// The definition, product by product: y[n, o, f] += x[n, o s + t d - pad, c] w[t, c, f].
template <class Visit>
void for_each_product(const Case& c, Visit visit) {
  const std::int64_t filters = c.kernel.back();
  const std::int64_t channels = c.kernel[c.kernel.rank() - 2];  // of a group
  const std::int64_t group_filters = filters / c.geometry.groups;
  c.windows().for_each_cell([&](std::int64_t to, std::int64_t cell, std::int64_t from) {
    for (std::int64_t channel = 0; channel < channels; ++channel)
      for (std::int64_t f = 0; f < filters; ++f)
        visit(static_cast<std::size_t>(from * c.x.back() + f / group_filters * channels + channel),
              static_cast<std::size_t>((cell * channels + channel) * filters + f),
              static_cast<std::size_t>(to * filters + f));
  });
}

Case random_case(std::mt19937& engine) {
  const auto draw = [&](int low, int high) {
    return low + static_cast<int>(engine() % static_cast<unsigned>(high - low + 1));
  };
  const int spatial = draw(1, 3);
  Case c;
  c.geometry.groups = draw(0, 2) == 0 ? draw(2, 3) : 1;
  c.geometry.padding = draw(0, 1) == 0                   ? Padding::valid
                       : spatial == 1 && draw(0, 1) == 0 ? Padding::causal
                                                         : Padding::same;
  const int channels = draw(1, 5);
  c.x = {draw(1, 3)};
  for (int i = 0; i < spatial; ++i) {
    const auto axis = static_cast<std::size_t>(i);
    const int window = draw(1, 4);
    c.geometry.dilation[axis] = draw(1, 3);
    c.geometry.strides[axis] = draw(1, 3);
    const int span = (window - 1) * c.geometry.dilation[axis] + 1;
    c.x.append(c.geometry.padding == Padding::valid ? span + draw(0, 6) : draw(1, 9));
    c.kernel.append(window);
  }
  c.x.append(channels * c.geometry.groups);
  c.kernel.append(channels);
  c.kernel.append(c.geometry.groups * draw(1, 5));
  return c;
}

struct Values {
  Tensor y, dx, dkernel, dbias;
};

Values expected(const Case& c, const Tensor& x, const Tensor& kernel, const Tensor& bias,
                const Tensor& dy) {
  const auto size = [](const Tensor& tensor) { return tensor.values().size(); };
  std::vector<double> y(size(dy)), dx(size(x)), dkernel(size(kernel)), dbias(size(bias));
  for_each_product(c, [&](std::size_t xi, std::size_t ki, std::size_t yi) {
    y[yi] += double{x.values()[xi]} * double{kernel.values()[ki]};
    dx[xi] += double{dy.values()[yi]} * double{kernel.values()[ki]};
    dkernel[ki] += double{dy.values()[yi]} * double{x.values()[xi]};
  });
  for (std::size_t i = 0; i < y.size(); ++i) {
    y[i] += double{bias.values()[i % dbias.size()]};
    dbias[i % dbias.size()] += double{dy.values()[i]};
  }
  const auto tensor = [](const Shape& shape, const std::vector<double>& values) {
    return Tensor(shape, std::vector<float>(values.begin(), values.end()));
  };
  return {tensor(c.y(), y), tensor(c.x, dx), tensor(c.kernel, dkernel),
          tensor(bias.shape(), dbias)};
}

Values actual(const Case& c, const Tensor& x, const Tensor& kernel, const Tensor& bias,
              const Tensor& dy) {
  GradientTape tape;
  const std::vector<Tensor> inputs = {tape.watch(x), tape.watch(kernel), tape.watch(bias)};
  const Tensor y = ops::convolution(inputs[0], inputs[1], inputs[2], c.geometry);
  const auto gradients = tape.gradient(ops::sum(y * dy), inputs);
  return {y, gradients[0], gradients[1], gradients[2]};
}

void expect_agreement(const Case& c) {
  SCOPED_TRACE(to_string(c.x) + " * " + to_string(c.kernel));
  const Tensor x = noise(c.x, 1), kernel = noise(c.kernel, 2), bias = noise({c.kernel.back()}, 3);
  const Tensor dy = noise(c.y(), 4);
  const Values found = actual(c, x, kernel, bias, dy);
  const Values right = expected(c, x, kernel, bias, dy);
  EXPECT_THAT(found.y, IsClose(right.y));
  EXPECT_THAT(found.dx, IsClose(right.dx));
  EXPECT_THAT(found.dkernel, IsClose(right.dkernel));
  EXPECT_THAT(found.dbias, IsClose(right.dbias));
}

TEST(Convolution, AgreesWithItsDefinitionOverRandomGeometries) {
  std::mt19937 engine(7);
  for (int i = 0; i < 300 && !::testing::Test::HasFailure(); ++i) {
    expect_agreement(random_case(engine));
  }
}

// Large enough for several blocks and several parts.
const Case kLargeCases[] = {
    {{160, 14, 13, 1}, {3, 3, 1, 24}, {}},
    {{24, 12, 11, 16}, {3, 3, 16, 24}, {.padding = Padding::same}},
    {{150, 9, 8, 12}, {1, 1, 12, 40}, {}},
    {{480, 9, 8, 12}, {1, 1, 6, 40}, {.strides = {2, 1, 1}, .groups = 2}},
    {{2, 90, 200, 3}, {3, 4, 3, 10}, {.dilation = {1, 2, 1}}},
    {{18, 400, 6}, {5, 6, 30}, {.padding = Padding::causal}},
    {{6, 9, 8, 7, 4}, {3, 2, 3, 4, 20}, {.padding = Padding::same}},
};

TEST(Convolution, AgreesWithItsDefinitionOverManyBlocks) {
  for (const Case& c : kLargeCases) {
    EXPECT_GT(c.parts(), 1) << to_string(c.x);
    expect_agreement(c);
  }
}

TEST(Convolution, IsTheSameToTheBitForAnyNumberOfThreads) {
  const int threads = num_threads();
  const KeepHelpers keep;
  for (const Case& c : kLargeCases) {
    SCOPED_TRACE(to_string(c.x));
    const Tensor x = noise(c.x, 1), kernel = noise(c.kernel, 2), bias = noise({c.kernel.back()}, 3);
    const Tensor dy = noise(c.y(), 4);
    set_num_threads(1);
    const Values one = actual(c, x, kernel, bias, dy);
    set_num_threads(2);
    const Values two = actual(c, x, kernel, bias, dy);
    EXPECT_THAT(two.y.values(), ::testing::ElementsAreArray(one.y.values()));
    EXPECT_THAT(two.dx.values(), ::testing::ElementsAreArray(one.dx.values()));
    EXPECT_THAT(two.dkernel.values(), ::testing::ElementsAreArray(one.dkernel.values()));
    EXPECT_THAT(two.dbias.values(), ::testing::ElementsAreArray(one.dbias.values()));
  }
  set_num_threads(threads);
}

TEST(Convolution, FusesTheActivation) {
  const Tensor x = noise({2, 5, 5, 2}, 1), kernel = noise({3, 3, 2, 4}, 2), bias = noise({4}, 3);
  const Tensor z = ops::convolution(x, kernel, bias, {});
  EXPECT_THAT(ops::convolution(x, kernel, bias, {}, FusedActivation::relu), IsClose(ops::relu(z)));
  EXPECT_THAT(ops::convolution(x, kernel, bias, {}, FusedActivation::sigmoid),
              IsClose(ops::sigmoid(z)));
  EXPECT_THAT(ops::convolution(x, kernel, bias, {}, FusedActivation::tanh), IsClose(ops::tanh(z)));
}

class FusedGradient : public ::testing::TestWithParam<FusedActivation> {};

TEST_P(FusedGradient, MatchesCentralDifferences) {
  const std::vector<Tensor> inputs = {noise({2, 5, 4, 2}, 1), noise({2, 3, 1, 4}, 2),
                                      Tensor({4}, {0.31f, -0.22f, 0.13f, 0.4f})};
  const ConvolutionGeometry geometry{.strides = {2, 1, 1}, .padding = Padding::same, .groups = 2};
  const auto convolve = [&](const std::vector<Tensor>& in) {
    return ops::convolution(in[0], in[1], in[2], geometry, GetParam());
  };
  EXPECT_LT(gradient_gap(convolve, inputs, 1e-3f), 2e-3);
}

INSTANTIATE_TEST_SUITE_P(All, FusedGradient,
                         ::testing::Values(FusedActivation::linear, FusedActivation::relu,
                                           FusedActivation::sigmoid, FusedActivation::tanh));

TEST(Convolution, GradientsOfSeveralUsesAddUp) {
  const Tensor x = noise({2, 6, 2}, 1), kernel = noise({3, 2, 2}, 2), bias = noise({2}, 3);
  const auto twice = [](const std::vector<Tensor>& in) {
    return ops::convolution(in[0], in[1], in[2], {.padding = Padding::same}) +
           ops::convolution(in[0] * in[0], in[1], in[2], {.padding = Padding::causal});
  };
  EXPECT_LT(gradient_gap(twice, {x, kernel, bias}), 1e-3);
  const auto pointwise = [](const std::vector<Tensor>& in) {
    return ops::convolution(in[0], in[1], {}, {}) + ops::convolution(in[0], in[1], {}, {});
  };
  EXPECT_LT(gradient_gap(pointwise, {x, noise({1, 2, 2}, 2)}), 1e-3);
}

TEST(Convolution, GivesOnlyTheGradientsThatAreWanted) {
  const Tensor x = noise({3, 6, 6, 3}, 1), kernel = noise({2, 2, 3, 4}, 2), bias = noise({4}, 3);
  const auto alone = [&](int wanted) {
    GradientTape tape;
    std::vector<Tensor> inputs = {x, kernel, bias};
    auto& input = inputs[static_cast<std::size_t>(wanted)];
    input = tape.watch(input);
    return tape.gradient(ops::sum(ops::convolution(inputs[0], inputs[1], inputs[2], {})), input);
  };
  const Case c{x.shape(), kernel.shape(), {}};
  const Values all = actual(c, x, kernel, bias, noise(c.y(), 4) * 0.0f + 1.0f);
  EXPECT_THAT(alone(0), IsClose(all.dx, 1e-6));
  EXPECT_THAT(alone(1), IsClose(all.dkernel, 1e-6));
  EXPECT_THAT(alone(2), IsClose(all.dbias, 1e-6));
}

TEST(Convolution, TakesAnEmptyBatch) {
  const Tensor kernel = noise({2, 2, 1, 3}, 1);
  GradientTape tape;
  const Tensor watched = tape.watch(kernel);
  const Tensor y = ops::convolution(Tensor({0, 4, 4, 1}, std::vector<float>()), watched, {}, {});
  EXPECT_EQ(y.shape(), (Shape{0, 3, 3, 3}));
  EXPECT_THAT(tape.gradient(ops::sum(y), watched).values(), ::testing::Each(0.0f));
}

TEST(Convolution, KeepsNaN) {
  const Tensor x({1, 4, 1}, {1.0f, NAN, 2.0f, 3.0f});
  const Tensor y =
      ops::convolution(x, Tensor({2, 1, 1}, {1.0f, 1.0f}), {}, {}, FusedActivation::relu);
  EXPECT_TRUE(std::isnan(y.values()[0]) && std::isnan(y.values()[1]));
  EXPECT_EQ(y.values()[2], 5.0f);
}

// keras.md 3.6: x = 1..7, kernel (1, 10, 100).
struct Row {
  Padding padding;
  int stride;
  int dilation;
  std::vector<float> y;
};

TEST(Convolution, AgreesWithKerasInOneDimension) {
  const Row rows[] = {
      {Padding::valid, 1, 1, {321, 432, 543, 654, 765}},
      {Padding::same, 1, 1, {210, 321, 432, 543, 654, 765, 76}},
      {Padding::causal, 1, 1, {100, 210, 321, 432, 543, 654, 765}},
      {Padding::valid, 2, 1, {321, 543, 765}},
      {Padding::same, 2, 1, {210, 432, 654, 76}},
      {Padding::causal, 2, 1, {100, 321, 543, 765}},
      {Padding::same, 3, 1, {210, 543, 76}},
      {Padding::valid, 1, 2, {531, 642, 753}},
      {Padding::same, 1, 2, {310, 420, 531, 642, 753, 64, 75}},
      {Padding::causal, 1, 2, {100, 200, 310, 420, 531, 642, 753}},
  };
  const Tensor x({1, 7, 1}, counting(1, 7));
  const Tensor kernel({3, 1, 1}, {1, 10, 100});
  for (const Row& row : rows) {
    const Tensor y = ops::convolution(
        x, kernel, {},
        {.strides = {row.stride, 1, 1}, .dilation = {row.dilation, 1, 1}, .padding = row.padding});
    EXPECT_THAT(y.values(), ::testing::ElementsAreArray(row.y));
  }
}

TEST(Convolution, AgreesWithKerasInTwoDimensions) {
  const Tensor x({1, 4, 4, 1}, counting(0, 16));
  const Tensor kernel({2, 2, 1, 1}, {1, 2, 3, 4});
  const auto y = [&](const ConvolutionGeometry& geometry) {
    const Tensor result = ops::convolution(x, kernel, {}, geometry);
    return std::vector<int>(result.values().begin(), result.values().end());
  };
  using ::testing::ElementsAre;
  EXPECT_THAT(y({}), ElementsAre(34, 44, 54, 74, 84, 94, 114, 124, 134));
  EXPECT_THAT(y({.padding = Padding::same}),
              ElementsAre(34, 44, 54, 24, 74, 84, 94, 40, 114, 124, 134, 56, 38, 41, 44, 15));
  EXPECT_THAT(y({.strides = {2, 2, 1}}), ElementsAre(34, 54, 114, 134));
  EXPECT_THAT(y({.dilation = {2, 2, 1}}), ElementsAre(68, 78, 108, 118));
  EXPECT_THAT(y({.dilation = {2, 2, 1}, .padding = Padding::same}),
              ElementsAre(20, 36, 43, 18, 38, 68, 78, 32, 62, 108, 118, 48, 18, 28, 31, 10));
  EXPECT_THAT(y({.strides = {1, 2, 1}}), ElementsAre(34, 54, 74, 94, 114, 134));
}

TEST(Convolution, GroupsReadTheirOwnChannels) {
  const Tensor y = ops::convolution(Tensor({1, 1, 2, 4}, counting(1, 8)),
                                    Tensor({1, 1, 2, 4}, counting(0, 8)), {}, {.groups = 2});
  EXPECT_THAT(y.values(), ::testing::ElementsAre(8, 11, 30, 37, 24, 35, 62, 77));
}

TEST(WindowOutput, KeepsWhatIsUnknown) {
  EXPECT_EQ(ops::window_output(Shape::kUnknown, 3, 1, 1, Padding::valid), Shape::kUnknown);
  EXPECT_EQ(ops::window_output(7, 3, 2, 2, Padding::valid), 2);
  EXPECT_EQ(ops::window_output(7, 3, 2, 1, Padding::same), 4);
  EXPECT_LE(ops::window_output(2, 3, 3, 1, Padding::valid), 0);
}

struct Refused {
  Tensor x;
  Tensor kernel;
  Tensor bias;
  ConvolutionGeometry geometry;
  const char* text;
};

TEST(Convolution, RefusesWhatDoesNotFit) {
  const auto of = [](const Shape& shape) { return noise(shape, 1); };
  const Tensor x = of({1, 4, 4, 2});
  const Refused all[] = {
      {{},
       of({2, 2, 2, 3}),
       {},
       {},
       "ops::convolution: the inputs must be defined. Received: an undefined tensor."},
      {of({4, 2}),
       of({2, 3}),
       {},
       {},
       "ops::convolution: the input must have one to three spatial axes between batch and "
       "channels. "
       "Received: shape=(4, 2)."},
      {x,
       of({2, 2, 3}),
       {},
       {},
       "ops::convolution: the kernel must have the input's rank. Received: kernel shape=(2, 2, 3), "
       "input shape=(1, 4, 4, 2)."},
      {x,
       of({2, 2, 3, 4}),
       {},
       {},
       "ops::convolution: the input's channels must be groups times the kernel's. Received: kernel "
       "shape=(2, 2, 3, 4), groups=1, input shape=(1, 4, 4, 2)."},
      {x,
       of({2, 2, 1, 3}),
       {},
       {.groups = 2},
       "ops::convolution: the kernel's filters must be a positive multiple of groups. Received: "
       "kernel "
       "shape=(2, 2, 1, 3), groups=2."},
      {x,
       of({2, 2, 2, 3}),
       {},
       {.groups = 0},
       "ops::convolution: groups must be positive. Received: groups=0."},
      {x,
       of({2, 2, 2, 3}),
       of({2}),
       {},
       "ops::convolution: the bias must have one element a filter, shape=(3,). Received: "
       "shape=(2,)."},
      {x,
       of({2, 2, 2, 3}),
       {},
       {.strides = {1, 0, 1}},
       "ops::convolution: strides must be positive. Received: 0 at spatial axis 1."},
      {x,
       of({2, 2, 2, 3}),
       {},
       {.dilation = {-1, 1, 1}},
       "ops::convolution: dilation must be positive. Received: -1 at spatial axis 0."},
      {x,
       of({2, 2, 2, 3}),
       {},
       {.padding = Padding::causal},
       "ops::convolution: causal padding needs one spatial axis. Received: shape=(1, 4, 4, 2)."},
      {x,
       of({2, 3, 2, 3}),
       {},
       {.dilation = {1, 2, 1}},
       "ops::convolution: nothing would be left: a window of 3 with dilation 2 must fit the "
       "input's "
       "spatial axis 1. Received: shape=(1, 4, 4, 2)."},
  };
  for (const Refused& c : all) {
    EXPECT_THAT([&] { ops::convolution(c.x, c.kernel, c.bias, c.geometry); }, Raises(c.text));
  }
}

}  // namespace
}  // namespace strata
