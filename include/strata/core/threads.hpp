// How many threads Strata's operations use.
#pragma once

namespace strata {

/// Sets the number of threads that an operation may use, > 0. An operation uses no more threads
/// than the calling thread may use CPUs at that time, and only one while other programs keep those
/// CPUs busy. Default: OpenMP's number if it was set (`OMP_NUM_THREADS`, `omp_set_num_threads`), or
/// else the number of CPUs at that time. The results don't depend on it, to the bit. Raises
/// InvalidArgument if `count < 1`.
void set_num_threads(int count);

/// The number of threads that an operation may use.
int num_threads();

}  // namespace strata
