// Adding one gradient into another, the only arithmetic the sweep itself does.
#pragma once

#include <cstdint>

namespace strata::autodiff {

inline void add_in_place(float* sum, const float* term, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) sum[i] += term[i];
}

}  // namespace strata::autodiff
