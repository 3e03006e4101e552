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
  if (factors.l1 == 0.0f && factors.l2 == 0.0f) return 0.0f;
  const Tensor value = kernels::penalty(x.data(), x.size(), factors.l1, factors.l2);
  return autodiff::record("penalty", value, {x},
                          [x, factors](const Tensor& gradient, autodiff::InputGradients& inputs) {
                            const float l1 = gradient.item() * factors.l1;
                            const float l2 = gradient.item() * factors.l2;
                            if (float* sum = inputs.accumulated(0)) {
                              kernels::add_penalty_gradient(x.data(), x.size(), l1, l2, sum);
                            } else {
                              Tensor fresh = TensorAccess::uninitialized(x.shape());
                              kernels::penalty_gradient(x.data(), x.size(), l1, l2,
                                                        TensorAccess::data(fresh));
                              inputs.add(0, std::move(fresh));
                            }
                          });
}

}  // namespace strata::ops
