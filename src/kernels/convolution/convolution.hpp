// Convolutions and their gradients: direct ones, which read the padded image itself
// (direct_convolution.hpp), where that is faster, else products with blocks of im2col columns that
// stay in cache. Both split the work into parts that don't depend on the number of threads.
#pragma once

#include <cstdint>
#include <functional>

#include "core/fused_activation.hpp"
#include "kernels/convolution/im2col.hpp"
#include "kernels/convolution/windows.hpp"

namespace strata::kernels {

/// x (images, input…, channels) ⋆ kernel (window…, channels / groups, filters)
/// = y (images, output…, filters). Filters and channels fall into `groups` consecutive blocks each.
struct Convolution {
  Windows windows;
  std::int64_t filters;
  std::int64_t groups;
  ops::FusedActivation activation;

  ColumnLayout columns() const { return {windows, windows.channels / groups}; }
  std::int64_t group_filters() const { return filters / groups; }
  std::int64_t kernel_size() const { return columns().depth() * filters; }
  std::int64_t products() const { return windows.rows() * columns().depth() * filters; }
};

/// What a convolution reads.
struct ConvolutionOperands {
  const float* x;
  const float* kernel;
  const float* bias = nullptr;  ///< may be null
};

/// y = activation(x ⋆ kernel + bias)
void convolve(const Convolution& convolution, const ConvolutionOperands& operands, float* y);

/// Whether `convolve_and_pool` is possible, and faster: that takes enough images for the threads.
bool can_convolve_and_pool(const Convolution& convolution);
/// y = the max pooling with the windows `pooling` of `activation(x ⋆ kernel + bias)`.
void convolve_and_pool(const Convolution& convolution, const Windows& pooling,
                       const ConvolutionOperands& operands, float* y);

/// Where the gradients go; null for those that nobody wants.
struct ConvolutionGradients {
  float* x = nullptr;  ///< added to, or overwritten where `fresh_x`
  bool fresh_x = false;
  float* kernel = nullptr;  ///< added to
  float* bias = nullptr;    ///< added to
};

/// The gradient of y: an array, or, if the convolution `accepts_gradient_by_image`, a function that
/// writes one image of it, called on several threads where each image is used.
struct OutputGradient {
  const float* values = nullptr;
  const std::function<void(std::int64_t image, float* to)>* write = nullptr;
};

/// What the backward pass reads.
struct ConvolutionBackwardOperands {
  const float* x;
  const float* kernel;
  const float* y;  ///< null if the activation is linear
  OutputGradient dy;
};

/// Whether `convolve_backward` accepts a gradient of y that is written image by image: for direct
/// convolutions, with strides of 1 if the input's gradient is wanted.
bool accepts_gradient_by_image(const Convolution& convolution,
                               const ConvolutionGradients& gradients);

void convolve_backward(const Convolution& convolution, const ConvolutionBackwardOperands& operands,
                       const ConvolutionGradients& gradients);

}  // namespace strata::kernels
