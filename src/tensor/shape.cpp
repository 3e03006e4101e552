// Shape: checks of extents and axes, and its text.
#include "strata/tensor/shape.hpp"

#include <algorithm>
#include <ostream>

#include "core/check.hpp"
#include "tensor/format.hpp"

namespace strata {
namespace {

void check_rank(std::size_t rank) {
  check<ShapeError>(rank <= Shape::kMaxRank, "Shape",
                    "at most {} axes are supported. Received: {}.", Shape::kMaxRank, rank);
}

}  // namespace

Shape::Shape(std::initializer_list<std::int64_t> extents)
    : rank_(static_cast<int>(extents.size())) {
  check_rank(extents.size());
  std::copy(extents.begin(), extents.end(), extents_);
}

Shape::Shape(const std::vector<std::int64_t>& extents) : rank_(static_cast<int>(extents.size())) {
  check_rank(extents.size());
  std::copy(extents.begin(), extents.end(), extents_);
}

std::int64_t Shape::no_extent(const char* who) {
  raise<ShapeError>(who, "the shape must have an axis. Received: shape={}.", Shape());
}

std::int64_t Shape::element_count() const {
  std::int64_t count = 1;
  for (const std::int64_t extent : *this) {
    check<ShapeError>(
        extent >= 0 && !__builtin_mul_overflow(count, extent, &count), "Shape",
        "extents must not be negative and their product must fit 64 bits. Received: shape={}.",
        *this);
  }
  return count;
}

bool Shape::is_known() const {
  return std::all_of(begin(), end(), [](std::int64_t extent) { return extent >= 0; });
}

int Shape::axis(int axis, const char* who) const {
  check<ShapeError>(axis >= -rank_ && axis < rank_, who,
                    "axis must lie in [-{0}, {0}) for rank {0}. Received: axis={1}, shape={2}.",
                    rank_, axis, *this);
  return axis < 0 ? axis + rank_ : axis;
}

Shape Shape::with(int axis, std::int64_t extent) const {
  Shape result = *this;
  result[axis] = extent;
  return result;
}

Shape Shape::without(int axis) const {
  Shape result;
  for (int i = 0; i < rank_; ++i) {
    if (i != axis) result.append(extents_[i]);
  }
  return result;
}

void Shape::append(std::int64_t extent) {
  check_rank(static_cast<std::size_t>(rank_) + 1);
  extents_[rank_++] = extent;
}

bool operator==(const Shape& a, const Shape& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

std::string to_string(const Shape& shape) {
  std::string text = "(";
  for (int i = 0; i < shape.rank(); ++i) {
    if (i > 0) text += ", ";
    text += shape[i] == Shape::kUnknown ? "None" : std::to_string(shape[i]);
  }
  return text + (shape.rank() == 1 ? ",)" : ")");
}

std::ostream& operator<<(std::ostream& output, const Shape& shape) {
  return output << to_string(shape);
}

Shape broadcast(const Shape& a, const Shape& b, const char* who) {
  const Shape& longer = a.rank() >= b.rank() ? a : b;
  const Shape& shorter = a.rank() >= b.rank() ? b : a;
  const int offset = longer.rank() - shorter.rank();
  Shape result = longer;
  for (int i = 0; i < shorter.rank(); ++i) {
    const std::int64_t one = longer[i + offset];
    const std::int64_t other = shorter[i];
    check<ShapeError>(one == other || one == 1 || other == 1, who,
                      "the shapes can't be broadcast together. Received: {} and {}.", a, b);
    result[i + offset] = one == 1 ? other : one;
  }
  return result;
}

}  // namespace strata
