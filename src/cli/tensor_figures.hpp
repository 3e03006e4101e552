// What is worth knowing of a tensor's elements, in a few figures.
#pragma once

#include <cstdint>

#include "strata/tensor/tensor.hpp"

namespace strata::cli {

/// Least, largest and mean are those of the finite elements, 0 if there are none.
struct TensorFigures {
  double min = 0.0;
  double max = 0.0;
  double mean = 0.0;
  double zeros = 0.0;           ///< the share of elements that are 0
  std::int64_t not_finite = 0;  ///< NaN and infinities
};

TensorFigures figures_of(const Tensor& tensor);

}  // namespace strata::cli
