// A convolution layer and the max pooling layer behind it as one, in one to three dimensions.
#include "models/joined_layers.hpp"

#include <typeinfo>

#include "core/profile.hpp"
#include "layers/convolution.hpp"
#include "layers/pooling.hpp"
#include "ops/pooled_convolution.hpp"

namespace strata::models {
namespace {

using layers::Conv;
using layers::MaxPooling;
using layers::Pooling;

template <int N>
class PooledConvolution final : public JoinedLayers {
 public:
  PooledConvolution(Conv<N>& convolution, MaxPooling<N>& pooling)
      : JoinedLayers(convolution, pooling),
        convolution_(convolution),
        pooling_(pooling),
        op_(convolution),
        windows_(pooling) {}

  static std::shared_ptr<const JoinedLayers> make(Layer& first, Layer& second) {
    if (typeid(first) != typeid(Conv<N>) || typeid(second) != typeid(MaxPooling<N>)) return nullptr;
    auto joined = std::make_shared<PooledConvolution>(static_cast<Conv<N>&>(first),
                                                      static_cast<MaxPooling<N>&>(second));
    const bool possible =
        joined->op_.activation && joined->op_.channels_last && joined->windows_.channels_last;
    return possible ? joined : nullptr;
  }

  Tensor call(const Tensor& inputs, const CallContext& context) const override {
    if (!inputs.defined() || !convolution_.built() || convolution_.activity_regularizer() ||
        pooling_.activity_regularizer())
      return pooling_(convolution_(inputs, context), context);
    // The checks of both layers' calls.
    pooling_.compute_output_shape(convolution_.compute_output_shape(inputs.shape()));
    Tensor convolved;
    {
      const profile::Timed timed(convolution_.id(), convolution_.name(), false);
      const Variable& bias = convolution_.bias();
      const ops::ConvolutionOp op{convolution_.kernel(), bias.defined() ? bias.value() : Tensor(),
                                  op_.geometry, *op_.activation};
      Tensor pooled = ops::pooled_convolution(inputs, op, windows_.geometry);
      if (pooled.defined()) return pooled;
      convolved = ops::convolution_to_pool(inputs, op, windows_.geometry);
    }
    return pooling_(convolved, context);
  }

 private:
  Conv<N>& convolution_;
  MaxPooling<N>& pooling_;
  typename Conv<N>::Op op_;
  typename Pooling<N>::Op windows_;
};

}  // namespace

std::shared_ptr<const JoinedLayers> JoinedLayers::make(Layer& first, Layer& second) {
  for (const auto& make :
       {PooledConvolution<1>::make, PooledConvolution<2>::make, PooledConvolution<3>::make}) {
    if (auto joined = make(first, second)) return joined;
  }
  return nullptr;
}

}  // namespace strata::models
