// Convolutions: read from the image itself where that gains (direct_convolution.hpp), else as matrix
// products over blocks of columns, each made, used and forgotten while it is in cache. Both are
// spread over a fixed number of parts, whatever the threads.
#pragma once

#include <cstdint>
#include <functional>

#include "kernels/im2col.hpp"
#include "kernels/windows.hpp"
#include "strata/core/fused_activation.hpp"

namespace strata::kernels {

/// x (images, input…, channels) · kernel (window…, channels / groups, filters)
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

/// y = activation(x ⋆ kernel + bias); `bias` may be null.
void convolve(const Convolution& convolution, const float* x, const float* kernel,
              const float* bias, float* y);

/// Whether `convolve_and_pool` can, and there are images enough for the threads.
bool pools_along(const Convolution& convolution);
/// y = the max pooling of `activation(x ⋆ kernel + bias)`, whose windows are `pooling`.
void convolve_and_pool(const Convolution& convolution, const Windows& pooling, const float* x,
                       const float* kernel, const float* bias, float* y);

/// Where the gradients go; null for those that nobody wants.
struct ConvolutionGradients {
  float* x = nullptr;  ///< added to, or overwritten where `fresh_x`
  bool fresh_x = false;
  float* kernel = nullptr;  ///< added to
  float* bias = nullptr;    ///< added to
};

/// The gradient of y: there already, or, if the convolution `takes_images`, written image by image
/// where it is used, by several threads.
struct OutcomeGradient {
  const float* values = nullptr;
  const std::function<void(std::int64_t image, float* to)>* write = nullptr;
};

/// Whether `convolve_backward` takes a gradient of y that is written image by image.
bool takes_images(const Convolution& convolution, const ConvolutionGradients& gradients);

void convolve_backward(const Convolution& convolution, const float* x, const float* kernel,
                       const float* y, const OutcomeGradient& dy,
                       const ConvolutionGradients& gradients);

}  // namespace strata::kernels
