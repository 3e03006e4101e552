// Has the BLAS compute on the threads that call it alone: loops over parts spread work over threads,
// and a BLAS that did so too would cut sums by their number. What the process has set for its own
// use of BLAS and OpenMP is left as it was.
#pragma once

namespace strata::kernels {

/// While one lives, a BLAS with threads of its own uses none of them; the number set is put back
/// after the last. The process does not fork meanwhile, since the BLAS has locks that a child
/// couldn't open. Any number of threads may have one, and one inside another.
class SingleThreadedBlas {
 public:
  SingleThreadedBlas();
  ~SingleThreadedBlas();
  SingleThreadedBlas(const SingleThreadedBlas&) = delete;
  SingleThreadedBlas& operator=(const SingleThreadedBlas&) = delete;
};

/// While one lives, a BLAS built with OpenMP takes no other threads than the one that made this;
/// neither does any other parallel region of that thread, so it belongs right around the call.
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
