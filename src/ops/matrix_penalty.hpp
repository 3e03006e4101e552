// Penalties on a matrix as a whole: on its singular values, and on how far it is from orthogonal.
#pragma once

#include "strata/tensor/tensor.hpp"

namespace strata::ops {

/// `factor * σ₁²` of a matrix, a scalar. Where σ₁ belongs to several vectors, the gradient is that
/// of one of them.
Tensor spectral_penalty(const Tensor& matrix, float factor);

/// `factor * Σσ` of a matrix, a scalar. Its gradient is `factor * U Vᵀ` over the singular values
/// above `max(m, n) ε σ₁`, with float's ε.
Tensor nuclear_penalty(const Tensor& matrix, float factor);

/// The same matrix, `U max(σ - threshold, 0) Vᵀ`.
Tensor shrunk_singular_values(const Tensor& matrix, double threshold);

/// `factor * ‖WᵀW - I‖²` of a matrix, by its elements; of `WWᵀ` where it has fewer rows than
/// columns.
Tensor soft_orthogonal_penalty(const Tensor& matrix, float factor);

}  // namespace strata::ops
