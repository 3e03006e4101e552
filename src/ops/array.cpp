// The ops of array.hpp that make tensors or only change their shapes.
#include "strata/ops/array.hpp"

#include <algorithm>
#include <cmath>

#include "core/check.hpp"
#include "ops/inputs.hpp"
#include "strata/autodiff/record.hpp"
#include "tensor/format.hpp"

namespace strata::ops {
namespace {

// The same elements in another shape.
Tensor reshaped(const char* who, const Tensor& x, const Shape& shape) {
  return record_unary(who, TensorAccess::reshaped(x, shape), x,
                      [original = x.shape()](const Tensor& gradient) {
                        return TensorAccess::reshaped(gradient, original);
                      });
}

// `shape` with the extent in place of -1, if there is one.
Shape resolved(const Tensor& x, const Shape& shape) {
  constexpr const char* kWho = "ops::reshape";
  Shape result = shape;
  int unknown = -1;
  std::int64_t known = 1;
  for (int i = 0; i < shape.rank(); ++i) {
    const std::int64_t extent = shape[i];
    check<ShapeError>(extent >= 0 || (extent == Shape::kUnknown && unknown < 0), kWho,
                      "extents must not be negative, but for a single -1. Received: [{}].",
                      fmt::join(shape, ", "));
    if (extent == Shape::kUnknown) {
      unknown = i;
    } else {
      check<ShapeError>(!__builtin_mul_overflow(known, extent, &known), kWho,
                        "the extents' product must fit 64 bits. Received: [{}].",
                        fmt::join(shape, ", "));
    }
  }
  if (unknown >= 0 && known > 0 && x.size() % known == 0) result[unknown] = x.size() / known;
  check<ShapeError>(result.is_known() && result.element_count() == x.size(), kWho,
                    "the number of elements must stay the same. Received: from {} to [{}].",
                    x.shape(), fmt::join(shape, ", "));
  return result;
}

}  // namespace

Tensor zeros(const Shape& shape) { return full(shape, 0.0f); }
Tensor ones(const Shape& shape) { return full(shape, 1.0f); }

Tensor full(const Shape& shape, float value) {
  Tensor result = TensorAccess::uninitialized(shape);
  std::fill_n(TensorAccess::data(result), result.size(), value);
  return result;
}

Tensor zeros_like(const Tensor& x) {
  check_defined("ops::zeros_like", x);
  return zeros(x.shape());
}

Tensor ones_like(const Tensor& x) {
  check_defined("ops::ones_like", x);
  return ones(x.shape());
}

Tensor eye(std::int64_t rows, std::int64_t columns) {
  if (columns == -1) columns = rows;
  check<ShapeError>(rows >= 0 && columns >= 0, "ops::eye",
                    "extents must not be negative. Received: rows={}, columns={}.", rows, columns);
  Tensor result = zeros({rows, columns});
  for (std::int64_t i = 0; i < std::min(rows, columns); ++i)
    TensorAccess::data(result)[i * columns + i] = 1.0f;
  return result;
}

Tensor arange(float start, float stop, float step) {
  const double count = std::ceil((double{stop} - double{start}) / double{step});
  check(std::isfinite(count) && step != 0.0f, "ops::arange",
        "start, stop and step must be finite, and step not 0. Received: start={}, stop={}, "
        "step={}.",
        start, stop, step);
  check(count < 0x1p63, "ops::arange",
        "the number of elements must fit 64 bits. Received: start={}, stop={}, step={}.", start,
        stop, step);
  Tensor result = TensorAccess::uninitialized({static_cast<std::int64_t>(std::max(count, 0.0))});
  for (std::int64_t i = 0; i < result.size(); ++i) {
    TensorAccess::data(result)[i] =
        static_cast<float>(double{start} + static_cast<double>(i) * double{step});
  }
  return result;
}

Tensor reshape(const Tensor& x, const Shape& shape) {
  check_defined("ops::reshape", x);
  return reshaped("ops::reshape", x, resolved(x, shape));
}

Tensor expand_dims(const Tensor& x, int axis) {
  constexpr const char* kWho = "ops::expand_dims";
  check_defined(kWho, x);
  const int rank = x.rank() + 1;
  check<ShapeError>(axis >= -rank && axis < rank, kWho,
                    "axis must lie in [-{0}, {0}). Received: axis={1}, shape={2}.", rank, axis,
                    x.shape());
  const int at = axis < 0 ? axis + rank : axis;
  Shape shape;
  for (int i = 0; i < x.rank(); ++i) {
    if (i == at) shape.append(1);
    shape.append(x.shape()[i]);
  }
  if (at == x.rank()) shape.append(1);
  return reshaped(kWho, x, shape);
}

Tensor squeeze(const Tensor& x) {
  check_defined("ops::squeeze", x);
  Shape shape;
  for (const std::int64_t extent : x.shape()) {
    if (extent != 1) shape.append(extent);
  }
  return reshaped("ops::squeeze", x, shape);
}

Tensor squeeze(const Tensor& x, int axis) {
  constexpr const char* kWho = "ops::squeeze";
  check_defined(kWho, x);
  const int at = x.shape().axis(axis, kWho);
  check<ShapeError>(x.shape()[at] == 1, kWho,
                    "only an axis of extent 1 can be dropped. Received: axis={}, shape={}.", axis,
                    x.shape());
  return reshaped(kWho, x, x.shape().without(at));
}

}  // namespace strata::ops
