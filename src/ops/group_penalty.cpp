// The penalty on groups as a recorded op: the value keeps the norms, which the gradient divides by.
#include "ops/group_penalty.hpp"

#include <cmath>

#include "kernels/weights/penalty.hpp"
#include "ops/gradient_target.hpp"
#include "ops/penalty.hpp"

namespace strata::ops {

// group_penalty(x) = c Σ ‖x_g‖ + l1 Σ|x| with c = factor √|g|,   d/dx = c x / ‖x_g‖ + l1 sign(x)
Tensor group_penalty(const Tensor& x, const GroupLayout& layout, float factor, float l1) {
  if (x.size() == 0) return 0.0f;
  if (factor == 0.0f) return penalty(x, {.l1 = l1});
  const double scale =
      static_cast<double>(factor) * std::sqrt(static_cast<double>(layout.group_size()));
  Tensor norms = TensorAccess::uninitialized({layout.groups()});
  double value = scale * kernels::group_norms(layout, x.data(), TensorAccess::data(norms));
  if (l1 != 0.0f) value += static_cast<double>(kernels::penalty(x.size(), x.data(), {.l1 = l1}));
  return autodiff::record(
      "group_penalty", Tensor(static_cast<float>(value)), {x},
      [x, layout, norms, scale, l1](const Tensor& upstream, autodiff::InputGradients& gradients) {
        GradientTarget target(gradients, 0, x.shape());
        if (target.data() == nullptr) return;
        const float share = upstream.item();
        kernels::group_gradient(layout, x.data(), norms.data(), share * static_cast<float>(scale),
                                share * l1, target.data(), !target.fresh());
        target.finish();
      });
}

}  // namespace strata::ops
