// The data of a run: checked once, then cut into batches.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string_view>
#include <vector>

#include "strata/tensor/tensor.hpp"
#include "training/step.hpp"

namespace strata::training {

/// x, y and sample weights with the same number of samples; y and weights may be undefined.
class Samples {
 public:
  /// Raises, in `who`'s name, on empty data and on lengths that differ.
  Samples(std::string_view who, Tensor x, Tensor y, Tensor sample_weight);

  std::int64_t count() const { return x_.shape().front(); }
  const Tensor& x() const { return x_; }
  const Tensor& y() const { return y_; }

  /// Makes each sample's weight that of its label's class, 1 where it is missing. Raises
  /// InvalidArgument where there are sample weights.
  void weigh_classes(const std::map<int, float>& class_weight);

  /// [begin, end) of the samples, as they stand or in this order.
  Batch batch(std::int64_t begin, std::int64_t end, std::span<const std::int64_t> order = {}) const;
  Samples part(std::int64_t begin, std::int64_t end) const;

 private:
  std::string who_;
  Tensor x_;
  Tensor y_;
  Tensor sample_weight_;
};

}  // namespace strata::training
