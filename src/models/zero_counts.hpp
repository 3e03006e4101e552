// Counts what of a weight is exactly zero.
#pragma once

#include <string>

#include "strata/models/sparsity.hpp"
#include "strata/tensor/variable.hpp"

namespace strata {
class Layer;

namespace models {

/// The elements that are zero.
ZeroCount zeros_in(const Tensor& values);

/// The zeros of one weight, without its rank.
WeightSparsity zeros_of(const std::string& path, const Variable& weight);

/// `Model::sparsity` without ranks, which take a decomposition each.
SparsityReport zeros_of(const Layer& model);

}  // namespace models
}  // namespace strata
