// Random inputs for gradient checks and properties.
#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "strata/ops/reduction.hpp"
#include "strata/tensor/random.hpp"
#include "strata/tensor/tensor.hpp"

namespace strata::testing {

/// Uniform in [low, high), the same on every run.
inline Tensor sample(const Shape& shape, float low = -1.0f, float high = 1.0f,
                     std::uint64_t seed = 0) {
  return random::Generator(seed + 1).uniform(shape, low, high);
}

/// No two elements, and no element and 0, are nearer to each other than 0.05: off the kinks of
/// abs, relu, max and the like.
inline Tensor spread_sample(const Shape& shape, std::uint64_t seed = 0) {
  random::Generator generator(seed + 1);
  const std::int64_t count = shape.element_count();
  std::vector<float> values;
  for (const std::int64_t place : generator.permutation(count))
    values.push_back(0.05f * (static_cast<float>(place - count / 2) + 0.5f));
  return {shape, values};
}

/// Every choice of axes of a tensor of rank 3, counted from either end.
inline std::vector<ops::Axes> axes_of_rank_3() {
  return {{}, 0, 1, 2, -1, {0, 1}, {0, 2}, {-2, -1}, {0, 1, 2}, std::vector<int>{}};
}

}  // namespace strata::testing
