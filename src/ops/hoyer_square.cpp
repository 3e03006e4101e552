// Hoyer's ratio as a recorded op, whose gradient has the form of that of L1 and L2 penalties.
#include "ops/hoyer_square.hpp"

#include "kernels/weights/penalty.hpp"
#include "ops/gradient_target.hpp"

namespace strata::ops {

// hoyer_square(x) = factor S² / Q, S = Σ|x|, Q = Σx²,   d/dx = 2 factor (S/Q) (sign(x) - (S/Q) x)
Tensor hoyer_square(const Tensor& x, float factor) {
  const auto [sum, squares] = kernels::absolute_and_squares(x.size(), x.data());
  if (squares == 0.0) return 0.0f;
  const double ratio = sum / squares;
  return autodiff::record(
      "hoyer_square", Tensor(static_cast<float>(static_cast<double>(factor) * sum * ratio)), {x},
      [x, factor, ratio](const Tensor& upstream, autodiff::InputGradients& gradients) {
        GradientTarget target(gradients, 0, x.shape());
        if (target.data() == nullptr) return;
        const double share = static_cast<double>(upstream.item()) * static_cast<double>(factor);
        const kernels::PenaltyFactors factors{.l1 = static_cast<float>(2.0 * share * ratio),
                                              .l2 = static_cast<float>(-share * ratio * ratio)};
        const auto write =
            target.fresh() ? kernels::penalty_gradient : kernels::add_penalty_gradient;
        write(x.size(), x.data(), factors, target.data());
        target.finish();
      });
}

}  // namespace strata::ops
