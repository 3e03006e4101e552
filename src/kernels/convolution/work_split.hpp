// Into how many parts a convolution's work is split, which follows from the work alone, and the
// memory that parts and workers have to themselves.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>

#include "core/parallel.hpp"
#include "kernels/convolution/convolution.hpp"
#include "strata/core/buffer.hpp"

namespace strata::kernels {

/// How many parts, at most `most`, the convolution of so many items is split into.
inline std::int64_t convolution_parts(const Convolution& convolution, std::int64_t items,
                                      std::int64_t most) {
  return product_parts(convolution.products(), items, most);
}

/// The most parts if each part writes outputs of its own.
inline std::int64_t most_output_parts(const Convolution& convolution) {
  return most_product_parts(convolution.products());
}

/// The most parts if each part has sums of its own for the whole kernel, within a limit of memory.
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

/// `count` sums per part of a loop, which are added up in order afterwards.
template <class Value>
class PartSums {
 public:
  /// No parts: nobody wants the sums.
  PartSums(std::int64_t parts, std::int64_t count)
      : parts_(parts), count_(count), sums_(scratch(parts, count * kFloatsPerValue)) {}

  /// The part's own sums, set to zero; null if there are none.
  Value* zeroed(std::int64_t part) const {
    if (parts_ == 0) return nullptr;
    Value* const own = reinterpret_cast<Value*>(sums_.data()) + part * count_;
    std::uninitialized_fill_n(own, count_, Value{});
    return own;
  }

  /// sum[i] += the first part's i-th sum + the second part's + …, if there are any.
  void add_to(float* sum) const {
    if (parts_ == 0) return;
    const auto* const values = reinterpret_cast<const Value*>(sums_.data());
    parallel_for(count_, parts_, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        Value total = values[i];
        for (std::int64_t part = 1; part < parts_; ++part) total += values[part * count_ + i];
        sum[i] += static_cast<float>(total);
      }
    });
  }

 private:
  static constexpr std::int64_t kFloatsPerValue =
      sizeof(Value) / sizeof(float);  // NOLINT(bugprone-sizeof-expression): Value is no pointer
  std::int64_t parts_;
  std::int64_t count_;
  Buffer sums_;
};

}  // namespace strata::kernels
