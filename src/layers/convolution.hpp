// The op that a convolution layer computes, for models that compute it together with the next layer.
#pragma once

#include <optional>

#include "core/fused_activation.hpp"
#include "strata/layers/convolution.hpp"

namespace strata::layers {

template <int N>
struct Conv<N>::Op {
  explicit Op(const Conv& layer)
      : channels_last(layer.options_.data_format == "channels_last"),
        geometry(layer.geometry()),
        activation(layer.fused_) {}

  bool channels_last;  ///< the format that ops take
  ops::ConvolutionGeometry geometry;
  std::optional<ops::FusedActivation> activation;  ///< empty if the op does not apply it
};

}  // namespace strata::layers
