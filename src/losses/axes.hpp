// The axes that an option names, for reductions.
#pragma once

#include "strata/core/axis_list.hpp"
#include "strata/ops/reduction.hpp"

namespace strata::losses {

inline ops::Axes axes_of(const OptionalAxisList& axes) {
  return axes ? ops::Axes((*axes).values()) : ops::Axes();
}

}  // namespace strata::losses
