// How convolutions are spread over threads: over a number of parts that follows from the work.
#pragma once

#include <algorithm>
#include <cstdint>

#include "core/parallel.hpp"
#include "kernels/convolution.hpp"
#include "strata/core/buffer.hpp"

namespace strata::kernels {

/// How many parts are worth a thread's while.
inline std::int64_t worthwhile_parts(const Convolution& convolution, std::int64_t items,
                                     std::int64_t most) {
  return product_parts(convolution.products(), items, most);
}

/// The most parts if each part writes its own outputs.
inline std::int64_t most_outcomes(const Convolution& convolution) {
  return most_product_parts(convolution.products());
}

/// How many parts may sum up a kernel's gradient, each on its own, without taking too much memory.
inline std::int64_t most_kernel_sums(const Convolution& convolution) {
  constexpr std::int64_t kMost = 16;
  constexpr std::int64_t kWorthASum = 1 << 27;
  constexpr std::int64_t kFloats = 1 << 24;  // in all of them together
  return std::clamp<std::int64_t>(kFloats / convolution.kernel_size(), 4,
                                  most_parts(convolution.products(), kMost, kWorthASum));
}

inline Buffer scratch(std::int64_t parts, std::int64_t floats) {
  return Buffer::uninitialized(static_cast<std::size_t>(parts * floats));
}

/// sum[i] += parts[0][i] + parts[1][i] + …, in this order.
template <class Value>
void add_parts(std::int64_t parts, std::int64_t count, const Value* values, float* sum) {
  parallel_for(count, parts, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      Value total = values[i];
      for (std::int64_t part = 1; part < parts; ++part) total += values[part * count + i];
      sum[i] += static_cast<float>(total);
    }
  });
}

}  // namespace strata::kernels
