// CallContext: what a layer's call is told besides its inputs.
#pragma once

namespace strata {

/// A call inside another one takes that one's context where it is given none.
struct CallContext {
  bool training = false;  ///< Whether dropout drops and batch statistics are used.
};

}  // namespace strata
