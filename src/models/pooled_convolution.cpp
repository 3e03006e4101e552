#include "models/pooled_convolution.hpp"

#include <typeinfo>

#include "core/profile.hpp"
#include "ops/pooled_convolution.hpp"
#include "strata/core/threads.hpp"

namespace strata::models {

using layers::Conv;
using layers::ConvOptions;
using layers::MaxPooling;

template <int N>
Tensor PooledConvolution::call(Conv<N>& first, MaxPooling<N>& second, const Tensor& inputs) {
  const ConvOptions<N>& options = first.options_;
  const ActivationSpec& activation = options.activation;
  const auto fused = activation ? activation->fused() : ops::FusedActivation::linear;
  const bool channels_last =
      options.data_format == "channels_last" && second.options_.data_format == "channels_last";
  if (!fused || !channels_last) return {};
  const profile::Timed timed(&first, first.name(), false);
  first.check_input(inputs.shape());
  second.check_input(first.compute_output_shape(inputs.shape()));
  return ops::pooled_convolution(inputs, first.kernel_,
                                 options.use_bias ? first.bias_.value() : Tensor(),
                                 first.geometry(), *fused, second.geometry());
}

Tensor PooledConvolution::call(Layer& first, Layer& second, const Tensor& inputs,
                               const CallContext& context) {
  if (context.training || !inputs.defined() || inputs.rank() == 0 || !first.built() ||
      first.activity_regularizer() || second.activity_regularizer())
    return {};
  // Images are spread over threads whole, so there must be some for each.
  if (inputs.shape().front() < 4 * num_threads()) return {};
  const auto joined = [&]<int N>(std::integral_constant<int, N>) -> Tensor {
    if (typeid(first) != typeid(Conv<N>) || typeid(second) != typeid(MaxPooling<N>)) return {};
    return call(static_cast<Conv<N>&>(first), static_cast<MaxPooling<N>&>(second), inputs);
  };
  if (Tensor outputs = joined(std::integral_constant<int, 1>()); outputs.defined()) return outputs;
  if (Tensor outputs = joined(std::integral_constant<int, 2>()); outputs.defined()) return outputs;
  return joined(std::integral_constant<int, 3>());
}

}  // namespace strata::models
