// What a kernel's pass needs of an optimizer's step: the gradient as it comes, and the proximal step.
#pragma once

#include "kernels/weights/optimizer.hpp"
#include "strata/tensor/tensor.hpp"

namespace strata::optimizers {

/// `step` is an `Optimizer::Step`.
template <class Step>
kernels::RawGradient raw_gradient(const Tensor& gradient, const Step& step) {
  return {gradient.data(), step.scale, step.limit, {step.missing.l1, step.missing.l2}};
}

/// `proximal` is an `Optimizer::Step`'s; `rate` is the step t, or over each element's divisor is t.
template <class Proximal>
kernels::ProximalPass proximal_pass(const Proximal& proximal, double rate) {
  return {.any = proximal.any,
          .l1 = proximal.l1,
          .l2 = proximal.l2,
          .rate = static_cast<float>(rate * static_cast<double>(proximal.scale)),
          .longest = proximal.longest,
          .steps = proximal.steps,
          .lowest = proximal.lowest,
          .highest = proximal.highest};
}

}  // namespace strata::optimizers
