// The divergence of mean activities as a recorded op: its gradient is the same in every row.
#include "ops/kl_sparsity.hpp"

#include <algorithm>
#include <cmath>

#include "core/parallel.hpp"
#include "kernels/reduction/reduction.hpp"
#include "ops/gradient_target.hpp"

namespace strata::ops {

// kl_sparsity(x): of a_j the derivative is B factor ((1 - ρ) / (1 - a_j) - ρ / a_j), 0 where a_j is
// clipped; each element has a share of 1 / rows in a_j.
Tensor kl_sparsity(const Tensor& x, float factor, float rho) {
  if (x.size() == 0) return 0.0f;
  constexpr double kLeast = 1e-7;
  const std::int64_t units = x.shape().back();
  const std::int64_t rows = x.size() / units;
  Tensor slopes = TensorAccess::uninitialized({units});  // the means, at first
  float* const slope = TensorAccess::data(slopes);
  kernels::sum({1, rows, units}, x.data(), 1.0 / static_cast<double>(rows), slope);
  const auto wanted = static_cast<double>(rho);
  const double scale = static_cast<double>(factor) * static_cast<double>(x.shape().front());
  double value = 0.0;
  for (std::int64_t j = 0; j < units; ++j) {
    const auto mean = static_cast<double>(slope[j]);
    const double a = std::clamp(mean, kLeast, 1.0 - kLeast);
    value += wanted * std::log(wanted / a) + (1.0 - wanted) * std::log((1.0 - wanted) / (1.0 - a));
    const bool clipped = mean < kLeast || mean > 1.0 - kLeast;
    const double derivative = clipped ? 0.0 : (1.0 - wanted) / (1.0 - a) - wanted / a;
    slope[j] = static_cast<float>(scale * derivative / static_cast<double>(rows));
  }
  return autodiff::record("kl_sparsity", Tensor(static_cast<float>(scale * value)), {x},
                          [shape = x.shape(), rows, units, slopes](
                              const Tensor& upstream, autodiff::InputGradients& gradients) {
                            GradientTarget target(gradients, 0, shape);
                            float* const to = target.zeroed_data();
                            if (to == nullptr) return;
                            const float share = upstream.item();
                            const float* const from = slopes.data();
                            parallel_for(rows, units, [=](std::int64_t begin, std::int64_t end) {
                              for (std::int64_t row = begin; row < end; ++row) {
                                for (std::int64_t j = 0; j < units; ++j)
                                  to[row * units + j] += share * from[j];
                              }
                            });
                            target.finish();
                          });
}

}  // namespace strata::ops
