// Depthwise convolution layers in one and two spatial dimensions: every channel by itself.
#pragma once

#include <concepts>
#include <optional>
#include <string>

#include "strata/activations/activation.hpp"
#include "strata/core/options_origin.hpp"
#include "strata/core/per_axis.hpp"
#include "strata/layers/layer.hpp"
#include "strata/ops/convolution.hpp"

namespace strata::ops {
enum class FusedActivation;
}

namespace strata::layers {

template <int N>
struct DepthwiseConvOptions {
  PerAxis<N> kernel_size;         ///< Extent of the window along each axis, > 0. Required.
  PerAxis<N> strides = 1;         ///< Steps of the window, > 0.
  std::string padding = "valid";  ///< or `"same"`
  int depth_multiplier = 1;       ///< Kernels, and so output channels, per input channel, > 0.
  std::string data_format = "channels_last";  ///< or `"channels_first"`
  PerAxis<N> dilation_rate = 1;               ///< Distance between the window's cells, > 0.
  ActivationSpec activation = {};             ///< Applied after the bias. Default: none.
  bool use_bias = true;                       ///< Add a learned number to each output channel.
  InitializerSpec depthwise_initializer = "glorot_uniform";  ///< Of the kernel.
  InitializerSpec bias_initializer = "zeros";
  RegularizerSpec depthwise_regularizer = {};  ///< Penalty on the kernel.
  RegularizerSpec bias_regularizer = {};       ///< Penalty on the bias.
  RegularizerSpec activity_regularizer = {};   ///< Penalty on the output, divided by the batch.
  ConstraintSpec depthwise_constraint = {};    ///< Projection of the kernel after each update.
  ConstraintSpec bias_constraint = {};         ///< Projection of the bias after each update.
  std::string name = {};                       ///< Default: `depthwise_conv2d`, ….
};

/// Convolution of every channel by itself, with `depth_multiplier` kernels each:
/// `outputs[…, c · depth_multiplier + m] = activation(inputs[…, c] ⋆ kernel[…, c, m] + bias)`.
///
/// Input `(batch, spatial…, channels)`; output `(batch, new spatial…, channels · depth_multiplier)`,
/// with the extents of Conv. With `channels_first` the channels follow the batch axis. Kernel
/// `(kernel_size…, channels, depth_multiplier)`, bias `(channels · depth_multiplier)`. Strides and
/// dilation may go together. Adds a loss per regularizer; the activity penalty is divided by
/// `batch`. Raises InvalidArgument on an option out of its range or, in code, a rule for a bias that
/// is left out, ShapeError on an input of the wrong rank, with channels that don't fit, or too small
/// for the kernel. See https://keras.io/api/layers/convolution_layers/.
///
///     layers::DepthwiseConv2D blur({.kernel_size = 3, .padding = "same",
///                                   .depthwise_regularizer = regularizers::L2(1e-4f)});
template <int N>
class DepthwiseConv : public Layer {
 public:
  using Options = DepthwiseConvOptions<N>;

  explicit DepthwiseConv(Options options);
  template <std::same_as<int> I>  // Excludes bool and 2.5.
  explicit DepthwiseConv(I kernel_size) : DepthwiseConv(Options{.kernel_size = kernel_size}) {}

  Tensor call(const Tensor& inputs, const CallContext& context) override;
  Shape compute_output_shape(const Shape& input_shape) override;
  Config get_config() const override;
  static DepthwiseConv from_config(const Config& config);

  const std::string& data_format() const { return options_.data_format; }
  const ActivationSpec& activation() const { return options_.activation; }
  const RegularizerSpec& depthwise_regularizer() const { return options_.depthwise_regularizer; }
  const RegularizerSpec& bias_regularizer() const { return options_.bias_regularizer; }
  const Variable& kernel() const { return kernel_; }
  const Variable& bias() const { return bias_; }
  ops::ConvolutionGeometry geometry() const;

 protected:
  void create_weights(const Shape& input_shape) override;
  void check_input(const Shape& input_shape) const override;
  std::optional<std::vector<RegularizerSlot>> regularizer_slots() override;

 private:
  DepthwiseConv(Options options, OptionsOrigin origin);

  Options options_;
  std::optional<ops::FusedActivation> fused_;  // the activation, if the op applies it
  Variable kernel_;
  Variable bias_;
};

extern template class DepthwiseConv<1>;
extern template class DepthwiseConv<2>;

using DepthwiseConv1DOptions = DepthwiseConvOptions<1>;
using DepthwiseConv2DOptions = DepthwiseConvOptions<2>;
using DepthwiseConv1D = DepthwiseConv<1>;
using DepthwiseConv2D = DepthwiseConv<2>;

}  // namespace strata::layers
