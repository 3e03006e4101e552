// A ratio that is 0 where nothing was counted.
#pragma once

namespace strata::metrics {

inline double ratio_or_0(double part, double whole) { return whole == 0.0 ? 0.0 : part / whole; }

}  // namespace strata::metrics
