// Elements of the last axis at indices that are known beforehand.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "strata/tensor/tensor.hpp"

namespace strata::ops {

/// Indices that follow each other.
struct IndexRun {
  std::int64_t first;
  std::int64_t count;
};

/// The fewest runs that are these indices, in their order.
std::vector<IndexRun> runs_of(const std::vector<int>& indices);

/// `gather(x, indices, -1)`, of indices that are checked already. A run is copied as a whole.
Tensor pick_runs(const Tensor& x, const std::shared_ptr<const std::vector<IndexRun>>& runs);

}  // namespace strata::ops
