// Convolutions against plain loops: every way they are computed, and both gradients.
#include "kernels/convolution.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "kernels/arrays.hpp"

namespace strata::kernels {
namespace {

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

std::vector<Convolution> convolutions() {
  const auto make = [](std::int64_t images, std::array<WindowAxis, 3> axes, std::int64_t channels,
                       std::int64_t filters, std::int64_t groups = 1) {
    return Convolution{{images, axes, channels}, filters, groups, ops::FusedActivation::linear};
  };
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
      make(0, {axis(1, 1), axis(8, 3), axis(9, 3)}, 2, 3),                           // no images
  };
}

TEST(Convolution, AgreesWithPlainLoops) {
  for (const Convolution& c : convolutions()) {
    const auto x = whole_numbers(c.windows.images * c.windows.image_size(), 1);
    const auto kernel = whole_numbers(c.kernel_size(), 2);
    const auto bias = whole_numbers(c.filters, 3);
    std::vector<float> y(static_cast<std::size_t>(c.windows.rows() * c.filters), NAN);
    convolve(c, x.data(), kernel.data(), bias.data(), y.data());
    std::vector<float> expected(y.size());
    for (std::size_t i = 0; i < expected.size(); ++i)
      expected[i] = bias[i % static_cast<std::size_t>(c.filters)];
    for_each_product(c, [&](std::size_t xi, std::size_t ki, std::size_t yi) {
      expected[yi] += x[xi] * kernel[ki];
    });
    EXPECT_EQ(y, expected) << c.windows.channels << " channels, " << c.filters << " filters";
  }
}

TEST(Convolution, GradientsAgreeWithPlainLoops) {
  for (const Convolution& c : convolutions()) {
    const auto x = whole_numbers(c.windows.images * c.windows.image_size(), 1);
    const auto kernel = whole_numbers(c.kernel_size(), 2);
    const auto dy = whole_numbers(c.windows.rows() * c.filters, 3);
    for (const bool fresh : {true, false}) {
      auto dx = whole_numbers(static_cast<std::int64_t>(x.size()), 4);
      auto dkernel = whole_numbers(c.kernel_size(), 5);
      auto dbias = whole_numbers(c.filters, 6);
      auto expected_dx = fresh ? std::vector<float>(dx.size()) : dx;
      auto expected_dkernel = dkernel;
      auto expected_dbias = dbias;
      for_each_product(c, [&](std::size_t xi, std::size_t ki, std::size_t yi) {
        expected_dx[xi] += dy[yi] * kernel[ki];
        expected_dkernel[ki] += dy[yi] * x[xi];
      });
      for (std::size_t i = 0; i < dy.size(); ++i)
        expected_dbias[i % static_cast<std::size_t>(c.filters)] += dy[i];
      convolve_backward(
          c, x.data(), kernel.data(), nullptr, {.values = dy.data()},
          {.x = dx.data(), .fresh_x = fresh, .kernel = dkernel.data(), .bias = dbias.data()});
      EXPECT_EQ(dx, expected_dx) << c.windows.channels << ", " << c.filters;
      EXPECT_EQ(dkernel, expected_dkernel) << c.windows.channels << ", " << c.filters;
      EXPECT_EQ(dbias, expected_dbias) << c.windows.channels << ", " << c.filters;
    }
  }
}

TEST(Convolution, OfTheKernelAloneLeavesTheInputAlone) {
  const Convolution c = convolutions().at(3);  // strides of more than 1
  const auto x = whole_numbers(c.windows.images * c.windows.image_size(), 1);
  const auto dy = whole_numbers(c.windows.rows() * c.filters, 3);
  std::vector<float> dkernel(static_cast<std::size_t>(c.kernel_size()));
  auto expected = dkernel;
  for_each_product(
      c, [&](std::size_t xi, std::size_t ki, std::size_t yi) { expected[ki] += dy[yi] * x[xi]; });
  convolve_backward(c, x.data(), nullptr, nullptr, {.values = dy.data()},
                    {.kernel = dkernel.data()});
  EXPECT_EQ(dkernel, expected);
}

}  // namespace
}  // namespace strata::kernels
