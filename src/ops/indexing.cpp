// The ops of array.hpp that have indices among their inputs.
#include <algorithm>
#include <cstring>
#include <limits>
#include <numeric>
#include <utility>

#include "core/check.hpp"
#include "core/parallel.hpp"
#include "kernels/reduction/axis_view.hpp"
#include "ops/gradient_target.hpp"
#include "ops/inputs.hpp"
#include "strata/autodiff/record.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/elementwise.hpp"
#include "strata/ops/reduction.hpp"
#include "tensor/format.hpp"

namespace strata::ops {
namespace {

using kernels::AxisView;

std::vector<std::int64_t> checked_indices(const char* who, const Tensor& indices,
                                          std::int64_t extent) {
  std::vector<std::int64_t> result;
  result.reserve(static_cast<std::size_t>(indices.size()));
  const auto most = static_cast<float>(extent);
  for (const float value : indices.values()) {
    const bool fits = value >= 0.0f && value < most &&
                      static_cast<float>(static_cast<std::int64_t>(value)) == value;
    if (!fits) {
      raise(who, "indices must be whole numbers in [0, {}). Received: {} at position {}.", extent,
            value, result.size());
    }
    result.push_back(static_cast<std::int64_t>(value));
  }
  return result;
}

// Copies a row of floats; short ones in blocks of fixed size, faster than a call of memcpy.
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

void take(const AxisView& view, const std::vector<std::int64_t>& indices, const float* from,
          float* to) {
  const auto count = static_cast<std::int64_t>(indices.size());
  const std::int64_t inner = view.inner;
  parallel_for(view.outer * count, inner, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end;) {  // rows of one outer index
      const std::int64_t place = i % count;
      const std::int64_t* index = indices.data() + place;
      const std::int64_t length = std::min(count - place, end - i);
      const float* source = from + i / count * view.extent * inner;
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

// Indices may repeat, so the rows of one outer index are added one after another. The work is split
// by outer indices or, if there are more of them, by columns.
void add_back(const AxisView& view, const std::vector<std::int64_t>& indices, const float* from,
              float* to) {
  const auto count = static_cast<std::int64_t>(indices.size());
  const std::int64_t inner = view.inner;
  const auto add = [&](std::int64_t outer, std::int64_t begin, std::int64_t end) {
    const float* term = from + outer * count * inner;
    float* block = to + outer * view.extent * inner;
    for (const std::int64_t index : indices) {
      float* sum = block + index * inner;
      for (std::int64_t j = begin; j < end; ++j) sum[j] += term[j];
      term += inner;
    }
  };
  if (view.outer >= inner) {
    return parallel_for(view.outer, count * inner, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t outer = begin; outer < end; ++outer) add(outer, 0, inner);
    });
  }
  parallel_for(inner, view.outer * count, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t outer = 0; outer < view.outer; ++outer) add(outer, begin, end);
  });
}

Shape gathered_shape(const Shape& shape, const Shape& indices, int axis) {
  Shape result;
  for (int i = 0; i < axis; ++i) result.append(shape[i]);
  for (const std::int64_t extent : indices) result.append(extent);
  for (int i = axis + 1; i < shape.rank(); ++i) result.append(shape[i]);
  return result;
}

// The rows of `x` at these places along an axis, as a tensor of this shape.
Tensor picked(const char* who, const Tensor& x, int axis, std::vector<std::int64_t> rows,
              const Shape& shape) {
  const AxisView view = kernels::axis_view(x.shape(), axis);
  Tensor result = TensorAccess::uninitialized(shape);
  take(view, rows, x.data(), TensorAccess::data(result));
  return autodiff::record(who, std::move(result), {x},
                          [view, rows = std::move(rows), original = x.shape()](
                              const Tensor& gradient, autodiff::InputGradients& inputs) {
                            GradientTarget dx(inputs, 0, original);
                            add_back(view, rows, gradient.data(), dx.zeroed_data());
                            dx.finish();
                          });
}

// The two shapes with all axes but one broadcast to each other.
std::pair<Shape, Shape> broadcast_beside(const char* who, Shape x, Shape indices, int axis) {
  const std::int64_t extent = x[axis];
  const std::int64_t count = indices[axis];
  x[axis] = indices[axis] = 1;
  const Shape common = broadcast(x, indices, who);
  return {common.with(axis, extent), common.with(axis, count)};
}

// Calls `body(of the array, of the indices)` with the offsets of each element that an index picks.
template <class Body>
void for_each_pick(const AxisView& array, const AxisView& picks,
                   const std::vector<std::int64_t>& indices, Body body) {
  parallel_for(picks.outer, picks.extent * picks.inner, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t outer = begin; outer < end; ++outer) {
      const std::int64_t block = outer * array.extent * array.inner;
      std::int64_t at = outer * picks.extent * picks.inner;
      for (std::int64_t j = 0; j < picks.extent; ++j) {
        for (std::int64_t i = 0; i < picks.inner; ++i, ++at)
          body(block + indices[static_cast<std::size_t>(at)] * array.inner + i, at);
      }
    }
  });
}

}  // namespace

Tensor gather(const Tensor& x, const Tensor& indices, int axis) {
  constexpr const char* kWho = "ops::gather";
  check_defined(kWho, x);
  check_defined(kWho, indices);
  const int at = x.shape().axis(axis, kWho);
  std::vector<std::int64_t> rows = checked_indices(kWho, indices, x.shape()[at]);
  return picked(kWho, x, at, std::move(rows), gathered_shape(x.shape(), indices.shape(), at));
}

Tensor take_along_axis(const Tensor& x, const Tensor& indices, std::optional<int> axis) {
  constexpr const char* kWho = "ops::take_along_axis";
  check_defined(kWho, x);
  check_defined(kWho, indices);
  if (!axis) return take_along_axis(reshape(x, {-1}), reshape(indices, {-1}), 0);
  const int at = x.shape().axis(*axis, kWho);
  check<ShapeError>(x.rank() == indices.rank(), kWho,
                    "the indices must have as many axes as x. Received: x.shape={}, "
                    "indices.shape={}.",
                    x.shape(), indices.shape());
  const auto [shape, pick_shape] = broadcast_beside(kWho, x.shape(), indices.shape(), at);
  const Tensor from = broadcast_to(x, shape);
  std::vector<std::int64_t> places =
      checked_indices(kWho, broadcast_to(stop_gradient(indices), pick_shape), shape[at]);
  const AxisView array = kernels::axis_view(shape, at);
  const AxisView picks = kernels::axis_view(pick_shape, at);
  Tensor result = TensorAccess::uninitialized(pick_shape);
  for_each_pick(array, picks, places,
                [data = from.data(), out = TensorAccess::data(result)](
                    std::int64_t source, std::int64_t pick) { out[pick] = data[source]; });
  return autodiff::record(
      kWho, std::move(result), {from},
      [array, picks, places = std::move(places), shape = shape](const Tensor& gradient,
                                                                autodiff::InputGradients& inputs) {
        GradientTarget dx(inputs, 0, shape);
        for_each_pick(array, picks, places,
                      [out = dx.zeroed_data(), data = gradient.data()](
                          std::int64_t source, std::int64_t pick) { out[source] += data[pick]; });
        dx.finish();
      });
}

Tensor flip(const Tensor& x, const Axes& axes) {
  constexpr const char* kWho = "ops::flip";
  check_defined(kWho, x);
  const std::vector<bool> flipped = axes.of(x.shape(), kWho);
  Tensor result = x;
  for (int axis = 0; axis < x.rank(); ++axis) {
    if (!flipped[static_cast<std::size_t>(axis)]) continue;
    std::vector<std::int64_t> rows(static_cast<std::size_t>(x.shape()[axis]));
    std::iota(rows.rbegin(), rows.rend(), 0);
    result = picked(kWho, result, axis, std::move(rows), x.shape());
  }
  return result;
}

Tensor repeat(const Tensor& x, const std::vector<std::int64_t>& repeats, std::optional<int> axis) {
  constexpr const char* kWho = "ops::repeat";
  check_defined(kWho, x);
  if (!axis) return repeat(reshape(x, {-1}), repeats, 0);
  const int at = x.shape().axis(*axis, kWho);
  const std::int64_t extent = x.shape()[at];
  const bool one_for_all = repeats.size() == 1;
  check<ShapeError>(one_for_all || static_cast<std::int64_t>(repeats.size()) == extent, kWho,
                    "repeats must be a number, or one for each index of the axis. Received: {} "
                    "numbers, shape={}, axis={}.",
                    repeats.size(), x.shape(), *axis);
  const auto times = [&](std::int64_t i) {
    return repeats[one_for_all ? 0 : static_cast<std::size_t>(i)];
  };
  std::int64_t repeated = 0;
  for (std::int64_t i = 0; i < extent; ++i) {
    check(times(i) >= 0, kWho, "repeats must not be negative. Received: repeats={}.", times(i));
    check<ShapeError>(!__builtin_add_overflow(repeated, times(i), &repeated), kWho,
                      "the repeated extent must fit 64 bits. Received: repeats={}, shape={}.",
                      times(i), x.shape());
  }
  const Shape shape = x.shape().with(at, repeated);
  std::vector<std::int64_t> rows;
  rows.reserve(static_cast<std::size_t>(repeated));
  for (std::int64_t i = 0; i < extent; ++i)
    rows.insert(rows.end(), static_cast<std::size_t>(times(i)), i);
  return picked(kWho, x, at, std::move(rows), shape);
}

// d/d(data) = the upstream gradient's row of the segment
Tensor segment_sum(const Tensor& data, const Tensor& segment_ids,
                   std::optional<std::int64_t> num_segments) {
  constexpr const char* kWho = "ops::segment_sum";
  check_defined(kWho, data);
  check_defined(kWho, segment_ids);
  check<ShapeError>(
      data.rank() >= 1 && segment_ids.rank() == 1 && segment_ids.size() == data.shape().front(),
      kWho,
      "there must be one id for each row of data. Received: data.shape={}, "
      "segment_ids.shape={}.",
      data.shape(), segment_ids.shape());
  check(num_segments.value_or(0) >= 0, kWho,
        "num_segments must not be negative. Received: num_segments={}.", num_segments.value_or(0));
  std::vector<std::int64_t> rows = checked_indices(
      kWho, segment_ids, num_segments.value_or(std::numeric_limits<std::int64_t>::max()));
  const std::int64_t segments =
      num_segments.value_or(rows.empty() ? 0 : *std::max_element(rows.begin(), rows.end()) + 1);
  Tensor result = zeros(data.shape().with(0, segments));
  const AxisView view = kernels::axis_view(result.shape(), 0);
  add_back(view, rows, data.data(), TensorAccess::data(result));
  return record_unary(kWho, std::move(result), data,
                      [view, rows = std::move(rows), shape = data.shape()](const Tensor& gradient) {
                        Tensor back = TensorAccess::uninitialized(shape);
                        take(view, rows, gradient.data(), TensorAccess::data(back));
                        return back;
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
