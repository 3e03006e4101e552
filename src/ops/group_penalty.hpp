// The penalty on the norms of groups of weights.
#pragma once

#include "kernels/weights/groups.hpp"
#include "strata/tensor/tensor.hpp"

namespace strata::ops {

using kernels::GroupLayout;

/// `factor * sqrt(elements of a group) * Σ_g ‖x_g‖ + l1 * Σ|x|`, a scalar; a factor of 0 leaves its
/// term out.
Tensor group_penalty(const Tensor& x, const GroupLayout& layout, float factor, float l1);

}  // namespace strata::ops
