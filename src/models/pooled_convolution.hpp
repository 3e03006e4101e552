// A convolution layer and the max pooling layer behind it: what is not pooled is not computed, and
// without a tape the two are one.
#pragma once

#include "strata/layers/convolution.hpp"
#include "strata/layers/pooling.hpp"

namespace strata::models {

class PooledConvolution {
 public:
  /// `second(first(inputs))`, or undefined where the two can't be joined: other layers, users' own
  /// classes, activity penalties.
  static Tensor call(Layer& first, Layer& second, const Tensor& inputs, const CallContext& context);

 private:
  template <int N>
  static Tensor call(layers::Conv<N>& first, layers::MaxPooling<N>& second, const Tensor& inputs,
                     const CallContext& context);
};

}  // namespace strata::models
