// Penalties on the norms of groups of weights, over plain arrays.
#pragma once

#include <cstdint>

namespace strata::kernels {

/// An array of five axes, row by row, whose elements belong to the same group if they agree in the
/// two kept axes.
struct GroupLayout {
  std::int64_t outermost = 1;  ///< summed over
  std::int64_t kept_outer = 1;
  std::int64_t between = 1;  ///< summed over
  std::int64_t kept_inner = 1;
  std::int64_t innermost = 1;  ///< summed over

  std::int64_t groups() const { return kept_outer * kept_inner; }
  std::int64_t group_size() const { return outermost * between * innermost; }
  std::int64_t size() const { return groups() * group_size(); }
};

/// The norm of each group, and their sum, which is returned.
double group_norms(const GroupLayout& layout, const float* x, float* norms);

/// `gradient (+)= scale * x / norm of its group + l1 * sign(x)`; the first term is 0 where the norm
/// is. It is added to what is there if `add`.
void group_gradient(const GroupLayout& layout, const float* x, const float* norms, float scale,
                    float l1, float* gradient, bool add);

/// Replaces x by `argmin_w ½ Σ (w_i - x_i)² / t_i + factor Σ_g ‖w_g‖`, where t_i is `steps[i]`, or
/// `step` of all if that is null.
void group_proximal(const GroupLayout& layout, double factor, double step, const float* steps,
                    float* x);

}  // namespace strata::kernels
