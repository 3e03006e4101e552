// Digits for where there is no MNIST: drawn here, in its shape.
#pragma once

#include <cstdint>

#include "strata/datasets/digits.hpp"

namespace strata::datasets {

struct SyntheticDigitsOptions {
  int train = 10000;       ///< Training images, >= 1.
  int test = 2000;         ///< Test images, >= 1; drawn apart, whatever the number of others.
  std::uint64_t seed = 0;  ///< Of all that is random in them.
};

/// Figures from 0 to 9 drawn as strokes, each bent, slanted, turned, scaled, moved and thickened at
/// random, on a noisy ground: whole gray values from 0 to 255, as MNIST's. A small network learns
/// them to more than 0.95, if not at once. The same seed gives the same digits.
///
/// Raises InvalidArgument if `train` or `test` is less than 1.
Digits synthetic_digits(const SyntheticDigitsOptions& options = {});

}  // namespace strata::datasets
