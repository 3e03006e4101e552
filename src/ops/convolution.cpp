// Convolutions as recorded ops, alone or with the max pooling that follows.
#include "strata/ops/convolution.hpp"

#include <algorithm>
#include <optional>

#include "autodiff/deferred_gradient.hpp"
#include "core/check.hpp"
#include "kernels/convolution/convolution.hpp"
#include "ops/fused_activation.hpp"
#include "ops/gradient_target.hpp"
#include "ops/inputs.hpp"
#include "ops/pooled_convolution.hpp"
#include "ops/windows.hpp"
#include "strata/ops/array.hpp"
#include "tensor/format.hpp"

namespace strata::ops {
namespace {

constexpr const char* kConvolution = "ops::convolution";

kernels::Convolution checked(const Tensor& x, const ConvolutionOp& op) {
  const auto& [kernel, bias, geometry, activation] = op;
  check_defined(kConvolution, x);
  check_defined(kConvolution, kernel);
  const int groups = geometry.groups;
  check(groups > 0, kConvolution, "groups must be positive. Received: groups={}.", groups);
  check<ShapeError>(kernel.rank() == x.rank(), kConvolution,
                    "the kernel must have the input's rank. Received: kernel shape={}, input "
                    "shape={}.",
                    kernel.shape(), x.shape());
  WindowGeometry windows{{1, 1, 1}, geometry.strides, geometry.dilation, geometry.padding};
  for (int i = 0; i + 2 < std::min(kernel.rank(), 5); ++i)
    windows.window[static_cast<std::size_t>(i)] = kernel.shape()[i];
  const kernels::Windows lifted = lift_windows(kConvolution, x.shape(), windows);
  const std::int64_t filters = kernel.shape().back();
  check<ShapeError>(filters > 0 && filters % groups == 0, kConvolution,
                    "the kernel's filters must be a positive multiple of groups. Received: "
                    "kernel shape={}, groups={}.",
                    kernel.shape(), groups);
  check<ShapeError>(
      lifted.channels > 0 && kernel.shape()[kernel.rank() - 2] * groups == lifted.channels,
      kConvolution,
      "the input's channels must be groups times the kernel's. Received: kernel "
      "shape={}, groups={}, input shape={}.",
      kernel.shape(), groups, x.shape());
  check<ShapeError>(!bias.defined() || bias.shape() == Shape{filters}, kConvolution,
                    "the bias must have one element a filter, shape={}. Received: shape={}.",
                    Shape{filters}, bias.shape());
  return {lifted, filters, groups, activation};
}

// The pooling of what is convolved, which is left without the positions behind its last window.
// Padding follows from the extents, so those stay as they are then.
kernels::Windows leave_out_unpooled(kernels::Convolution& convolution, int rank,
                                    const PoolingGeometry& pooling) {
  const Shape convolved = lowered_shape(convolution.windows, rank, convolution.filters);
  kernels::Windows windows = pooling_windows("ops::max_pool", convolved, pooling);
  if (pooling.padding != Padding::valid) return windows;
  for (std::size_t i = 0; i < 3; ++i) {
    kernels::WindowAxis& pooled = windows.axes[i];
    pooled.input = std::min(pooled.input, pooled.at(pooled.output - 1, pooled.window - 1) + 1);
    convolution.windows.axes[i].output = pooled.input;
  }
  return windows;
}

// y = activation(x ⋆ w + b),   dz = dy activation'(y),   dx = dz ⋆ᵀ w,  dw = xᵀ ⋆ dz,  db = Σ dz
Tensor convolve(const kernels::Convolution& convolution, const Tensor& x, const ConvolutionOp& op) {
  Tensor y = TensorAccess::uninitialized(
      lowered_shape(convolution.windows, x.rank(), convolution.filters));
  const Tensor& kernel = op.kernel;
  const Tensor& bias = op.bias;
  kernels::convolve(convolution, {x.data(), kernel.data(), bias.data()}, TensorAccess::data(y));
  const Tensor* const inputs[] = {&x, &kernel, &bias};
  const Tensor output = convolution.activation == FusedActivation::linear ? Tensor() : y;
  const auto backward = [=](const Tensor& dy, autodiff::InputGradients& gradients) {
    GradientTarget dx(gradients, 0, x.shape());
    GradientTarget dkernel(gradients, 1, kernel.shape());
    std::optional<GradientTarget> dbias;
    if (bias.defined()) dbias.emplace(gradients, 2, bias.shape());
    const kernels::ConvolutionGradients targets{.x = dx.data(),
                                                .fresh_x = dx.fresh(),
                                                .kernel = dkernel.zeroed_data(),
                                                .bias = dbias ? dbias->zeroed_data() : nullptr};
    const autodiff::DeferredGradient* const deferred = autodiff::deferred_upstream(gradients);
    const bool by_images =
        deferred != nullptr && kernels::accepts_gradient_by_image(convolution, targets);
    const Tensor whole = deferred == nullptr || by_images ? dy : autodiff::evaluate(*deferred);
    kernels::convolve_backward(
        convolution,
        {.x = x.data(),
         .kernel = kernel.data(),
         .y = output.data(),
         .dy = {.values = whole.data(), .write = by_images ? &deferred->write : nullptr}},
        targets);
    dx.finish();
    dkernel.finish();
    if (dbias) dbias->finish();
  };
  return autodiff::record_accepting_deferred("convolution", std::move(y),
                                             std::span(inputs, bias.defined() ? 3 : 2), backward);
}

// With a group per channel it is a depthwise convolution, whose kernel has the same elements.
Tensor convolve_by_channel(const Tensor& x, const ConvolutionOp& op) {
  const Tensor& kernel = op.kernel;
  const std::int64_t channels = op.geometry.groups;
  ConvolutionGeometry geometry = op.geometry;
  geometry.groups = 1;
  const Shape by_channel = kernel.shape()
                               .with(kernel.rank() - 2, channels)
                               .with(kernel.rank() - 1, kernel.shape().back() / channels);
  return depthwise_conv(x, reshape(kernel, by_channel), op.bias, geometry, op.activation);
}

}  // namespace

Tensor convolution(const Tensor& x, const Tensor& kernel, const Tensor& bias,
                   const ConvolutionGeometry& geometry) {
  return convolution(x, kernel, bias, geometry, FusedActivation::linear);
}

Tensor convolution(const Tensor& x, const Tensor& kernel, const Tensor& bias,
                   const ConvolutionGeometry& geometry, FusedActivation activation) {
  const ConvolutionOp op{kernel, bias, geometry, activation};
  const kernels::Convolution convolution = checked(x, op);
  if (convolution.groups > 1 && convolution.columns().group_channels == 1)
    return convolve_by_channel(x, op);
  return convolve(convolution, x, op);
}

Tensor convolution_to_pool(const Tensor& x, const ConvolutionOp& op,
                           const PoolingGeometry& pooling) {
  kernels::Convolution convolution = checked(x, op);
  leave_out_unpooled(convolution, x.rank(), pooling);
  return convolve(convolution, x, op);
}

Tensor pooled_convolution(const Tensor& x, const ConvolutionOp& op,
                          const PoolingGeometry& pooling) {
  const Tensor* const inputs[] = {&x, &op.kernel, &op.bias};
  if (autodiff::recording(inputs)) return {};
  kernels::Convolution convolution = checked(x, op);
  if (!kernels::can_convolve_and_pool(convolution)) return {};
  const kernels::Windows windows = leave_out_unpooled(convolution, x.rank(), pooling);
  Tensor y = TensorAccess::uninitialized(lowered_shape(windows, x.rank(), convolution.filters));
  kernels::convolve_and_pool(convolution, windows, {x.data(), op.kernel.data(), op.bias.data()},
                             TensorAccess::data(y));
  return y;
}

}  // namespace strata::ops
