// CallContext: what a layer's call receives besides its inputs.
#pragma once

#include "strata/tensor/tensor.hpp"

namespace strata {

/// A call inside another call that is given none is training if the outer call is, and has no mask.
struct CallContext {
  bool training = false;  ///< Whether dropout is active and normalization uses batch statistics.
  /// Which steps of the (first) input count: 1 for each that does, 0 for one to skip, as a rule
  /// `(batch, time)`. Undefined: all of them.
  Tensor mask = {};
};

}  // namespace strata
