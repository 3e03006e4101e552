// How a layer applies an activation that its product doesn't have built in.
#pragma once

#include <string_view>

#include "strata/activations/activation.hpp"

namespace strata::activations {

/// `activation(x)`. Raises InvalidArgument, naming `layer`, if the result left the tape that
/// records.
Tensor apply(const Activation& activation, const Tensor& x, std::string_view layer);

}  // namespace strata::activations
