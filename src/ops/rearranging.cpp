// The ops of array.hpp that cut tensors in parts and join them in another way, written in slices,
// broadcasts and joins.
#include <algorithm>

#include "core/check.hpp"
#include "ops/inputs.hpp"
#include "ops/part_of.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/elementwise.hpp"
#include "tensor/format.hpp"

namespace strata::ops {
namespace {

// x where `keeps(column - row)`, zeros elsewhere.
template <class Keeps>
Tensor band(const char* who, const Tensor& x, Keeps keeps) {
  check_defined(who, x);
  check<ShapeError>(x.rank() >= 2, who,
                    "x must be matrices, of rank 2 or more. Received: shape={}.", x.shape());
  const std::int64_t rows = x.shape()[x.rank() - 2];
  const std::int64_t columns = x.shape().back();
  Tensor mask = TensorAccess::uninitialized({rows, columns});
  float* out = TensorAccess::data(mask);
  for (std::int64_t row = 0; row < rows; ++row) {
    for (std::int64_t column = 0; column < columns; ++column)
      *out++ = keeps(column - row) ? 1.0f : 0.0f;
  }
  return where(mask, x, 0.0f);
}

}  // namespace

std::vector<Tensor> detail::split_evenly(const Tensor& x, std::int64_t sections, int axis) {
  constexpr const char* kWho = "ops::split";
  check_defined(kWho, x);
  const std::int64_t extent = x.shape()[x.shape().axis(axis, kWho)];
  check<ShapeError>(sections > 0 && extent % sections == 0, kWho,
                    "the axis must be a multiple of the sections, > 0. Received: sections={}, "
                    "shape={}, axis={}.",
                    sections, x.shape(), axis);
  std::vector<std::int64_t> indices;
  for (std::int64_t i = 1; i < sections; ++i) indices.push_back(i * (extent / sections));
  return split(x, indices, axis);
}

std::vector<Tensor> split(const Tensor& x, const std::vector<std::int64_t>& indices, int axis) {
  constexpr const char* kWho = "ops::split";
  check_defined(kWho, x);
  const int at = x.shape().axis(axis, kWho);
  const std::int64_t extent = x.shape()[at];
  std::vector<Tensor> parts;
  std::int64_t begin = 0;
  for (const std::int64_t index : indices) {
    check<ShapeError>(index >= begin && index <= extent, kWho,
                      "indices must ascend within the axis. Received: index {} after {}, shape={}, "
                      "axis={}.",
                      index, begin, x.shape(), axis);
    parts.push_back(part_of(x, at, begin, index));
    begin = index;
  }
  parts.push_back(part_of(x, at, begin, extent));
  return parts;
}

std::vector<Tensor> unstack(const Tensor& x, std::optional<std::int64_t> num, int axis) {
  constexpr const char* kWho = "ops::unstack";
  check_defined(kWho, x);
  const int at = x.shape().axis(axis, kWho);
  const std::int64_t extent = x.shape()[at];
  check<ShapeError>(num.value_or(extent) == extent, kWho,
                    "num must be the extent of the axis. Received: num={}, shape={}, axis={}.",
                    num.value_or(extent), x.shape(), axis);
  std::vector<Tensor> slices;
  for (std::int64_t i = 0; i < extent; ++i) slices.push_back(squeeze(part_of(x, at, i, i + 1), at));
  return slices;
}

// An axis at a time: (outer, 1, rest) is broadcast to (outer, repeats, rest).
Tensor tile(const Tensor& x, const std::vector<std::int64_t>& repeats) {
  constexpr const char* kWho = "ops::tile";
  check_defined(kWho, x);
  for (const std::int64_t times : repeats)
    check(times >= 0, kWho, "repeats must not be negative. Received: {}.", times);
  const int rank = std::max(x.rank(), static_cast<int>(repeats.size()));
  check<ShapeError>(rank <= Shape::kMaxRank, kWho, "there can be at most {} axes. Received: {}.",
                    Shape::kMaxRank, rank);
  const int missing = rank - x.rank();
  const int without_repeats = rank - static_cast<int>(repeats.size());
  Shape shape;
  for (int i = 0; i < rank; ++i) shape.append(i < missing ? 1 : x.shape()[i - missing]);
  Tensor result = reshape(x, shape);
  for (int axis = without_repeats; axis < rank; ++axis) {
    const std::int64_t times = repeats[static_cast<std::size_t>(axis - without_repeats)];
    if (times == 1) continue;
    std::int64_t outer = 1;
    for (int i = 0; i < axis; ++i) outer *= result.shape()[i];
    const std::int64_t rest = outer == 0 ? 0 : result.size() / outer;
    std::int64_t extent = 0;
    check<ShapeError>(!__builtin_mul_overflow(result.shape()[axis], times, &extent), kWho,
                      "the tiled extent must fit 64 bits. Received: repeats={}, shape={}.", times,
                      x.shape());
    const Shape tiled = result.shape().with(axis, extent);
    result = broadcast_to(reshape(result, {outer, 1, rest}), {outer, times, rest});
    result = reshape(result, tiled);
  }
  return result;
}

Tensor roll(const Tensor& x, std::int64_t shift, std::optional<int> axis) {
  constexpr const char* kWho = "ops::roll";
  check_defined(kWho, x);
  if (!axis) return reshape(roll(reshape(x, {-1}), shift, 0), x.shape());
  const int at = x.shape().axis(*axis, kWho);
  const std::int64_t extent = x.shape()[at];
  if (extent == 0) return x;
  const std::int64_t start = (extent - shift % extent) % extent;  // the index that comes first
  if (start == 0) return x;
  return concatenate({part_of(x, at, start, extent), part_of(x, at, 0, start)}, at);
}

Tensor tril(const Tensor& x, std::int64_t k) {
  return band("ops::tril", x, [k](std::int64_t diagonal) { return diagonal <= k; });
}

Tensor triu(const Tensor& x, std::int64_t k) {
  return band("ops::triu", x, [k](std::int64_t diagonal) { return diagonal >= k; });
}

}  // namespace strata::ops
