// The one warning of a library that was built without optimization.
#include "core/unoptimized.hpp"

#include <iostream>

namespace strata {

#if defined(__OPTIMIZE__)
const bool kOptimized = true;
#else
const bool kOptimized = false;
#endif

void warn_if_unoptimized(bool optimized, std::atomic<bool>& said, std::ostream& output) {
  if (optimized || said.exchange(true, std::memory_order_relaxed)) return;
  output << "strata: built without optimization, so training and prediction are many times slower "
            "than they could be; configure with -DCMAKE_BUILD_TYPE=Release.\n"
         << std::flush;
}

void warn_if_unoptimized() {
  static std::atomic<bool> said = false;
  warn_if_unoptimized(kOptimized, said, std::cerr);
}

}  // namespace strata
