// Separable convolution layers in one and two spatial dimensions: channels by themselves, then
// positions by themselves.
#pragma once

#include <concepts>
#include <optional>
#include <string>

#include "strata/activations/activation.hpp"
#include "strata/core/options_origin.hpp"
#include "strata/core/per_axis.hpp"
#include "strata/core/required.hpp"
#include "strata/layers/layer.hpp"
#include "strata/ops/convolution.hpp"

namespace strata::ops {
enum class FusedActivation;
}

namespace strata::layers {

template <int N>
struct SeparableConvOptions {
  Required<int> filters;          ///< Channels of the output, > 0.
  PerAxis<N> kernel_size;         ///< Extent of the window along each axis, > 0. Required.
  PerAxis<N> strides = 1;         ///< Steps of the window, > 0.
  std::string padding = "valid";  ///< or `"same"`
  std::string data_format = "channels_last";  ///< or `"channels_first"`
  PerAxis<N> dilation_rate = 1;               ///< Distance between the window's cells, > 0.
  int depth_multiplier = 1;                   ///< Depthwise kernels per input channel, > 0.
  ActivationSpec activation = {};             ///< Applied after the bias. Default: none.
  bool use_bias = true;                       ///< Add a learned number to each filter's output.
  InitializerSpec depthwise_initializer = "glorot_uniform";
  InitializerSpec pointwise_initializer = "glorot_uniform";
  InitializerSpec bias_initializer = "zeros";
  RegularizerSpec depthwise_regularizer = {};  ///< Penalty on the depthwise kernel.
  RegularizerSpec pointwise_regularizer = {};  ///< Penalty on the pointwise kernel.
  RegularizerSpec bias_regularizer = {};       ///< Penalty on the bias.
  RegularizerSpec activity_regularizer = {};   ///< Penalty on the output, divided by the batch.
  ConstraintSpec depthwise_constraint = {};    ///< Projection of that kernel after each update.
  ConstraintSpec pointwise_constraint = {};    ///< Projection of that kernel after each update.
  ConstraintSpec bias_constraint = {};         ///< Projection of the bias after each update.
  std::string name = {};                       ///< Default: `separable_conv2d`, ….
};

/// A depthwise convolution, then one over the channels of each position:
/// `outputs = activation(depthwise(inputs) · pointwise_kernel + bias)`.
///
/// Input `(batch, spatial…, channels)`; output `(batch, new spatial…, filters)`, with the
/// extents of Conv. With `channels_first` the channels follow the batch axis. Depthwise kernel
/// `(kernel_size…, channels, depth_multiplier)`, pointwise kernel `(1…, channels ·
/// depth_multiplier, filters)`, bias `(filters)`. Strides, padding and dilation are those of
/// the depthwise convolution. Adds a loss per regularizer; the activity penalty is divided by
/// `batch`. Errors are those of DepthwiseConv.
/// See https://keras.io/api/layers/convolution_layers/.
///
///     layers::SeparableConv2D features({.filters = 64, .kernel_size = 3, .activation = "relu",
///                                       .pointwise_regularizer = regularizers::L2(1e-4f)});
template <int N>
class SeparableConv : public Layer {
 public:
  using Options = SeparableConvOptions<N>;

  explicit SeparableConv(Options options);
  template <std::same_as<int> I>  // Excludes bool and 2.5.
  explicit SeparableConv(I filters, PerAxis<N> kernel_size)
      : SeparableConv(Options{.filters = filters, .kernel_size = kernel_size}) {}

  Tensor call(const Tensor& inputs, const CallContext& context) override;
  Shape compute_output_shape(const Shape& input_shape) override;
  Config get_config() const override;
  static SeparableConv from_config(const Config& config);

  int filters() const { return options_.filters; }
  const std::string& data_format() const { return options_.data_format; }
  const ActivationSpec& activation() const { return options_.activation; }
  const RegularizerSpec& depthwise_regularizer() const { return options_.depthwise_regularizer; }
  const RegularizerSpec& pointwise_regularizer() const { return options_.pointwise_regularizer; }
  const RegularizerSpec& bias_regularizer() const { return options_.bias_regularizer; }
  const Variable& depthwise_kernel() const { return depthwise_kernel_; }
  const Variable& pointwise_kernel() const { return pointwise_kernel_; }
  const Variable& bias() const { return bias_; }
  ops::ConvolutionGeometry geometry() const;  ///< of the depthwise convolution

 protected:
  void create_weights(const Shape& input_shape) override;
  void check_input(const Shape& input_shape) const override;
  std::optional<std::vector<RegularizerSlot>> regularizer_slots() override;

 private:
  SeparableConv(Options options, OptionsOrigin origin);

  Options options_;
  std::optional<ops::FusedActivation> fused_;  // the activation, if the op applies it
  Variable depthwise_kernel_;
  Variable pointwise_kernel_;
  Variable bias_;
};

extern template class SeparableConv<1>;
extern template class SeparableConv<2>;

using SeparableConv1DOptions = SeparableConvOptions<1>;
using SeparableConv2DOptions = SeparableConvOptions<2>;
using SeparableConv1D = SeparableConv<1>;
using SeparableConv2D = SeparableConv<2>;
using SeparableConvolution1D = SeparableConv1D;
using SeparableConvolution2D = SeparableConv2D;

}  // namespace strata::layers
