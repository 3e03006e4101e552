// A library built without optimization gives the same numbers many times slower, and nothing else
// shows it: so it says so, once.
#pragma once

#include <atomic>
#include <iosfwd>

namespace strata {

/// Whether the library was built with optimization; what includes this may be built otherwise.
extern const bool kOptimized;

/// Writes one line to `output` if not `optimized` and not `said`, which it then is.
void warn_if_unoptimized(bool optimized, std::atomic<bool>& said, std::ostream& output);

/// The same for this library on the standard error, once a process. For what starts real work: a
/// step of training, a prediction.
void warn_if_unoptimized();

}  // namespace strata
