// How many threads Strata's operations use.
#pragma once

namespace strata {

/// Sets the number of threads that an operation may use, > 0. At most as many work as the thread
/// may use CPUs at the time, and only one while other programs keep those busy. Default: OpenMP's own
/// (`OMP_NUM_THREADS`, or the number of CPUs). The results don't depend on it, to the bit. Raises
/// InvalidArgument if `count < 1`.
void set_num_threads(int count);

/// The number of threads that an operation may use.
int num_threads();

}  // namespace strata
