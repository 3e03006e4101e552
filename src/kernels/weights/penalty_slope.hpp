// The gradient of L1 and L2 penalties at one weight, for loops that are compiled for each kind.
#pragma once

#include "kernels/weights/penalty.hpp"

namespace strata::kernels {

/// `l1 sign(x) + 2 l2 x`, with either factor or both: the term of a factor of 0 is left out, since it
/// might be 0 times infinity, and costs time.
template <bool kL1, bool kL2>
struct PenaltySlope {
  float l1;
  float slope;  // 2 l2

  float operator()(float x) const {
    if constexpr (!kL1) return slope * x;
    const float above = x > 0.0f ? l1 : 0.0f;
    const float of_l1 = x < 0.0f ? -l1 : above;
    if constexpr (!kL2) return of_l1;
    return of_l1 + slope * x;
  }
};

/// `visit(the slope of this kind)`
template <class Visit>
auto with_penalty_slope(PenaltyFactors factors, Visit visit) {
  const auto [l1, l2] = factors;
  if (l2 == 0.0f) return visit(PenaltySlope<true, false>{l1, 0.0f});
  if (l1 == 0.0f) return visit(PenaltySlope<false, true>{0.0f, 2.0f * l2});
  return visit(PenaltySlope<true, true>{l1, 2.0f * l2});
}

}  // namespace strata::kernels
