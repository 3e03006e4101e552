// Applies an activation that is not fused into the layer's product.
#pragma once

#include <string_view>

#include "strata/activations/activation.hpp"

namespace strata::activations {

/// `activation(x)`. Raises InvalidArgument, naming `layer`, if the result left the tape that
/// records.
Tensor apply(const Activation& activation, const Tensor& x, std::string_view layer);

}  // namespace strata::activations
