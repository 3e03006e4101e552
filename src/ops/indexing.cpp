// The part of array.hpp that takes indices.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/check.hpp"
#include "core/parallel.hpp"
#include "ops/inputs.hpp"
#include "strata/autodiff/record.hpp"
#include "strata/ops/array.hpp"
#include "tensor/format.hpp"

namespace strata::ops {
namespace {

std::vector<std::int64_t> checked_indices(const char* who, const Tensor& indices,
                                          std::int64_t extent) {
  std::vector<std::int64_t> result;
  result.reserve(static_cast<std::size_t>(indices.size()));
  for (const float value : indices.values()) {
    check(value >= 0.0f && value < static_cast<float>(extent) && value == std::floor(value), who,
          "indices must be whole numbers in [0, {}). Received: {} at position {}.", extent, value,
          result.size());
    result.push_back(static_cast<std::int64_t>(value));
  }
  return result;
}

// `x` as (outer, extent, inner): what lies in front of, along and behind one axis.
struct Blocks {
  std::int64_t outer = 1;
  std::int64_t extent;
  std::int64_t inner = 1;

  Blocks(const Shape& shape, int axis) : extent(shape[axis]) {
    for (int i = 0; i < axis; ++i) outer *= shape[i];
    for (int i = axis + 1; i < shape.rank(); ++i) inner *= shape[i];
  }
};

// Copies a row of floats; short rows in blocks of fixed size, since a call of memcpy would take
// longer.
void copy_row(std::int64_t count, const float* from, float* to) {
  constexpr std::int64_t kBlock = 4;
  constexpr std::int64_t kShort = 32;
  if (count < kBlock || count > kShort) {
    std::copy_n(from, count, to);
    return;
  }
  for (std::int64_t i = 0; i < count; i += kBlock) {
    const std::int64_t at = std::min(i, count - kBlock);
    std::memcpy(to + at, from + at, kBlock * sizeof(float));
  }
}

void take(const Blocks& blocks, const std::vector<std::int64_t>& indices, const float* from,
          float* to) {
  const auto count = static_cast<std::int64_t>(indices.size());
  const std::int64_t inner = blocks.inner;
  parallel_for(blocks.outer * count, inner, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end;) {  // rows of one outer index
      const std::int64_t place = i % count;
      const std::int64_t* index = indices.data() + place;
      const std::int64_t length = std::min(count - place, end - i);
      const float* source = from + i / count * blocks.extent * inner;
      float* target = to + i * inner;
      if (inner == 1) {
        for (std::int64_t k = 0; k < length; ++k) target[k] = source[index[k]];
      } else {
        for (std::int64_t k = 0; k < length; ++k)
          copy_row(inner, source + index[k] * inner, target + k * inner);
      }
      i += length;
    }
  });
}

// Indices may repeat, so the rows of one outer index are added one after another. Threads share the
// outer indices or, if there are more of them, the columns.
void add_back(const Blocks& blocks, const std::vector<std::int64_t>& indices, const float* from,
              float* to) {
  const auto count = static_cast<std::int64_t>(indices.size());
  const std::int64_t inner = blocks.inner;
  const auto add = [&](std::int64_t outer, std::int64_t begin, std::int64_t end) {
    const float* term = from + outer * count * inner;
    float* block = to + outer * blocks.extent * inner;
    for (const std::int64_t index : indices) {
      float* sum = block + index * inner;
      for (std::int64_t j = begin; j < end; ++j) sum[j] += term[j];
      term += inner;
    }
  };
  if (blocks.outer >= inner) {
    return parallel_for(blocks.outer, count * inner, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t outer = begin; outer < end; ++outer) add(outer, 0, inner);
    });
  }
  parallel_for(inner, blocks.outer * count, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t outer = 0; outer < blocks.outer; ++outer) add(outer, begin, end);
  });
}

Shape gathered_shape(const Shape& shape, const Shape& indices, int axis) {
  Shape result;
  for (int i = 0; i < axis; ++i) result.append(shape[i]);
  for (const std::int64_t extent : indices) result.append(extent);
  for (int i = axis + 1; i < shape.rank(); ++i) result.append(shape[i]);
  return result;
}

}  // namespace

Tensor gather(const Tensor& x, const Tensor& indices, int axis) {
  constexpr const char* kWho = "ops::gather";
  check_defined(kWho, x);
  check_defined(kWho, indices);
  const int at = x.shape().axis(axis, kWho);
  const Blocks blocks(x.shape(), at);
  std::vector<std::int64_t> rows = checked_indices(kWho, indices, blocks.extent);
  Tensor result = TensorAccess::uninitialized(gathered_shape(x.shape(), indices.shape(), at));
  take(blocks, rows, x.data(), TensorAccess::data(result));
  return autodiff::record(kWho, std::move(result), {x},
                          [blocks, rows = std::move(rows), shape = x.shape()](
                              const Tensor& gradient, autodiff::InputGradients& inputs) {
                            if (float* sum = inputs.accumulated(0))
                              return add_back(blocks, rows, gradient.data(), sum);
                            Tensor fresh = zeros(shape);
                            add_back(blocks, rows, gradient.data(), TensorAccess::data(fresh));
                            inputs.add(0, std::move(fresh));
                          });
}

Tensor one_hot(const Tensor& indices, std::int64_t classes) {
  constexpr const char* kWho = "ops::one_hot";
  check_defined(kWho, indices);
  check(classes >= 1, kWho, "classes must be at least 1. Received: classes={}.", classes);
  const std::vector<std::int64_t> places = checked_indices(kWho, indices, classes);
  Shape shape = indices.shape();
  shape.append(classes);
  Tensor result = zeros(shape);
  float* row = TensorAccess::data(result);
  for (const std::int64_t place : places) {
    row[place] = 1.0f;
    row += classes;
  }
  return result;
}

}  // namespace strata::ops
