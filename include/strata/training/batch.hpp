// Batch: samples that are looked at together.
#pragma once

#include "strata/tensor/tensors.hpp"

namespace strata {

/// What a step takes, and what a generator of batches gives: rows that belong together. `y` may be
/// undefined where there is no loss, `sample_weight` where all samples weigh the same.
struct Batch {
  Tensors x = {};
  Tensors y = {};
  Tensor sample_weight = {};  ///< `(n,)`, or as the loss's values.
};

}  // namespace strata
