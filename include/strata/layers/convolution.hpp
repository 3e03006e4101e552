// Convolution layers in one, two and three spatial dimensions.
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
struct ConvOptions {
  Required<int> filters;          ///< Channels of the output, > 0; a multiple of `groups`.
  PerAxis<N> kernel_size;         ///< Extent of the window along each axis, > 0. Required.
  PerAxis<N> strides = 1;         ///< Steps of the window, > 0; above 1 only without dilation.
  std::string padding = "valid";  ///< `"valid"`, `"same"`; in Conv1D also `"causal"`.
  std::string data_format = "channels_last";  ///< or `"channels_first"`
  PerAxis<N> dilation_rate = 1;               ///< Distance between the window's cells, > 0.
  int groups = 1;                             ///< Blocks of channels that are convolved apart.
  ActivationSpec activation = {};             ///< Applied after the bias. Default: none.
  bool use_bias = true;                       ///< Add a learned number to each filter's output.
  InitializerSpec kernel_initializer = "glorot_uniform";
  InitializerSpec bias_initializer = "zeros";
  RegularizerSpec kernel_regularizer = {};    ///< Penalty on the kernel.
  RegularizerSpec bias_regularizer = {};      ///< Penalty on the bias.
  RegularizerSpec activity_regularizer = {};  ///< Penalty on the output, divided by the batch.
  ConstraintSpec kernel_constraint = {};      ///< Projection of the kernel after each update.
  ConstraintSpec bias_constraint = {};        ///< Projection of the bias after each update.
  std::string name = {};                      ///< Default: `conv2d`, `conv2d_1`, ….
};

/// Convolution over N spatial axes: `outputs = activation(inputs ⋆ kernel + bias)`, where ⋆ is a
/// cross-correlation, as everywhere in deep learning.
///
/// Input `(batch, spatial…, channels)`; output `(batch, new spatial…, filters)`, where an extent n
/// becomes `(n - dilation_rate (kernel_size - 1) - 1) / strides + 1`, rounded down, without
/// padding, and `n / strides`, rounded up, with it. With `channels_first` the channels follow the
/// batch axis. Kernel `(kernel_size…, channels / groups, filters)`, bias `(filters)`. Adds a loss
/// per regularizer; the activity penalty is divided by `batch`. Raises InvalidArgument on an option
/// out of its range or, in code, a rule for a bias that is left out, ShapeError on an input of the
/// wrong rank, with channels that don't fit, or too small for the kernel.
/// See https://keras.io/api/layers/convolution_layers/.
///
///     layers::Conv2D edges({.filters = 32, .kernel_size = 3, .activation = "relu",
///                           .kernel_regularizer = regularizers::L2(1e-4f)});
template <int N>
class Conv : public Layer {
 public:
  using Options = ConvOptions<N>;

  explicit Conv(Options options);
  template <std::same_as<int> I>  // Excludes bool and 2.5.
  explicit Conv(I filters, PerAxis<N> kernel_size)
      : Conv(Options{.filters = filters, .kernel_size = kernel_size}) {}

  struct Op;  ///< The op that the layer computes; in src/layers/convolution.hpp.

  Tensor call(const Tensor& inputs, const CallContext& context) override;
  Shape compute_output_shape(const Shape& input_shape) override;
  Config get_config() const override;
  static Conv from_config(const Config& config);

  int filters() const { return options_.filters; }
  const ActivationSpec& activation() const { return options_.activation; }
  const RegularizerSpec& kernel_regularizer() const { return options_.kernel_regularizer; }
  const RegularizerSpec& bias_regularizer() const { return options_.bias_regularizer; }
  const Variable& kernel() const { return kernel_; }
  const Variable& bias() const { return bias_; }

 protected:
  void create_weights(const Shape& input_shape) override;
  void check_input(const Shape& input_shape) const override;
  std::optional<std::vector<RegularizerSlot>> regularizer_slots() override;

 private:
  Conv(Options options, OptionsOrigin origin);
  ops::ConvolutionGeometry geometry() const;

  Options options_;
  std::optional<ops::FusedActivation> fused_;  // the activation, if the op applies it
  Variable kernel_;
  Variable bias_;
};

extern template class Conv<1>;
extern template class Conv<2>;
extern template class Conv<3>;

using Conv1DOptions = ConvOptions<1>;
using Conv2DOptions = ConvOptions<2>;
using Conv3DOptions = ConvOptions<3>;
using Conv1D = Conv<1>;
using Conv2D = Conv<2>;
using Conv3D = Conv<3>;
using Convolution1D = Conv1D;
using Convolution2D = Conv2D;
using Convolution3D = Conv3D;

}  // namespace strata::layers
