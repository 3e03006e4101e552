// Convolutions against plain loops: every way they are computed, and both gradients.
#include "kernels/convolution/convolution.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>

#include "core/parallel.hpp"
#include "kernels/arrays.hpp"
#include "kernels/convolution/winograd.hpp"
#include "kernels/convolution/work_split.hpp"
#include "kernels/products/tile_products.hpp"
#include "strata/core/threads.hpp"

namespace strata::kernels {
namespace {

using ops::FusedActivation;
using ::testing::FloatNear;
using ::testing::Pointwise;

constexpr FusedActivation kActivations[] = {FusedActivation::linear, FusedActivation::relu,
                                            FusedActivation::tanh};

float activated(FusedActivation activation, float z) {
  if (activation == FusedActivation::relu) return std::max(z, 0.0f);
  return activation == FusedActivation::tanh ? std::tanh(z) : z;
}

float slope(FusedActivation activation, float y) {
  if (activation == FusedActivation::relu) return y > 0.0f ? 1.0f : 0.0f;
  return activation == FusedActivation::tanh ? 1.0f - y * y : 1.0f;
}

// Calls `visit(index into x, into the kernel, into y)` for every product.
template <class Visit>
void for_each_product(const Convolution& c, Visit visit) {
  const Windows& w = c.windows;
  const auto& [outer, middle, inner] = w.axes;
  const std::int64_t channels = w.channels / c.groups;
  for (std::int64_t row = 0; row < w.rows(); ++row) {
    const std::int64_t image = row / w.positions();
    const std::int64_t position = row % w.positions();
    for (std::int64_t cell = 0; cell < w.cells(); ++cell) {
      const std::int64_t i = outer.at(position / (middle.output * inner.output),
                                      cell / (middle.window * inner.window));
      const std::int64_t j =
          middle.at(position / inner.output % middle.output, cell / inner.window % middle.window);
      const std::int64_t k = inner.at(position % inner.output, cell % inner.window);
      if (i < 0 || i >= outer.input || j < 0 || j >= middle.input || k < 0 || k >= inner.input)
        continue;
      const std::int64_t at = ((image * outer.input + i) * middle.input + j) * inner.input + k;
      for (std::int64_t filter = 0; filter < c.filters; ++filter) {
        const std::int64_t group = filter / c.group_filters();
        for (std::int64_t channel = 0; channel < channels; ++channel)
          visit(static_cast<std::size_t>(at * w.channels + group * channels + channel),
                static_cast<std::size_t>((cell * channels + channel) * c.filters + filter),
                static_cast<std::size_t>(row * c.filters + filter));
      }
    }
  }
}

WindowAxis axis(std::int64_t input, std::int64_t window, std::int64_t stride = 1,
                std::int64_t dilation = 1, std::int64_t padding = 0, std::int64_t behind = 0) {
  const std::int64_t reach = (window - 1) * dilation + 1;
  return {.input = input,
          .output = (input + padding + behind - reach) / stride + 1,
          .window = window,
          .stride = stride,
          .dilation = dilation,
          .padding = padding};
}

Convolution make(std::int64_t images, std::array<WindowAxis, 3> axes, std::int64_t channels,
                 std::int64_t filters, std::int64_t groups = 1) {
  return {{images, axes, channels}, filters, groups, FusedActivation::linear};
}

std::vector<Convolution> convolutions() {
  return {
      make(3, {axis(1, 1), axis(9, 3), axis(13, 3)}, 1, 32),                         // few channels
      make(2, {axis(1, 1), axis(7, 3), axis(11, 3)}, 32, 64),                        // full panels
      make(2, {axis(1, 1), axis(6, 3, 1, 1, 1, 1), axis(7, 3, 1, 1, 1, 1)}, 5, 33),  // same
      make(2, {axis(1, 1), axis(9, 3, 2, 1, 0, 1), axis(8, 2, 3)}, 4, 10),           // strides
      make(2, {axis(1, 1), axis(9, 3, 1, 2, 2, 2), axis(11, 2, 1, 3)}, 3, 17),       // dilation
      make(2, {axis(1, 1), axis(1, 1), axis(20, 5, 1, 1, 4, 0)}, 6, 16),             // causal
      make(2, {axis(5, 3, 1, 1, 1, 1), axis(6, 2), axis(7, 3, 1, 1, 1, 1)}, 4, 9),   // three axes
      make(2, {axis(1, 1), axis(5, 1), axis(6, 1)}, 7, 40),                          // one cell
      make(2, {axis(1, 1), axis(8, 3), axis(9, 3)}, 6, 4, 2),                        // groups
      make(2, {axis(1, 1), axis(8, 3, 2), axis(9, 3)}, 4, 4, 4),                     // depthwise
      make(18, {axis(1, 1), axis(5, 3, 1, 1, 1, 1), axis(4, 2, 1, 1, 0, 1)}, 4, 6),  // many images
      make(0, {axis(1, 1), axis(8, 3), axis(9, 3)}, 2, 3),                           // no images
      // By Winograd's transforms: several blocks of tiles, tiles that reach beyond lines and columns,
      // padding, filters that fill no whole panel, and images smaller than a block.
      make(1, {axis(1, 1), axis(27, 3, 1, 1, 1, 1), axis(26, 3, 1, 1, 1, 1)}, 16, 24),
      make(3, {axis(1, 1), axis(9, 3), axis(11, 3)}, 24, 16),
      make(8, {axis(1, 1), axis(10, 3), axis(9, 3, 1, 1, 2, 0)}, 16, 40),
      make(2, {axis(1, 1), axis(14, 3, 1, 1, 0, -1), axis(13, 3, 1, 1, 1, -1)}, 16, 24),  // trimmed
      make(2, {axis(4, 3, 1, 1, 1, 1), axis(7, 3, 1, 1, 1, 1), axis(9, 3)}, 16, 24),  // three axes
      make(2, {axis(3, 1), axis(8, 3), axis(9, 3, 1, 1, 1, 1)}, 24, 16),
      make(1, {axis(4, 2), axis(20, 3), axis(18, 3)}, 16, 16),
  };
}

std::string name_of(const Convolution& c) {
  return std::to_string(c.windows.images) + " images, " + std::to_string(c.windows.channels) +
         " channels, " + std::to_string(c.filters) + " filters, activation " +
         std::to_string(static_cast<int>(c.activation));
}

// Of whole numbers.
struct Inputs {
  explicit Inputs(const Convolution& c)
      : x(whole_numbers(c.windows.images * c.windows.image_size(), 1)),
        kernel(whole_numbers(c.kernel_size(), 2)),
        bias(whole_numbers(c.filters, 3)) {}

  ConvolutionOperands operands(bool with_bias) const {
    return {x.data(), kernel.data(), with_bias ? bias.data() : nullptr};
  }

  std::vector<float> x;
  std::vector<float> kernel;
  std::vector<float> bias;
};

std::vector<float> unwritten(std::int64_t count) {
  return std::vector<float>(static_cast<std::size_t>(count), NAN);
}

std::vector<float> convolved(const Convolution& c, const Inputs& in, bool with_bias) {
  auto y = unwritten(c.windows.rows() * c.filters);
  convolve(c, in.operands(with_bias), y.data());
  return y;
}

std::vector<float> plain_sums(const Convolution& c, const Inputs& in) {
  std::vector<float> sums(static_cast<std::size_t>(c.windows.rows() * c.filters));
  for_each_product(c, [&](std::size_t xi, std::size_t ki, std::size_t yi) {
    sums[yi] += in.x[xi] * in.kernel[ki];
  });
  return sums;
}

// Of the plain sums.
std::vector<float> finished(const Convolution& c, const Inputs& in, bool with_bias,
                            std::vector<float> y) {
  for (std::size_t i = 0; i < y.size(); ++i) {
    if (with_bias) y[i] += in.bias[i % in.bias.size()];
    y[i] = activated(c.activation, y[i]);
  }
  return y;
}

std::vector<float> plainly_convolved(const Convolution& c, const Inputs& in, bool with_bias) {
  return finished(c, in, with_bias, plain_sums(c, in));
}

TEST(Convolution, AgreesWithPlainLoops) {
  for (Convolution c : convolutions()) {
    const Inputs in(c);
    const auto sums = plain_sums(c, in);
    for (const FusedActivation activation : kActivations) {
      c.activation = activation;
      for (const bool with_bias : {false, true}) {
        EXPECT_THAT(convolved(c, in, with_bias),
                    Pointwise(FloatNear(1e-6f), finished(c, in, with_bias, sums)))
            << name_of(c);
      }
    }
  }
}

// ---- gradients

struct Gradients {
  explicit Gradients(const Convolution& c)
      : x(whole_numbers(c.windows.images * c.windows.image_size(), 4)),
        kernel(whole_numbers(c.kernel_size(), 5)),
        bias(whole_numbers(c.filters, 6)) {}

  std::vector<float> x;
  std::vector<float> kernel;
  std::vector<float> bias;
};

// What `y` and its gradient are taken to be: whole numbers too, which leaves slopes whole.
std::vector<float> output_of(const Convolution& c) {
  return whole_numbers(c.windows.rows() * c.filters, 7);
}
std::vector<float> errors_of(const Convolution& c) {
  return whole_numbers(c.windows.rows() * c.filters, 8);
}

// Where x is `fresh`; else it is added to what was there.
Gradients plain_gradients(const Convolution& c, const Inputs& in) {
  auto dz = errors_of(c);
  const auto y = output_of(c);
  for (std::size_t i = 0; i < dz.size(); ++i) dz[i] *= slope(c.activation, y[i]);
  Gradients sums(c);
  std::fill(sums.x.begin(), sums.x.end(), 0.0f);
  for_each_product(c, [&](std::size_t xi, std::size_t ki, std::size_t yi) {
    sums.x[xi] += dz[yi] * in.kernel[ki];
    sums.kernel[ki] += dz[yi] * in.x[xi];
  });
  for (std::size_t i = 0; i < dz.size(); ++i)
    sums.bias[i % static_cast<std::size_t>(c.filters)] += dz[i];
  return sums;
}

// With the output's gradient as an array, or `written` image by image where that is accepted.
Gradients gradients(const Convolution& c, const Inputs& in, bool fresh, bool written) {
  const auto y = output_of(c);
  const auto dy = errors_of(c);
  const std::int64_t image_floats = c.windows.positions() * c.filters;
  const std::function<void(std::int64_t, float*)> write = [&](std::int64_t image, float* to) {
    std::copy_n(dy.data() + image * image_floats, image_floats, to);
  };
  Gradients sums(c);
  const ConvolutionGradients targets{
      .x = sums.x.data(), .fresh_x = fresh, .kernel = sums.kernel.data(), .bias = sums.bias.data()};
  const bool by_images = written && accepts_gradient_by_image(c, targets);
  convolve_backward(
      c,
      {.x = in.x.data(),
       .kernel = in.kernel.data(),
       .y = c.activation == FusedActivation::linear ? nullptr : y.data(),
       .dy = {.values = by_images ? nullptr : dy.data(), .write = by_images ? &write : nullptr}},
      targets);
  return sums;
}

void expect_equal(const Gradients& actual, const Gradients& expected, const Convolution& c) {
  EXPECT_EQ(actual.x, expected.x) << name_of(c);
  EXPECT_EQ(actual.kernel, expected.kernel) << name_of(c);
  EXPECT_EQ(actual.bias, expected.bias) << name_of(c);
}

TEST(Convolution, GradientsAgreeWithPlainLoops) {
  for (Convolution c : convolutions()) {
    const Inputs in(c);
    for (const FusedActivation activation : kActivations) {
      c.activation = activation;
      Gradients expected = plain_gradients(c, in);
      for (const bool fresh : {true, false}) {
        if (!fresh) {
          const Gradients before(c);
          for (std::size_t i = 0; i < before.x.size(); ++i) expected.x[i] += before.x[i];
        }
        for (const bool written : {false, true})
          expect_equal(gradients(c, in, fresh, written), expected, c);
      }
    }
  }
}

// ---- Winograd's transforms

std::vector<Convolution> winograd_convolutions() {
  std::vector<Convolution> some;
  for (const Convolution& c : convolutions()) {
    if (suits_winograd(c)) some.push_back(c);
  }
  return some;
}

TEST(Winograd, TakesWindowsOfThreeByThreeThatLieOneApart) {
  EXPECT_EQ(winograd_convolutions().size(), 8U);
  const auto with = [](WindowAxis middle, WindowAxis inner, std::int64_t channels = 16,
                       std::int64_t filters = 24, std::int64_t groups = 1,
                       WindowAxis outer = axis(1, 1)) {
    return make(8, {outer, middle, inner}, channels, filters, groups);
  };
  const WindowAxis twenty = axis(20, 3);
  EXPECT_TRUE(suits_winograd(with(twenty, twenty)));
  EXPECT_TRUE(suits_winograd(with(twenty, twenty, 16, 24, 1, axis(9, 3))));
  EXPECT_FALSE(suits_winograd(with(twenty, twenty, 8)));          // few channels
  EXPECT_FALSE(suits_winograd(with(twenty, twenty, 20)));         // no whole vectors
  EXPECT_FALSE(suits_winograd(with(twenty, twenty, 16, 8)));      // few filters
  EXPECT_FALSE(suits_winograd(with(twenty, twenty, 16, 20)));     // no whole vectors
  EXPECT_FALSE(suits_winograd(with(twenty, twenty, 32, 32, 2)));  // groups
  for (const WindowAxis& other : {axis(20, 3, 2), axis(20, 3, 1, 2), axis(20, 5), axis(20, 1)}) {
    EXPECT_FALSE(suits_winograd(with(twenty, other)));
    EXPECT_FALSE(suits_winograd(with(other, twenty)));
  }
  EXPECT_FALSE(suits_winograd(with(twenty, twenty, 16, 24, 1, axis(9, 3, 2))));
  EXPECT_FALSE(suits_winograd(with(twenty, twenty, 16, 24, 1, axis(9, 3, 1, 2))));
  // Much of the tiles of 5 x 5 positions lies beyond them: of outputs, and of inputs.
  EXPECT_TRUE(suits_winograd(with(axis(6, 3, 1, 1, 1, 1), axis(6, 3, 1, 1, 1, 1))));
  EXPECT_FALSE(suits_winograd(with(axis(7, 3), axis(7, 3))));
  EXPECT_FALSE(suits_winograd(with(axis(5, 3, 1, 1, 2, 1), axis(5, 3, 1, 1, 2, 1))));
  // Few positions, and for a large kernel more of them.
  const WindowAxis eight = axis(8, 3);
  EXPECT_TRUE(suits_winograd(make(2, {axis(1, 1), eight, eight}, 16, 16)));
  EXPECT_FALSE(suits_winograd(make(1, {axis(1, 1), eight, eight}, 16, 16)));
  EXPECT_TRUE(suits_winograd(make(8, {axis(1, 1), eight, eight}, 256, 256)));
  EXPECT_FALSE(suits_winograd(make(7, {axis(1, 1), eight, eight}, 256, 256)));
}

// Element by element close, or equally infinite, or both NaN.
void expect_same(const std::vector<float>& actual, const std::vector<float>& expected,
                 const Convolution& c) {
  const auto [a, b] = std::mismatch(
      actual.begin(), actual.end(), expected.begin(), expected.end(), [](float x, float y) {
        return x == y || std::abs(x - y) <= 1e-6f || (std::isnan(x) && std::isnan(y));
      });
  if (a != actual.end()) ADD_FAILURE() << name_of(c) << ": " << *a << ", not " << *b;
}

// An infinite cell reaches the windows that it lies in, and no others of its tile.
TEST(Winograd, KeepsInfinityAndNanToTheirWindows) {
  for (Convolution c : winograd_convolutions()) {
    for (const float value : {INFINITY, -INFINITY, NAN}) {
      Inputs in(c);
      in.x[in.x.size() / 3] = value;
      const auto sums = plain_sums(c, in);
      for (const FusedActivation activation : kActivations) {
        c.activation = activation;
        expect_same(convolved(c, in, true), finished(c, in, true, sums), c);
      }
    }
  }
}

TEST(Winograd, ComputesWhatOverflowsInBetween) {
  const Convolution c = winograd_convolutions().front();
  Inputs in(c);
  for (float& value : in.x) value = value > 0.0f ? 2e38f : 0.0f;  // twice that is infinite
  for (float& value : in.kernel) value = 0.0f;
  for (std::int64_t filter = 0; filter < c.filters; ++filter)
    in.kernel[static_cast<std::size_t>(filter)] = 0.5f;  // of the first cell and channel
  const auto y = convolved(c, in, true);
  EXPECT_EQ(y, plainly_convolved(c, in, true));
  EXPECT_EQ(*std::max_element(y.begin(), y.end()), 1e38f);
}

TEST(Winograd, KeepsInfiniteErrorsToTheirWindows) {
  for (const Convolution& c : winograd_convolutions()) {
    const Inputs in(c);
    auto dy = errors_of(c);
    dy[dy.size() / 3] = INFINITY;
    std::vector<float> dx(in.x.size());
    auto expected = dx;
    for_each_product(c, [&](std::size_t xi, std::size_t ki, std::size_t yi) {
      expected[xi] += dy[yi] * in.kernel[ki];
    });
    convolve_backward(
        c,
        {.x = in.x.data(), .kernel = in.kernel.data(), .y = nullptr, .dy = {.values = dy.data()}},
        {.x = dx.data(), .fresh_x = true});
    expect_same(dx, expected, c);
  }
}

// Fractions from -1 to 1.
std::vector<float> fractions(std::vector<float> numbers) {
  for (std::size_t i = 0; i < numbers.size(); ++i)
    numbers[i] = std::sin(numbers[i] + static_cast<float>(i));
  return numbers;
}

// The rounding error is a small part of what the terms of a sum add up to.
TEST(Winograd, RoundsLittleMoreThanPlainSums) {
  for (const Convolution& c : winograd_convolutions()) {
    Inputs in(c);
    in.x = fractions(in.x);
    in.kernel = fractions(in.kernel);
    const auto dy = fractions(errors_of(c));
    Gradients actual(c);
    const auto y = convolved(c, in, false);
    convolve_backward(
        c,
        {.x = in.x.data(), .kernel = in.kernel.data(), .y = nullptr, .dy = {.values = dy.data()}},
        {.x = actual.x.data(), .fresh_x = true, .kernel = actual.kernel.data()});
    const Gradients before(c);
    struct Sum {
      double value = 0.0;
      double size = 0.0;
      void add(float a, float b) {
        const double product = static_cast<double>(a) * static_cast<double>(b);
        value += product;
        size += std::abs(product);
      }
    };
    std::vector<Sum> ys(y.size());
    std::vector<Sum> dxs(in.x.size());
    std::vector<Sum> dkernels(in.kernel.size());
    for (std::size_t i = 0; i < dkernels.size(); ++i) dkernels[i].add(before.kernel[i], 1.0f);
    for_each_product(c, [&](std::size_t xi, std::size_t ki, std::size_t yi) {
      ys[yi].add(in.x[xi], in.kernel[ki]);
      dxs[xi].add(dy[yi], in.kernel[ki]);
      dkernels[ki].add(dy[yi], in.x[xi]);
    });
    const auto are_close = [](const std::vector<float>& values, const std::vector<Sum>& sums) {
      constexpr double kSmall = 1e-6;
      return std::equal(
          values.begin(), values.end(), sums.begin(), sums.end(), [](float value, const Sum& sum) {
            return std::abs(static_cast<double>(value) - sum.value) <= kSmall * sum.size;
          });
    };
    EXPECT_TRUE(are_close(y, ys)) << name_of(c);
    EXPECT_TRUE(are_close(actual.x, dxs)) << name_of(c);
    EXPECT_TRUE(are_close(actual.kernel, dkernels)) << name_of(c);
  }
}

TEST(Convolution, OfTheKernelAloneLeavesTheInputAlone) {
  std::vector<Convolution> some = winograd_convolutions();
  some.push_back(convolutions().at(3));  // strides of more than 1
  for (const Convolution& c : some) {
    const Inputs in(c);
    const auto dy = errors_of(c);
    std::vector<float> dkernel(static_cast<std::size_t>(c.kernel_size()));
    auto expected = dkernel;
    for_each_product(c, [&](std::size_t xi, std::size_t ki, std::size_t yi) {
      expected[ki] += dy[yi] * in.x[xi];
    });
    convolve_backward(
        c, {.x = in.x.data(), .kernel = nullptr, .y = nullptr, .dy = {.values = dy.data()}},
        {.kernel = dkernel.data()});
    EXPECT_EQ(dkernel, expected) << name_of(c);
  }
}

// A pooling may leave positions out.
TEST(Convolution, GradientsDoNotReadInputsThatNoWindowReaches) {
  const Convolution c =
      make(2, {axis(1, 1), axis(14, 3, 1, 1, 0, -1), axis(14, 3, 1, 1, 0, -1)}, 16, 24);
  ASSERT_TRUE(suits_winograd(c));
  Inputs in(c);
  std::fill_n(in.x.end() - c.windows.channels, c.windows.channels, NAN);
  const auto dy = errors_of(c);
  std::vector<float> dkernel(static_cast<std::size_t>(c.kernel_size()));
  convolve_backward(
      c, {.x = in.x.data(), .kernel = in.kernel.data(), .y = nullptr, .dy = {.values = dy.data()}},
      {.kernel = dkernel.data()});
  EXPECT_TRUE(std::none_of(dkernel.begin(), dkernel.end(), [](float g) { return std::isnan(g); }));
}

// ---- convolution and pooling in one pass

// Windows of 3 x 2, 2 apart, over what is convolved; the first lines reach beyond it.
Windows pooling_of(const Convolution& c) {
  const auto& [outer, middle, inner] = c.windows.axes;
  return {c.windows.images,
          {axis(outer.output, 1), axis(middle.output, 3, 2, 1, 1, 0), axis(inner.output, 2, 2)},
          c.filters};
}

// Of what plain loops convolve.
std::vector<float> plainly_pooled(const Convolution& c, const std::vector<float>& x) {
  const Windows pooling = pooling_of(c);
  std::vector<float> y(static_cast<std::size_t>(pooling.rows() * c.filters), -INFINITY);
  // Each channel for itself, as in a convolution of so many groups.
  for_each_product(
      {pooling, c.filters, c.filters, FusedActivation::linear},
      [&](std::size_t xi, std::size_t, std::size_t yi) { y[yi] = std::max(y[yi], x[xi]); });
  return y;
}

std::vector<float> convolved_and_pooled(const Convolution& c, const Inputs& in, bool with_bias) {
  const Windows pooling = pooling_of(c);
  auto y = unwritten(pooling.rows() * pooling.channels);
  convolve_and_pool(c, pooling, in.operands(with_bias), y.data());
  return y;
}

TEST(Convolution, IsPooledAsIfByItself) {
  if (tile_products() == nullptr) GTEST_SKIP() << "not on this CPU";
  int pooled = 0;
  const int before = num_threads();
  set_num_threads(1);  // or there would have to be more images
  for (Convolution c : convolutions()) {
    c.windows.images *= 2;
    if (!can_convolve_and_pool(c)) continue;
    ++pooled;
    const Inputs in(c);
    const auto sums = plain_sums(c, in);
    for (const FusedActivation activation : kActivations) {
      c.activation = activation;
      for (const bool with_bias : {false, true}) {
        const auto convolved = finished(c, in, with_bias, sums);
        EXPECT_THAT(convolved_and_pooled(c, in, with_bias),
                    Pointwise(FloatNear(1e-6f), plainly_pooled(c, convolved)))
            << name_of(c);
      }
    }
  }
  set_num_threads(before);
  EXPECT_EQ(pooled, 14);  // all but those in groups, that of no images, and those of two images
}

// ---- threads

// Enough work for several threads: by lines, by lines of padded images, by padded images, by blocks
// of columns.
std::vector<Convolution> large_convolutions() {
  const WindowAxis inside = axis(26, 3);
  const WindowAxis same = axis(26, 3, 1, 1, 1, 1);
  std::vector<Convolution> all = {
      make(20, {axis(1, 1), inside, inside}, 4, 16),
      make(9, {axis(1, 1), same, axis(58, 3, 1, 1, 1, 1)}, 4, 16),
      make(20, {axis(1, 1), same, same}, 4, 16),
      make(20, {axis(1, 1), same, same}, 8, 16, 2),
      make(6, {axis(1, 1), same, same}, 16, 16),
      make(4, {axis(1, 1), inside, inside}, 16, 24),
      make(2, {axis(4, 3, 1, 1, 1, 1), axis(12, 3, 1, 1, 1, 1), axis(12, 3)}, 16, 16),
  };
  for (Convolution& c : all) c.activation = FusedActivation::relu;
  return all;
}

// Calls `test(convolution, inputs)` of each.
template <class Test>
void for_each_large_convolution(const Test& test) {
  const int before = num_threads();
  const KeepHelpers keep;
  for (const Convolution& c : large_convolutions()) {
    EXPECT_GT(convolution_parts(c, c.windows.images, kMostParts), 1) << name_of(c);
    test(c, Inputs(c));
  }
  set_num_threads(before);
}

// Again and again, since a race shows only where threads happen to meet.
constexpr int kThreadCounts[] = {1, 2, 3, 2, 3, 2, 3, 2, 3};

TEST(Convolution, AgreesWithPlainLoopsForAnyNumberOfThreads) {
  for_each_large_convolution([](const Convolution& c, const Inputs& in) {
    const auto expected = plainly_convolved(c, in, true);
    for (const int threads : kThreadCounts) {
      set_num_threads(threads);
      EXPECT_EQ(convolved(c, in, true), expected) << name_of(c) << ", threads " << threads;
    }
  });
}

TEST(Convolution, GradientsAgreeWithPlainLoopsForAnyNumberOfThreads) {
  for_each_large_convolution([](const Convolution& c, const Inputs& in) {
    const Gradients expected = plain_gradients(c, in);
    for (const int threads : kThreadCounts) {
      set_num_threads(threads);
      for (const bool written : {false, true})
        expect_equal(gradients(c, in, true, written), expected, c);
    }
  });
}

TEST(Convolution, IsPooledAsIfByItselfForAnyNumberOfThreads) {
  if (tile_products() == nullptr) GTEST_SKIP() << "not on this CPU";
  for_each_large_convolution([](const Convolution& c, const Inputs& in) {
    if (c.groups > 1) return;
    const auto expected = plainly_pooled(c, plainly_convolved(c, in, true));
    for (const int threads : kThreadCounts) {
      set_num_threads(threads);
      EXPECT_EQ(convolved_and_pooled(c, in, true), expected)
          << name_of(c) << ", threads " << threads;
    }
  });
}

}  // namespace
}  // namespace strata::kernels
