// CallContext: what a layer's call receives besides its inputs.
#pragma once

namespace strata {

/// A call inside another call uses the outer call's context if it is given none.
struct CallContext {
  bool training = false;  ///< Whether dropout is active and normalization uses batch statistics.
};

}  // namespace strata
