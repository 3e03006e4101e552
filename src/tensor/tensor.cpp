// Tensor: how its elements are allocated, shared, read back and printed.
#include "strata/tensor/tensor.hpp"

#include <algorithm>
#include <cmath>
#include <ostream>

#include "core/check.hpp"
#include "tensor/format.hpp"

namespace strata {

Tensor::Tensor(float value) {
  allocate({});
  *buffer_.data() = value;
}

Tensor::Tensor(const Shape& shape, std::initializer_list<float> values)
    : Tensor(shape, std::span<const float>(values.begin(), values.size())) {}

Tensor::Tensor(const Shape& shape, std::span<const float> values) {
  check<ShapeError>(
      shape.element_count() == static_cast<std::int64_t>(values.size()), "Tensor",
      "the number of values must be that of the shape. Received: shape={}, {} values.", shape,
      values.size());
  allocate(shape);
  std::copy(values.begin(), values.end(), buffer_.data());
}

void Tensor::allocate(const Shape& shape) {
  shape_ = shape;
  size_ = shape.element_count();
  buffer_ = Buffer::uninitialized(static_cast<std::size_t>(size_));
}

float Tensor::exact(double value) {
  check(
      std::abs(value) <= 16777216.0, "Tensor",
      "whole numbers are held as float32, which is exact up to 2^24 = 16777216. Received: {:.0f}.",
      value);
  return static_cast<float>(value);
}

void Tensor::refuse_count(const Shape& shape, std::int64_t count) {
  const std::int64_t size = shape.element_count();
  raise<ShapeError>("Tensor",
                    "an array must have as many elements as its shape says. Received: shape={}, {} "
                    "elements.",
                    shape, count > size ? "more" : fmt::format("{}", count));
}

float Tensor::item() const {
  check<ShapeError>(defined() && size_ == 1, "Tensor::item",
                    "the tensor must have exactly one element. Received: {}.",
                    defined() ? "shape=" + to_string(shape_) : "an undefined tensor");
  return *data();
}

std::string to_string(const Tensor& tensor) {
  constexpr std::size_t kShown = 8;
  if (!tensor.defined()) return "Tensor(undefined)";
  const auto values = tensor.values();
  return fmt::format("Tensor({}, [{}{}])", to_string(tensor.shape()),
                     fmt::join(values.first(std::min(values.size(), kShown)), ", "),
                     values.size() > kShown ? ", …" : "");
}

std::ostream& operator<<(std::ostream& output, const Tensor& tensor) {
  return output << to_string(tensor);
}

Tensor TensorAccess::uninitialized(const Shape& shape) {
  Tensor tensor;
  tensor.allocate(shape);
  return tensor;
}

Tensor TensorAccess::of(const Shape& shape, Buffer buffer) {
  Tensor tensor;
  tensor.buffer_ = std::move(buffer);
  tensor.size_ = shape.element_count();
  tensor.shape_ = shape;
  return tensor;
}

Tensor TensorAccess::reshaped(const Tensor& tensor, const Shape& shape) {
  Tensor result = tensor;
  result.shape_ = shape;
  result.trace_ = {};
  return result;
}

Tensor TensorAccess::traced(Tensor tensor, autodiff::Trace trace) {
  tensor.trace_ = trace;
  return tensor;
}

}  // namespace strata
