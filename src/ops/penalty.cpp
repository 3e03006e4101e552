#include "ops/penalty.hpp"

#include <algorithm>
#include <cmath>

#include "core/check.hpp"
#include "kernels/penalty.hpp"
#include "strata/autodiff/record.hpp"

namespace strata::ops {

// penalty(x) = l1 Σ|x| + l2 Σx²,   d/dx = l1 sign(x) + 2 l2 x
Tensor penalty(const Tensor& x, PenaltyFactors factors) {
  check(x.defined(), "penalty", "the tensor must be defined. Received: an undefined tensor.");
  const auto [l1, l2] = factors;
  if (l1 == 0.0f && l2 == 0.0f) return 0.0f;
  // A weight's penalty is most often summed into the loss as it is, so its gradient is known now.
  const Tensor* const inputs[] = {&x};
  Tensor whole;
  if (x.trace().is_read() && autodiff::recording(inputs))
    whole = TensorAccess::uninitialized(x.shape());
  float* const gradient = whole.defined() ? TensorAccess::data(whole) : nullptr;
  const Tensor value = kernels::penalty(x.data(), x.size(), l1, l2, gradient);
  return autodiff::record(
      "penalty", value, {x},
      [x, factors, whole](const Tensor& upstream, autodiff::InputGradients& gradients) {
        const float share = upstream.item();
        const float l1_share = share * factors.l1;
        const float l2_share = share * factors.l2;
        const auto add_to_sample = [=](std::int64_t sample, float* to) {
          const std::int64_t size = x.size() / x.shape()[0];
          kernels::add_penalty_gradient(x.data() + sample * size, size, l1_share, l2_share, to);
        };
        if (gradients.add_to_pending(0, add_to_sample)) return;
        if (float* sum = gradients.accumulated(0)) {
          kernels::add_penalty_gradient(x.data(), x.size(), l1_share, l2_share, sum);
        } else if (whole.defined() && share == 1.0f) {
          gradients.add(0, whole);
        } else {
          Tensor fresh = TensorAccess::uninitialized(x.shape());
          kernels::penalty_gradient(x.data(), x.size(), l1_share, l2_share,
                                    TensorAccess::data(fresh));
          gradients.add(0, std::move(fresh));
        }
      });
}

}  // namespace strata::ops
