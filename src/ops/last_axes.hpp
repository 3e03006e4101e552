// Some axes of a tensor behind all others, so that the tensor is a matrix with them as its columns.
#pragma once

#include <cstdint>
#include <vector>

#include "strata/ops/array.hpp"
#include "strata/tensor/tensor.hpp"

namespace strata::ops {

class LastAxes {
 public:
  /// `chosen` says of each axis whether it is one of them.
  LastAxes(const Shape& shape, const std::vector<bool>& chosen) {
    for (const bool last : {false, true}) {
      for (int axis = 0; axis < shape.rank(); ++axis) {
        if (chosen[static_cast<std::size_t>(axis)] != last) continue;
        order_.push_back(axis);
        (last ? columns_ : rows_) *= shape[axis];
        if (last) extents_.append(shape[axis]);
      }
    }
    back_.resize(order_.size());
    for (std::size_t i = 0; i < order_.size(); ++i) {
      back_[static_cast<std::size_t>(order_[i])] = static_cast<int>(i);
      moves_ = moves_ || order_[i] != static_cast<int>(i);
    }
  }

  std::int64_t rows() const { return rows_; }
  std::int64_t columns() const { return columns_; }
  /// The extents of the chosen axes, in their order in the tensor.
  const Shape& extents() const { return extents_; }

  /// The tensor with the chosen axes last, and back.
  Tensor arrange(const Tensor& x) const { return moves_ ? transpose(x, order_) : x; }
  Tensor restore(const Tensor& x) const { return moves_ ? transpose(x, back_) : x; }

 private:
  std::vector<int> order_;
  std::vector<int> back_;
  bool moves_ = false;
  Shape extents_;
  std::int64_t rows_ = 1;
  std::int64_t columns_ = 1;
};

}  // namespace strata::ops
