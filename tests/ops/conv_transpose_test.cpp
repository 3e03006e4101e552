// Transposed convolutions: results against plain loops, gradients by central differences, errors.
#include <gtest/gtest.h>

#include <random>

#include "ops/samples.hpp"
#include "strata/autodiff/gradient_tape.hpp"
#include "strata/core/errors.hpp"
#include "strata/ops/convolution.hpp"
#include "strata/ops/elementwise.hpp"
#include "strata/ops/reduction.hpp"
#include "support/gradient_gap.hpp"
#include "support/matchers.hpp"

namespace strata {
namespace {

using ops::ConvTransposeAxis;
using ops::ConvTransposeGeometry;
using ops::Padding;
using testing::gradient_gap;
using testing::IsClose;
using testing::Raises;
using testing::sample;

// Over two spatial axes: every element of x adds the kernel to the window at its place.
Tensor scattered(const Tensor& x, const Tensor& kernel, const ConvTransposeGeometry& geometry) {
  const auto axis = [&](std::size_t i) {
    return ConvTransposeAxis{.window = kernel.shape()[static_cast<int>(i)],
                             .stride = geometry.strides[i],
                             .dilation = geometry.dilation[i],
                             .padding = geometry.padding,
                             .output_padding = geometry.output_padding
                                                   ? std::optional((*geometry.output_padding)[i])
                                                   : std::nullopt};
  };
  const ConvTransposeAxis rows = axis(0), columns = axis(1);
  const std::int64_t filters = kernel.shape()[2], channels = kernel.shape()[3];
  const Shape shape = {x.shape()[0], ops::conv_transpose_output(x.shape()[1], rows),
                       ops::conv_transpose_output(x.shape()[2], columns), filters};
  std::vector<float> y(static_cast<std::size_t>(shape.element_count()));
  const std::span<const float> from = x.values(), weights = kernel.values();
  for (std::int64_t at = 0; at < x.size() / channels; ++at) {
    const std::int64_t column = at % x.shape()[2];
    const std::int64_t row = at / x.shape()[2] % x.shape()[1];
    const std::int64_t image = at / x.shape()[2] / x.shape()[1];
    for (std::int64_t cell = 0; cell < rows.window * columns.window; ++cell) {
      const std::int64_t i = row * rows.stride + cell / columns.window * rows.dilation -
                             ops::conv_transpose_crop(rows);
      const std::int64_t j = column * columns.stride + cell % columns.window * columns.dilation -
                             ops::conv_transpose_crop(columns);
      if (i < 0 || i >= shape[1] || j < 0 || j >= shape[2]) continue;
      for (std::int64_t f = 0; f < filters; ++f)
        for (std::int64_t c = 0; c < channels; ++c)
          y[static_cast<std::size_t>(((image * shape[1] + i) * shape[2] + j) * filters + f)] +=
              from[static_cast<std::size_t>(at * channels + c)] *
              weights[static_cast<std::size_t>((cell * filters + f) * channels + c)];
    }
  }
  return {shape, y};
}

TEST(ConvTranspose, AgreesWithItsDefinitionOverRandomGeometries) {
  std::mt19937 engine(5);
  const auto draw = [&](int low, int high) {
    return low + static_cast<int>(engine() % static_cast<unsigned>(high - low + 1));
  };
  for (int i = 0; i < 100 && !::testing::Test::HasFailure(); ++i) {
    ConvTransposeGeometry geometry;
    if (draw(0, 1) == 0) geometry.padding = Padding::same;
    if (draw(0, 1) == 0) geometry.output_padding = {0, 0, 0};
    for (std::size_t axis = 0; axis < 2; ++axis) {
      geometry.strides[axis] = draw(1, 3);
      geometry.dilation[axis] = draw(1, 2);
      if (geometry.output_padding)
        (*geometry.output_padding)[axis] = draw(0, geometry.strides[axis] - 1);
    }
    const int channels = draw(1, 6);
    const Tensor x = sample({draw(1, 2), draw(2, 5), draw(2, 5), channels});
    const Tensor kernel = sample({draw(1, 4), draw(1, 4), draw(1, 6), channels}, -1, 1, 2);
    SCOPED_TRACE(to_string(x.shape()) + " * " + to_string(kernel.shape()));
    EXPECT_THAT(ops::conv_transpose(x, kernel, {}, geometry),
                IsClose(scattered(x, kernel, geometry)));
  }
}

TEST(ConvTranspose, GradientsMatchCentralDifferences) {
  const ConvTransposeGeometry geometries[] = {
      {},
      {.padding = Padding::same},
      {.strides = {2, 3, 1}},
      {.strides = {2, 2, 1}, .padding = Padding::same, .output_padding = {{1, 0, 0}}},
      {.dilation = {2, 1, 1}},
  };
  const Tensor x = sample({2, 3, 2, 5}), kernel = sample({3, 2, 4, 5}, -1, 1, 2);
  const Tensor bias = sample({4}, -1, 1, 3);
  for (const ConvTransposeGeometry& geometry : geometries) {
    const auto loss = [&](const Tensor& in, const Tensor& k, const Tensor& b) {
      return ops::sum(ops::square(ops::conv_transpose(in, k, b, geometry)));
    };
    EXPECT_LT(gradient_gap([&](const Tensor& in) { return loss(in, kernel, bias); }, x), 1e-3f);
    EXPECT_LT(gradient_gap([&](const Tensor& k) { return loss(x, k, bias); }, kernel), 1e-3f);
    EXPECT_LT(gradient_gap([&](const Tensor& b) { return loss(x, kernel, b); }, bias), 1e-3f);
  }
}

TEST(ConvTranspose, UndoesTheShapeOfAConvolution) {
  const ConvTransposeAxis axis{.window = 3, .stride = 2};
  EXPECT_EQ(ops::conv_transpose_output(ops::window_output(9, 3, 2, 1, Padding::valid), axis), 9);
  EXPECT_EQ(ops::conv_transpose_output(Shape::kUnknown, axis), Shape::kUnknown);
  EXPECT_EQ(ops::conv_transpose_output(4, {.window = 1, .stride = 3}), 12);
}

TEST(ConvTranspose, RefusesWhatDoesNotFit) {
  const Tensor x = sample({1, 3, 3, 2});
  EXPECT_THAT(
      [&] {
        ops::conv_transpose(x, sample({2, 2, 4, 3}), {}, {});
      },
      Raises<ShapeError>(
          "ops::conv_transpose: the kernel's last axis must have the input's channels, the "
          "one before the filters. Received: kernel shape=(2, 2, 4, 3), input shape=(1, 3, "
          "3, 2)."));
  EXPECT_THAT(
      [&] {
        ops::conv_transpose(x, sample({2, 2, 4, 2}), sample({2}), {});
      },
      Raises<ShapeError>("ops::conv_transpose: the bias must have one element a filter, "
                         "shape=(4,). Received: shape=(2,)."));
  EXPECT_THAT(
      [&] {
        ops::conv_transpose(x, sample({2, 2, 4, 2}), {}, {.output_padding = {{0, 1, 0}}});
      },
      Raises("ops::conv_transpose: output_padding must lie in [0, strides). Received: "
             "output_padding=1, strides=1 at spatial axis 1."));
  EXPECT_THAT(
      [&] {
        ops::conv_transpose(x, sample({2, 2, 4, 2}), {}, {.padding = Padding::causal});
      },
      Raises("ops::conv_transpose: padding must be valid or same. Received: causal."));
}

}  // namespace
}  // namespace strata
