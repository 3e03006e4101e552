// The ops of array.hpp that are strided copies, and so are their gradients.
#include <algorithm>
#include <numeric>

#include "core/check.hpp"
#include "kernels/moving/strided.hpp"
#include "ops/inputs.hpp"
#include "ops/sum_to.hpp"
#include "strata/autodiff/record.hpp"
#include "strata/ops/array.hpp"
#include "tensor/format.hpp"

namespace strata::ops {
namespace {

using autodiff::InputGradients;
using kernels::Store;
using kernels::Strides;
using kernels::strides_of;

std::int64_t offset_of(const Shape& start, const Strides& strides) {
  std::int64_t offset = 0;
  for (int i = 0; i < start.rank(); ++i) offset += start[i] * strides[static_cast<std::size_t>(i)];
  return offset;
}

// A copy of the box of `size` elements from `start` on.
Tensor cut(const Tensor& x, const Shape& start, const Shape& size) {
  const Strides strides = strides_of(x.shape());
  Tensor box = TensorAccess::uninitialized(size);
  if (box.size() > 0) {
    kernels::copy(size, {x.data() + offset_of(start, strides), strides},
                  {TensorAccess::data(box), strides_of(size)});
  }
  return box;
}

// Copies `box` into `whole`, an array of `shape`, at `start`.
void paste(const Tensor& box, float* whole, const Shape& shape, const Shape& start,
           Store store = Store::assign) {
  if (box.size() == 0) return;
  const Strides strides = strides_of(shape);
  kernels::copy(box.shape(), {box.data(), strides_of(box.shape())},
                {whole + offset_of(start, strides), strides}, store);
}

Tensor permuted(const Tensor& x, const std::vector<int>& axes) {
  const Strides strides = strides_of(x.shape());
  Shape shape;
  Strides from{};
  for (std::size_t i = 0; i < axes.size(); ++i) {
    shape.append(x.shape()[axes[i]]);
    from[i] = strides[static_cast<std::size_t>(axes[i])];
  }
  Tensor result = TensorAccess::uninitialized(shape);
  kernels::copy(shape, {x.data(), from}, {TensorAccess::data(result), strides_of(shape)});
  return result;
}

// The order of the axes, counted from the front.
std::vector<int> resolved_order(const Tensor& x, const std::vector<int>& axes) {
  std::vector<int> order(static_cast<std::size_t>(x.rank()));
  std::iota(order.rbegin(), order.rend(), 0);
  if (axes.empty()) return order;
  std::vector<int> given;
  for (const int axis : axes) given.push_back(axis < 0 ? axis + x.rank() : axis);
  check<ShapeError>(std::is_permutation(given.begin(), given.end(), order.begin(), order.end()),
                    "ops::transpose",
                    "axes must name each axis once. Received: axes=[{}], shape={}.",
                    fmt::join(axes, ", "), x.shape());
  return given;
}

}  // namespace

Tensor transpose(const Tensor& x, const std::vector<int>& axes) {
  check_defined("ops::transpose", x);
  const std::vector<int> order = resolved_order(x, axes);
  return record_unary("ops::transpose", permuted(x, order), x, [order](const Tensor& gradient) {
    std::vector<int> inverse(order.size());
    for (std::size_t i = 0; i < order.size(); ++i)
      inverse[static_cast<std::size_t>(order[i])] = static_cast<int>(i);
    return permuted(gradient, inverse);
  });
}

Tensor broadcast_to(const Tensor& x, const Shape& shape) {
  constexpr const char* kWho = "ops::broadcast_to";
  check_defined(kWho, x);
  check<ShapeError>(x.rank() <= shape.rank() && broadcast(x.shape(), shape, kWho) == shape, kWho,
                    "an axis can only grow from extent 1. Received: from {} to {}.", x.shape(),
                    shape);
  return record_unary(kWho, repeated(x, shape), x, [original = x.shape()](const Tensor& gradient) {
    return sum_to(gradient, original);
  });
}

Tensor concatenate(const std::vector<Tensor>& tensors, int axis) {
  constexpr const char* kWho = "ops::concatenate";
  check(!tensors.empty(), kWho, "there must be at least one tensor. Received: none.");
  for (const Tensor& tensor : tensors) check_defined(kWho, tensor);
  const Shape& first = tensors.front().shape();
  const int at = first.axis(axis, kWho);
  std::vector<const Tensor*> inputs;
  std::vector<Shape> shapes;
  std::int64_t extent = 0;
  for (const Tensor& tensor : tensors) {
    check<ShapeError>(tensor.rank() == first.rank() && tensor.shape().with(at, first[at]) == first,
                      kWho, "the shapes must agree but for axis {}. Received: {} and {}.", axis,
                      first, tensor.shape());
    std::int64_t joined = 0;
    const bool fits = !__builtin_add_overflow(extent, tensor.shape()[at], &joined);
    check<ShapeError>(
        fits, kWho,
        "the joined extent must fit 64 bits. Received: shape={} after {} along axis {}.",
        tensor.shape(), extent, axis);
    extent = joined;
    inputs.push_back(&tensor);
    shapes.push_back(tensor.shape());
  }
  Tensor result = TensorAccess::uninitialized(first.with(at, extent));
  Shape start = Shape(std::vector<std::int64_t>(static_cast<std::size_t>(first.rank()), 0));
  for (const Tensor& tensor : tensors) {
    paste(tensor, TensorAccess::data(result), result.shape(), start);
    start[at] += tensor.shape()[at];
  }
  return autodiff::record(
      kWho, std::move(result), inputs,
      [shapes, at](const Tensor& gradient, InputGradients& gradients) {
        Shape from(std::vector<std::int64_t>(static_cast<std::size_t>(gradient.rank()), 0));
        for (std::size_t i = 0; i < shapes.size(); ++i) {
          const int input = static_cast<int>(i);
          if (gradients.wanted(input)) gradients.add(input, cut(gradient, from, shapes[i]));
          from[at] += shapes[i][at];
        }
      });
}

Tensor stack(const std::vector<Tensor>& tensors, int axis) {
  constexpr const char* kWho = "ops::stack";
  check(!tensors.empty(), kWho, "there must be at least one tensor. Received: none.");
  for (const Tensor& tensor : tensors) {
    check_defined(kWho, tensor);
    check<ShapeError>(tensor.shape() == tensors.front().shape(), kWho,
                      "the shapes must be the same. Received: {} and {}.", tensors.front().shape(),
                      tensor.shape());
  }
  const int rank = tensors.front().rank() + 1;
  check<ShapeError>(axis >= -rank && axis < rank, kWho,
                    "axis must lie in [-{0}, {0}). Received: axis={1}, shape={2}.", rank, axis,
                    tensors.front().shape());
  std::vector<Tensor> expanded;
  for (const Tensor& tensor : tensors) expanded.push_back(expand_dims(tensor, axis));
  return concatenate(expanded, axis);
}

Tensor slice(const Tensor& x, const Shape& start, const Shape& size) {
  constexpr const char* kWho = "ops::slice";
  check_defined(kWho, x);
  bool fits = start.rank() == x.rank() && size.rank() == x.rank();
  Shape extents = size;
  for (int i = 0; fits && i < x.rank(); ++i) {
    if (size[i] == -1) extents[i] = x.shape()[i] - start[i];
    fits = start[i] >= 0 && extents[i] >= 0 && start[i] <= x.shape()[i] &&
           extents[i] <= x.shape()[i] - start[i];
  }
  check<ShapeError>(fits, kWho,
                    "start and size must name a part of each axis. Received: start=[{}], "
                    "size=[{}], shape={}.",
                    fmt::join(start, ", "), fmt::join(size, ", "), x.shape());
  return autodiff::record(
      kWho, cut(x, start, extents), {x},
      [start, shape = x.shape()](const Tensor& gradient, InputGradients& inputs) {
        if (float* sum = inputs.accumulated(0))
          return paste(gradient, sum, shape, start, Store::add);
        Tensor whole = zeros(shape);
        paste(gradient, TensorAccess::data(whole), shape, start);
        inputs.add(0, std::move(whole));
      });
}

Tensor pad(const Tensor& x, const std::vector<std::pair<std::int64_t, std::int64_t>>& padding,
           float value) {
  constexpr const char* kWho = "ops::pad";
  check_defined(kWho, x);
  check<ShapeError>(static_cast<int>(padding.size()) == x.rank(), kWho,
                    "there must be one pair an axis. Received: {} pairs, shape={}.", padding.size(),
                    x.shape());
  Shape start;
  Shape shape;
  for (const auto& [before, after] : padding) {
    check<ShapeError>(before >= 0 && after >= 0, kWho,
                      "padding must not be negative. Received: ({}, {}) for axis {}.", before,
                      after, start.rank());
    std::int64_t extent = x.shape()[start.rank()];
    check<ShapeError>(!__builtin_add_overflow(extent, before, &extent) &&
                          !__builtin_add_overflow(extent, after, &extent),
                      kWho, "a padded extent must fit 64 bits. Received: ({}, {}) for axis {}.",
                      before, after, start.rank());
    shape.append(extent);
    start.append(before);
  }
  Tensor result = full(shape, value);
  paste(x, TensorAccess::data(result), shape, start);
  return record_unary(kWho, std::move(result), x,
                      [start, original = x.shape()](const Tensor& gradient) {
                        return cut(gradient, start, original);
                      });
}

}  // namespace strata::ops
