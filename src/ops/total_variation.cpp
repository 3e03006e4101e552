// Total variation as a recorded op.
#include "ops/total_variation.hpp"

#include "kernels/weights/total_variation.hpp"
#include "ops/gradient_target.hpp"

namespace strata::ops {
// total_variation(x) = factor Σ|x[i+1] - x[i]|,   d/dx[i] = factor (sign(x[i] - x[i-1]) - sign(x[i+1] - x[i]))
Tensor total_variation(const Tensor& x, float factor, const std::vector<int>& axes) {
  double sum = 0.0;
  for (const int axis : axes)
    sum += kernels::total_variation(kernels::axis_view(x.shape(), axis), x.data());
  return autodiff::record(
      "total_variation", Tensor(static_cast<float>(static_cast<double>(factor) * sum)), {x},
      [x, factor, axes](const Tensor& upstream, autodiff::InputGradients& gradients) {
        GradientTarget target(gradients, 0, x.shape());
        float* const to = target.zeroed_data();
        if (to == nullptr) return;
        for (const int axis : axes) {
          kernels::add_total_variation_gradient(kernels::axis_view(x.shape(), axis), x.data(),
                                                upstream.item() * factor, to);
        }
        target.finish();
      });
}

}  // namespace strata::ops
