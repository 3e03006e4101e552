// What a matrix product or a convolution can do to its result while it is still in cache.
#pragma once

namespace strata::ops {

enum class FusedActivation { linear, relu, sigmoid, tanh };

}  // namespace strata::ops
