// Makes the BLAS compute on the calling thread only: parallel loops already use all threads, and a
// BLAS with threads would split sums by their number. The program's own settings are preserved.
#pragma once

namespace strata::kernels {

/// While one lives, a BLAS with its own threads uses none of them; the last one to end restores the
/// number of threads that was set. A fork by another thread waits meanwhile, since the BLAS has
/// locks that a child couldn't release. Any number of threads may hold one, and they may be nested.
class SingleThreadedBlas {
 public:
  SingleThreadedBlas();
  ~SingleThreadedBlas();
  SingleThreadedBlas(const SingleThreadedBlas&) = delete;
  SingleThreadedBlas& operator=(const SingleThreadedBlas&) = delete;
};

/// While one lives, a BLAS built with OpenMP runs on the thread that made it only. The same holds
/// for any other parallel region of that thread, so its scope should be just the BLAS call.
class OpenMpForCaller {
 public:
  OpenMpForCaller();
  ~OpenMpForCaller();
  OpenMpForCaller(const OpenMpForCaller&) = delete;
  OpenMpForCaller& operator=(const OpenMpForCaller&) = delete;

 private:
  int before_;
};

}  // namespace strata::kernels
