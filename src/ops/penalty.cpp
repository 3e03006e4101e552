// The penalty as a recorded op, whose gradient is computed with the value where it will be needed.
#include "ops/penalty.hpp"

#include <algorithm>
#include <cmath>

#include "autodiff/deferred_gradient.hpp"
#include "core/check.hpp"
#include "kernels/weights/penalty.hpp"
#include "ops/penalties_apart.hpp"

namespace strata::ops {

// penalty(x) = l1 Σ|x| + l2 Σx²,   d/dx = l1 sign(x) + 2 l2 x
Tensor penalty(const Tensor& x, PenaltyFactors factors) {
  check(x.defined(), "penalty", "the tensor must be defined. Received: an undefined tensor.");
  if (factors.l1 == 0.0f && factors.l2 == 0.0f) return 0.0f;
  // A weight's penalty is usually a term of the loss as it is: its gradient's factor is 1. With
  // `PenaltiesApart` it is usually not needed at all.
  const Tensor* const inputs[] = {&x};
  Tensor whole;
  if (!PenaltiesApart::alive() && x.trace().is_read() && autodiff::recording(inputs))
    whole = TensorAccess::uninitialized(x.shape());
  float* const gradient = whole.defined() ? TensorAccess::data(whole) : nullptr;
  const Tensor value = kernels::penalty(x.size(), x.data(), factors, gradient);
  return autodiff::record(
      "penalty", value, {x},
      [x, factors, whole](const Tensor& upstream, autodiff::InputGradients& gradients) {
        const float share = upstream.item();
        if (PenaltiesApart::leaves_out(x, share, factors)) return;
        const PenaltyFactors scaled{.l1 = share * factors.l1, .l2 = share * factors.l2};
        const auto add_to_sample = [=](std::int64_t sample, float* to) {
          const std::int64_t size = x.size() / x.shape()[0];
          kernels::add_penalty_gradient(size, x.data() + sample * size, scaled, to);
        };
        if (autodiff::add_to_deferred(gradients, 0, add_to_sample)) return;
        if (float* sum = gradients.accumulated(0)) {
          kernels::add_penalty_gradient(x.size(), x.data(), scaled, sum);
        } else if (whole.defined() && share == 1.0f) {
          gradients.add(0, whole);
        } else {
          Tensor fresh = TensorAccess::uninitialized(x.shape());
          kernels::penalty_gradient(x.size(), x.data(), scaled, TensorAccess::data(fresh));
          gradients.add(0, std::move(fresh));
        }
      });
}

}  // namespace strata::ops
