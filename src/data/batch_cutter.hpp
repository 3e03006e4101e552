// BatchCutter: which samples are in which batch, for `data::batches` and for the runs of models.
#pragma once

#include <cstdint>
#include <vector>

#include "strata/tensor/random.hpp"
#include "strata/tensor/tensor.hpp"

namespace strata::data {

/// Cuts samples into batches of one size, the last of which may be smaller: as the samples stand,
/// or shuffled.
class BatchCutter {
 public:
  BatchCutter(std::int64_t samples, std::int64_t batch_size)
      : samples_(samples), batch_size_(batch_size) {}

  /// The number of batches.
  std::int64_t size() const { return (samples_ + batch_size_ - 1) / batch_size_; }
  /// Whether the only batch is all samples as they stand.
  bool is_whole() const { return samples_ <= batch_size_ && order_.empty(); }

  /// Draws a new order of the samples.
  void shuffle(random::Generator& generator) { order_ = generator.permutation(samples_); }
  /// Copies of the rows of `x`, which has one per sample, that are in batch `index`.
  Tensor rows(const Tensor& x, std::int64_t index) const;

 private:
  std::int64_t samples_;
  std::int64_t batch_size_;
  std::vector<std::int64_t> order_;  // empty: as the samples stand
};

}  // namespace strata::data
