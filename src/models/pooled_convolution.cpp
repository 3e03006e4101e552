#include "models/pooled_convolution.hpp"

#include <typeinfo>

#include "core/profile.hpp"
#include "ops/pooled_convolution.hpp"

namespace strata::models {

using layers::Conv;
using layers::ConvOptions;
using layers::MaxPooling;

template <int N>
Tensor PooledConvolution::call(Conv<N>& first, MaxPooling<N>& second, const Tensor& inputs,
                               const CallContext& context) {
  const ConvOptions<N>& options = first.options_;
  const ActivationSpec& activation = options.activation;
  const auto fused = activation ? activation->fused() : ops::FusedActivation::linear;
  const bool channels_last =
      options.data_format == "channels_last" && second.options_.data_format == "channels_last";
  if (!fused || !channels_last) return {};
  first.check_input(inputs.shape());
  second.check_input(first.compute_output_shape(inputs.shape()));
  const Tensor bias = options.use_bias ? first.bias_.value() : Tensor();
  Tensor between;
  {
    const profile::Timed timed(first.id(), first.name(), false);
    Tensor pooled = ops::pooled_convolution(inputs, first.kernel_, bias, first.geometry(), *fused,
                                            second.geometry());
    if (pooled.defined()) return pooled;
    between = ops::convolution_to_pool(inputs, first.kernel_, bias, first.geometry(), *fused,
                                       second.geometry());
  }
  return second(between, context);
}

Tensor PooledConvolution::call(Layer& first, Layer& second, const Tensor& inputs,
                               const CallContext& context) {
  if (!inputs.defined() || !first.built() || first.activity_regularizer() ||
      second.activity_regularizer())
    return {};
  const auto joined = [&]<int N>(std::integral_constant<int, N>) -> Tensor {
    if (typeid(first) != typeid(Conv<N>) || typeid(second) != typeid(MaxPooling<N>)) return {};
    return call(static_cast<Conv<N>&>(first), static_cast<MaxPooling<N>&>(second), inputs, context);
  };
  if (Tensor outputs = joined(std::integral_constant<int, 1>()); outputs.defined()) return outputs;
  if (Tensor outputs = joined(std::integral_constant<int, 2>()); outputs.defined()) return outputs;
  return joined(std::integral_constant<int, 3>());
}

}  // namespace strata::models
