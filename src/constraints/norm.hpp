// What the constraints on norms share.
#pragma once

namespace strata::constraints {

inline constexpr float kNormEpsilon = 1e-7f;  ///< Keras's own, against a norm of 0.

}  // namespace strata::constraints
