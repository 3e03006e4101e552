// Where a kernel adds an input's gradient: into what the sweep has gathered so far, or, where there
// is nothing yet, into a fresh tensor.
#pragma once

#include <algorithm>
#include <utility>

#include "strata/autodiff/record.hpp"

namespace strata::ops {

class GradientTarget {
 public:
  GradientTarget(autodiff::InputGradients& gradients, int input, const Shape& shape)
      : gradients_(gradients), input_(input) {
    if (!gradients.wanted(input)) return;
    data_ = gradients.accumulated(input);
    if (data_ != nullptr) return;
    fresh_ = TensorAccess::uninitialized(shape);
    data_ = TensorAccess::data(fresh_);
  }

  /// Null if nobody wants this gradient.
  float* data() const { return data_; }
  /// Whether the elements have no value yet, so that they are to be overwritten.
  bool fresh() const { return fresh_.defined(); }
  /// The same for kernels that only add.
  float* zeroed_data() {
    if (fresh()) std::fill_n(data_, fresh_.size(), 0.0f);
    return data_;
  }
  /// Call once the gradient is there.
  void finish() {
    if (fresh()) gradients_.add(input_, std::move(fresh_));
  }

 private:
  autodiff::InputGradients& gradients_;
  int input_;
  float* data_ = nullptr;
  Tensor fresh_;
};

}  // namespace strata::ops
