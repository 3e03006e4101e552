// Transposed convolution layers in one, two and three spatial dimensions.
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

namespace strata::layers {

template <int N>
struct ConvTransposeOptions {
  Required<int> filters;          ///< Channels of the output, > 0.
  PerAxis<N> kernel_size;         ///< Extent of the window along each axis, > 0. Required.
  PerAxis<N> strides = 1;         ///< Steps of the window, > 0; above 1 only without dilation.
  std::string padding = "valid";  ///< or `"same"`
  OptionalPerAxis<N> output_padding = {};     ///< See below; >= 0 and less than `strides`.
  std::string data_format = "channels_last";  ///< or `"channels_first"`
  PerAxis<N> dilation_rate = 1;               ///< Distance between the window's cells, > 0.
  ActivationSpec activation = {};             ///< Applied after the bias. Default: none.
  bool use_bias = true;                       ///< Add a learned number to each filter's output.
  InitializerSpec kernel_initializer = "glorot_uniform";
  InitializerSpec bias_initializer = "zeros";
  RegularizerSpec kernel_regularizer = {};    ///< Penalty on the kernel.
  RegularizerSpec bias_regularizer = {};      ///< Penalty on the bias.
  RegularizerSpec activity_regularizer = {};  ///< Penalty on the output, divided by the batch.
  ConstraintSpec kernel_constraint = {};      ///< Projection of the kernel after each update.
  ConstraintSpec bias_constraint = {};        ///< Projection of the bias after each update.
  std::string name = {};                      ///< Default: `conv2d_transpose`, ….
};

/// The gradient of a convolution as a layer, which makes images larger: each position of the input
/// adds the kernel times its channels to the window at its place, `strides` apart in the output.
///
/// Input `(batch, spatial…, channels)`; output `(batch, new spatial…, filters)`, where an extent n
/// becomes `(n - 1) strides + max(k, strides)` without padding, with k = `dilation_rate (kernel_size
/// - 1) + 1`, and `n strides` with it. If `output_padding` is given it is `(n - 1) strides + k +
/// output_padding` and `(n - 1) strides + k % 2 + output_padding`. With `channels_first` the channels
/// follow the batch axis. Kernel `(kernel_size…, filters, channels)`, bias `(filters)`. Adds a loss
/// per regularizer; the activity penalty is divided by `batch`. Raises InvalidArgument on an option
/// out of its range or, in code, a rule for a bias that is left out, ShapeError on an input of the
/// wrong rank, with channels that don't fit, or where nothing would be left.
/// See https://keras.io/api/layers/convolution_layers/.
///
///     layers::Conv2DTranspose larger({.filters = 16, .kernel_size = 3, .strides = 2,
///                                     .padding = "same", .activation = "relu"});
template <int N>
class ConvTranspose : public Layer {
 public:
  using Options = ConvTransposeOptions<N>;

  explicit ConvTranspose(Options options);
  template <std::same_as<int> I>  // Excludes bool and 2.5.
  explicit ConvTranspose(I filters, PerAxis<N> kernel_size)
      : ConvTranspose(Options{.filters = filters, .kernel_size = kernel_size}) {}

  Tensor call(const Tensor& inputs, const CallContext& context) override;
  Shape compute_output_shape(const Shape& input_shape) override;
  Config get_config() const override;
  static ConvTranspose from_config(const Config& config);

  int filters() const { return options_.filters; }
  const std::string& data_format() const { return options_.data_format; }
  const ActivationSpec& activation() const { return options_.activation; }
  const RegularizerSpec& kernel_regularizer() const { return options_.kernel_regularizer; }
  const RegularizerSpec& bias_regularizer() const { return options_.bias_regularizer; }
  const Variable& kernel() const { return kernel_; }
  const Variable& bias() const { return bias_; }
  ops::ConvTransposeGeometry geometry() const;

 protected:
  void create_weights(const Shape& input_shape) override;
  void check_input(const Shape& input_shape) const override;
  std::optional<std::vector<RegularizerSlot>> regularizer_slots() override;

 private:
  ConvTranspose(Options options, OptionsOrigin origin);
  Shape transposed_shape(const Shape& input) const;

  Options options_;
  Variable kernel_;
  Variable bias_;
};

extern template class ConvTranspose<1>;
extern template class ConvTranspose<2>;
extern template class ConvTranspose<3>;

using Conv1DTransposeOptions = ConvTransposeOptions<1>;
using Conv2DTransposeOptions = ConvTransposeOptions<2>;
using Conv3DTransposeOptions = ConvTransposeOptions<3>;
using Conv1DTranspose = ConvTranspose<1>;
using Conv2DTranspose = ConvTranspose<2>;
using Conv3DTranspose = ConvTranspose<3>;
using Convolution1DTranspose = Conv1DTranspose;
using Convolution2DTranspose = Conv2DTranspose;
using Convolution3DTranspose = Conv3DTranspose;

}  // namespace strata::layers
