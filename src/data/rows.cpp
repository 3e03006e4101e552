// Copies rows of a tensor, on all threads.
#include "strata/data/rows.hpp"

#include <algorithm>

#include "core/check.hpp"
#include "core/parallel.hpp"

namespace strata::data {
namespace {

// What a row costs, in additions: its floats come from memory.
std::int64_t cost_of(std::int64_t length) { return 1 + length; }

std::int64_t checked_row_count(const Tensor& x, const char* who) {
  check(x.defined(), who, "x must hold an array. Received: an undefined tensor.");
  check<ShapeError>(x.rank() >= 1, who, "x must have rank >= 1. Received: shape=().");
  return x.shape().front();
}

// Rows lie anywhere in memory, so the CPU can't foresee the next one.
void prefetch(const float* row, std::int64_t length) {
  constexpr std::int64_t kLine = 16;        // floats
  constexpr std::int64_t kFarthest = 1024;  // the CPU follows long rows by itself
  constexpr int kInL2 = 2;                  // the L1 has few loads under way at a time
  for (std::int64_t i = 0; i < std::min(length, kFarthest); i += kLine) {
    __builtin_prefetch(row + i, 0, kInL2);
  }
}

}  // namespace

Tensor gather_rows(const Tensor& x, std::span<const std::int64_t> indices) {
  const std::int64_t rows = checked_row_count(x, "gather_rows");
  for (const std::int64_t index : indices) {
    check(index >= 0 && index < rows, "gather_rows",
          "indices must lie in [0, {}). Received: index={}.", rows, index);
  }
  const auto count = static_cast<std::int64_t>(indices.size());
  Tensor result = TensorAccess::uninitialized(x.shape().with(0, count));
  if (result.size() == 0) return result;
  const std::int64_t length = x.size() / rows;
  const auto row = [from = x.data(), indices, length](std::int64_t i) {
    return from + indices[static_cast<std::size_t>(i)] * length;
  };
  float* to = TensorAccess::data(result);
  parallel_for(count, cost_of(length), [=](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      if (i + 1 < count) prefetch(row(i + 1), length);
      std::copy_n(row(i), length, to + i * length);
    }
  });
  return result;
}

Tensor slice_rows(const Tensor& x, std::int64_t begin, std::int64_t end) {
  const std::int64_t rows = checked_row_count(x, "slice_rows");
  check(0 <= begin && begin <= end && end <= rows, "slice_rows",
        "the range must lie in [0, {}]. Received: begin={}, end={}.", rows, begin, end);
  Tensor result = TensorAccess::uninitialized(x.shape().with(0, end - begin));
  if (result.size() == 0) return result;
  const std::int64_t length = x.size() / rows;
  const float* from = x.data() + begin * length;
  float* to = TensorAccess::data(result);
  parallel_for(end - begin, cost_of(length), [=](std::int64_t first, std::int64_t last) {
    std::copy(from + first * length, from + last * length, to + first * length);
  });
  return result;
}

}  // namespace strata::data
