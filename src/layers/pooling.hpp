// The op that a pooling layer computes, for models that compute it together with the layer before.
#pragma once

#include "strata/layers/pooling.hpp"

namespace strata::layers {

template <int N>
struct Pooling<N>::Op {
  explicit Op(const Pooling& layer)
      : channels_last(layer.options_.data_format == "channels_last"), geometry(layer.geometry()) {}

  bool channels_last;  ///< the format that ops take
  ops::PoolingGeometry geometry;
};

}  // namespace strata::layers
