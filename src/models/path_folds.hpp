// The runs of a regularization path: over all data, and over all but each fold.
#pragma once

#include <vector>

#include "strata/models/regularization_path.hpp"

namespace strata::models {

/// What one run is trained on, and what its losses are taken of.
struct FoldData {
  Tensors x;
  Tensors y;
  Tensor sample_weight;
  ValidationData held_out;  // empty: the run over all data beside folds
  bool counts = true;       // whether its losses are a fold's
};

/// The run over all data first, since it takes longest. Raises InvalidArgument on bad folds.
std::vector<FoldData> all_runs(const Tensors& x, const Tensors& y,
                               const RegularizationPathOptions& options);

}  // namespace strata::models
