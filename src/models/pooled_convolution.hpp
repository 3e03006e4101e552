// A convolution layer and the max pooling layer behind it in one, for inference.
#pragma once

#include "strata/layers/convolution.hpp"
#include "strata/layers/pooling.hpp"

namespace strata::models {

class PooledConvolution {
 public:
  /// `second(first(inputs))`, or undefined where the two can't be joined: other layers, users' own
  /// classes, activity penalties, training.
  static Tensor call(Layer& first, Layer& second, const Tensor& inputs, const CallContext& context);

 private:
  template <int N>
  static Tensor call(layers::Conv<N>& first, layers::MaxPooling<N>& second, const Tensor& inputs);
};

}  // namespace strata::models
