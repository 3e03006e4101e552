// Transposed convolutions: the input's gradient of a convolution as an op of its own. Their own
// gradients are that convolution and the gradient of its kernel.
#include <algorithm>

#include "core/check.hpp"
#include "kernels/convolution/convolution.hpp"
#include "ops/gradient_target.hpp"
#include "ops/inputs.hpp"
#include "strata/ops/convolution.hpp"
#include "strata/ops/elementwise.hpp"
#include "tensor/format.hpp"

namespace strata::ops {
namespace {

constexpr const char* kTransposed = "ops::conv_transpose";

std::int64_t span_of(const ConvTransposeAxis& axis) {
  return axis.dilation * (axis.window - 1) + 1;
}

ConvTransposeAxis axis_of(const ConvTransposeGeometry& geometry, std::int64_t window,
                          std::size_t i) {
  return {.window = window,
          .stride = geometry.strides[i],
          .dilation = geometry.dilation[i],
          .padding = geometry.padding,
          .output_padding = geometry.output_padding
                                ? std::optional<int>((*geometry.output_padding)[i])
                                : std::nullopt};
}

void check_axis(const ConvTransposeAxis& axis, std::size_t i) {
  check(
      axis.window > 0 && axis.stride > 0 && axis.dilation > 0, kTransposed,
      "window, strides and dilation must be positive. Received: {}, {} and {} at spatial axis {}.",
      axis.window, axis.stride, axis.dilation, i);
  const int extra = axis.output_padding.value_or(0);
  check(extra >= 0 && extra < axis.stride, kTransposed,
        "output_padding must lie in [0, strides). Received: output_padding={}, strides={} at "
        "spatial axis {}.",
        extra, axis.stride, i);
}

// The convolution whose input's gradient the op computes: its input is the op's output.
kernels::Convolution checked_transposed(const Tensor& x, const Tensor& kernel, const Tensor& bias,
                                        const ConvTransposeGeometry& geometry) {
  check_defined(kTransposed, x);
  check_defined(kTransposed, kernel);
  check<ShapeError>(x.rank() >= 3 && x.rank() <= 5, kTransposed,
                    "the input must have one to three spatial axes between batch and channels. "
                    "Received: shape={}.",
                    x.shape());
  check<ShapeError>(kernel.rank() == x.rank(), kTransposed,
                    "the kernel must have the input's rank. Received: kernel shape={}, input "
                    "shape={}.",
                    kernel.shape(), x.shape());
  check(geometry.padding != Padding::causal, kTransposed,
        "padding must be valid or same. Received: causal.");
  const std::int64_t filters = kernel.shape()[kernel.rank() - 2];
  check<ShapeError>(
      filters > 0 && x.shape().back() > 0 && kernel.shape().back() == x.shape().back(), kTransposed,
      "the kernel's last axis must have the input's channels, the one before the filters. "
      "Received: "
      "kernel shape={}, input shape={}.",
      kernel.shape(), x.shape());
  check<ShapeError>(!bias.defined() || bias.shape() == Shape{filters}, kTransposed,
                    "the bias must have one element a filter, shape={}. Received: shape={}.",
                    Shape{filters}, bias.shape());

  kernels::Windows windows{.images = x.shape().front(), .axes = {}, .channels = filters};
  const int spatial = x.rank() - 2;
  for (int i = 0; i < spatial; ++i) {
    const auto from = static_cast<std::size_t>(i);
    const ConvTransposeAxis axis = axis_of(geometry, kernel.shape()[i], from);
    check_axis(axis, from);
    const std::int64_t extent = x.shape()[i + 1];
    const std::int64_t output = conv_transpose_output(extent, axis);
    check<ShapeError>(extent > 0 && output > 0, kTransposed,
                      "nothing would be left along spatial axis {}. Received: shape={}.", i,
                      x.shape());
    windows.axes[from + 3 - static_cast<std::size_t>(spatial)] = {
        .input = output,
        .output = extent,
        .window = axis.window,
        .stride = axis.stride,
        .dilation = axis.dilation,
        .padding = conv_transpose_crop(axis)};
  }
  return {windows, x.shape().back(), 1, FusedActivation::linear};
}

Shape output_shape(const kernels::Windows& windows, int rank) {
  Shape shape = {windows.images};
  for (int i = 5 - rank; i < 3; ++i) shape.append(windows.axes[static_cast<std::size_t>(i)].input);
  shape.append(windows.channels);
  return shape;
}

}  // namespace

std::int64_t conv_transpose_output(std::int64_t extent, const ConvTransposeAxis& axis) {
  if (extent == Shape::kUnknown) return Shape::kUnknown;
  const std::int64_t span = span_of(axis);
  const std::int64_t steps = (extent - 1) * axis.stride;
  if (axis.padding == Padding::valid)
    return steps + (axis.output_padding ? span + *axis.output_padding
                                        : std::max<std::int64_t>(span, axis.stride));
  return axis.output_padding ? steps + span % 2 + *axis.output_padding : extent * axis.stride;
}

// By Keras, whose outputs end `span - 1 - crop` positions behind the first window's start.
std::int64_t conv_transpose_crop(const ConvTransposeAxis& axis) {
  if (axis.padding == Padding::valid) return 0;
  const std::int64_t span = span_of(axis);
  const std::int64_t length =
      axis.output_padding ? span + span % 2 - 2 + *axis.output_padding : axis.stride + span - 2;
  return span - 1 - std::min((length + 1) / 2, span - 1);
}

// y = w ⋆ᵀ x,   dx = dy ⋆ w,   dw = dyᵀ ⋆ x
Tensor conv_transpose(const Tensor& x, const Tensor& kernel, const Tensor& bias,
                      const ConvTransposeGeometry& geometry) {
  const kernels::Convolution convolution = checked_transposed(x, kernel, bias, geometry);
  Tensor y = TensorAccess::uninitialized(output_shape(convolution.windows, x.rank()));
  kernels::convolve_backward(
      convolution,
      {.x = nullptr, .kernel = kernel.data(), .y = nullptr, .dy = {.values = x.data()}},
      {.x = TensorAccess::data(y), .fresh_x = true});
  const Tensor result = autodiff::record(
      kTransposed, std::move(y), {x, kernel},
      [=](const Tensor& dy, autodiff::InputGradients& gradients) {
        if (gradients.wanted(0)) {
          Tensor dx = TensorAccess::uninitialized(x.shape());
          kernels::convolve(convolution, {dy.data(), kernel.data()}, TensorAccess::data(dx));
          gradients.add(0, std::move(dx));
        }
        GradientTarget dkernel(gradients, 1, kernel.shape());
        if (dkernel.data() == nullptr) return;
        kernels::convolve_backward(
            convolution,
            {.x = dy.data(), .kernel = kernel.data(), .y = nullptr, .dy = {.values = x.data()}},
            {.kernel = dkernel.zeroed_data()});
        dkernel.finish();
      });
  return bias.defined() ? result + bias : result;
}

}  // namespace strata::ops
