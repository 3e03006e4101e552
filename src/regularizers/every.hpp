// How a penalty that is dear to compute is left out of most updates.
#pragma once

#include "core/check.hpp"
#include "ops/zero_penalty.hpp"
#include "strata/regularizers/at_step.hpp"

namespace strata::regularizers {

/// Raises InvalidArgument, naming `who`, unless `every` is at least 1.
inline void check_every(const char* who, int every) {
  check(every >= 1, who, "every must be at least 1. Received: every={}.", every);
}

/// `penalty(factor)` of x outside of updates; in them `penalty(every * factor)` in the 0th, every-th,
/// 2 every-th, …, and 0 in those between. A factor of 0 is asked of nobody.
template <class Penalty>
Tensor thinned_out(const Tensor& x, float factor, int every, const Penalty& penalty) {
  if (factor == 0.0f) return 0.0f;
  const auto step = AtStep::of_update();
  if (!step || every == 1) return penalty(factor);
  return *step % every == 0 ? penalty(static_cast<float>(every) * factor) : ops::zero_penalty(x);
}

}  // namespace strata::regularizers
