// Depthwise and separable convolutions as recorded ops.
#include <algorithm>
#include <optional>

#include "autodiff/deferred_gradient.hpp"
#include "core/check.hpp"
#include "kernels/convolution/depthwise.hpp"
#include "ops/fused_activation.hpp"
#include "ops/gradient_target.hpp"
#include "ops/inputs.hpp"
#include "ops/windows.hpp"
#include "strata/ops/convolution.hpp"
#include "tensor/format.hpp"

namespace strata::ops {
namespace {

constexpr const char* kDepthwise = "ops::depthwise_conv";

kernels::DepthwiseConvolution checked_depthwise(const Tensor& x, const Tensor& kernel,
                                                const Tensor& bias,
                                                const ConvolutionGeometry& geometry,
                                                FusedActivation activation) {
  check_defined(kDepthwise, x);
  check_defined(kDepthwise, kernel);
  check(geometry.groups == 1, kDepthwise, "groups must be 1. Received: groups={}.",
        geometry.groups);
  check<ShapeError>(kernel.rank() == x.rank(), kDepthwise,
                    "the kernel must have the input's rank. Received: kernel shape={}, input "
                    "shape={}.",
                    kernel.shape(), x.shape());
  WindowGeometry windows{{1, 1, 1}, geometry.strides, geometry.dilation, geometry.padding};
  for (int i = 0; i + 2 < std::min(kernel.rank(), 5); ++i)
    windows.window[static_cast<std::size_t>(i)] = kernel.shape()[i];
  const kernels::Windows lifted = lift_windows(kDepthwise, x.shape(), windows);
  const std::int64_t multiplier = kernel.shape().back();
  check<ShapeError>(
      lifted.channels > 0 && kernel.shape()[kernel.rank() - 2] == lifted.channels && multiplier > 0,
      kDepthwise,
      "the kernel must have the input's channels, and one or more kernels for each. Received: "
      "kernel shape={}, input shape={}.",
      kernel.shape(), x.shape());
  const Shape outputs = {lifted.channels * multiplier};
  check<ShapeError>(!bias.defined() || bias.shape() == outputs, kDepthwise,
                    "the bias must have one element per output channel, shape={}. Received: "
                    "shape={}.",
                    outputs, bias.shape());
  return {lifted, multiplier, activation};
}

}  // namespace

// y = activation(x ⋆ w + b) by channel; the gradients are those of a convolution, by channel too.
Tensor depthwise_conv(const Tensor& x, const Tensor& kernel, const Tensor& bias,
                      const ConvolutionGeometry& geometry, FusedActivation activation) {
  const kernels::DepthwiseConvolution convolution =
      checked_depthwise(x, kernel, bias, geometry, activation);
  Tensor y = TensorAccess::uninitialized(
      lowered_shape(convolution.windows, x.rank(), convolution.outputs()));
  kernels::convolve_depthwise(convolution, {x.data(), kernel.data(), bias.data()},
                              TensorAccess::data(y));
  const Tensor* const inputs[] = {&x, &kernel, &bias};
  const Tensor output = activation == FusedActivation::linear ? Tensor() : y;
  const auto backward = [=](const Tensor& dy, autodiff::InputGradients& gradients) {
    GradientTarget dx(gradients, 0, x.shape());
    GradientTarget dkernel(gradients, 1, kernel.shape());
    std::optional<GradientTarget> dbias;
    if (bias.defined()) dbias.emplace(gradients, 2, bias.shape());
    const autodiff::DeferredGradient* const deferred = autodiff::deferred_upstream(gradients);
    kernels::convolve_depthwise_backward(
        convolution,
        {.x = x.data(),
         .kernel = kernel.data(),
         .y = output.data(),
         .dy = {.values = dy.data(), .write = deferred == nullptr ? nullptr : &deferred->write}},
        {.x = dx.data(),
         .fresh_x = dx.fresh(),
         .kernel = dkernel.zeroed_data(),
         .bias = dbias ? dbias->zeroed_data() : nullptr});
    dx.finish();
    dkernel.finish();
    if (dbias) dbias->finish();
  };
  return autodiff::record_accepting_deferred("depthwise_conv", std::move(y),
                                             std::span(inputs, bias.defined() ? 3 : 2), backward);
}

Tensor depthwise_conv(const Tensor& x, const Tensor& kernel, const Tensor& bias,
                      const ConvolutionGeometry& geometry) {
  return depthwise_conv(x, kernel, bias, geometry, FusedActivation::linear);
}

Tensor separable_conv(const Tensor& x, const Tensor& depthwise_kernel,
                      const Tensor& pointwise_kernel, const Tensor& bias,
                      const ConvolutionGeometry& geometry) {
  constexpr const char* kWho = "ops::separable_conv";
  check_defined(kWho, pointwise_kernel);
  for (int axis = 0; axis + 2 < pointwise_kernel.rank(); ++axis) {
    check<ShapeError>(pointwise_kernel.shape()[axis] == 1, kWho,
                      "the pointwise kernel's spatial extents must be 1. Received: shape={}.",
                      pointwise_kernel.shape());
  }
  return convolution(depthwise_conv(x, depthwise_kernel, {}, geometry), pointwise_kernel, bias, {});
}

}  // namespace strata::ops
