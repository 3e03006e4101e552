// Keeps the gradients of weights' L1 and L2 penalties out of a tape's sweep, for an optimizer that adds
// them in its own pass over the weights.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "ops/penalty.hpp"
#include "strata/tensor/variable.hpp"

namespace strata::ops {

/// While one lives, penalties computed on this thread don't compute their gradients beforehand; from
/// `begin` on, sweeps on this thread leave them out, and `missing` tells what is missing. The
/// innermost one counts.
class PenaltiesApart {
 public:
  PenaltiesApart() : outer_(innermost_) { innermost_ = this; }
  ~PenaltiesApart() { innermost_ = outer_; }
  PenaltiesApart(const PenaltiesApart&) = delete;
  PenaltiesApart& operator=(const PenaltiesApart&) = delete;

  static bool alive() { return innermost_ != nullptr; }

  /// Penalties of the present values of these count, no others: undefined ones stand for variables
  /// whose penalties don't.
  void begin(const std::vector<Variable>& variables);
  /// `l1 sign(w) + 2 l2 w` is missing in the gradient of the variable at this place of the list.
  PenaltyFactors missing(std::size_t index) const { return weights_[index].missing; }

  /// For the penalty `factors` of x, whose upstream gradient is `upstream`: whether its gradient is
  /// left out, so that nothing is to be added. It is if x is what a variable holds, and if a finite
  /// penalty's gradient can't make a finite sum infinite.
  static bool leaves_out(const Tensor& x, float upstream, PenaltyFactors factors);

 private:
  struct Weight {
    std::uint64_t id = 0;  // that of no variable
    const float* data = nullptr;
    PenaltyFactors missing = {};
  };

  static thread_local constinit PenaltiesApart* innermost_;

  PenaltiesApart* const outer_;
  std::vector<Weight> weights_;
};

}  // namespace strata::ops
