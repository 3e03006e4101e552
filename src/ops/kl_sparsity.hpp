// How far the mean activities of units are from a wanted one.
#pragma once

#include "strata/tensor/tensor.hpp"

namespace strata::ops {

/// `B * factor * Σ_j ρ log(ρ / a_j) + (1 - ρ) log((1 - ρ) / (1 - a_j))`, a scalar, where `a_j` is
/// the mean over all axes but the last, clipped to [1e-7, 1 - 1e-7], and B the first extent.
Tensor kl_sparsity(const Tensor& x, float factor, float rho);

}  // namespace strata::ops
