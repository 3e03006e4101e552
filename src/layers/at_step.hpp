// One step of a batch of sequences, for layers that go over them step by step.
#pragma once

#include <cstdint>

#include "strata/ops/array.hpp"
#include "strata/tensor/tensor.hpp"

namespace strata::layers {

/// `(batch, …)` of `(batch, steps, …)`; undefined if there are no sequences.
inline Tensor at_step(const Tensor& sequences, std::int64_t step) {
  if (!sequences.defined()) return {};
  const Shape& shape = sequences.shape();
  Shape start;
  for (int axis = 0; axis < shape.rank(); ++axis) start.append(axis == 1 ? step : 0);
  return ops::reshape(ops::slice(sequences, start, shape.with(1, 1)), shape.without(1));
}

}  // namespace strata::layers
