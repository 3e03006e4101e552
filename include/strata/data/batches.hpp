// batches: arrays in, batches out, for training loops of one's own.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <vector>

#include "strata/tensor/tensor.hpp"

namespace strata::data {

struct BatchesOptions {
  int batch_size = 32;  ///< Samples per batch, >= 1. The last one may have fewer.
  bool shuffle = true;  ///< Each pass in a new random order, as `fit` does; false: in the data's.
  std::optional<std::uint64_t> seed = {};  ///< Of the orders. Default: from `set_random_seed`'s.
  bool drop_remainder = false;             ///< Leave out a last batch that would be shorter.
};

struct LabeledBatch {
  Tensor x;
  Tensor y;
};

struct WeightedBatch {
  Tensor x;
  Tensor y;
  Tensor sample_weight;
};

namespace detail {
struct BatchedTensors;  ///< in src/data/batches.cpp
}

/// The batches of one or more tensors, for a range-based `for`; `Batch` is `Tensor`, `LabeledBatch`
/// or `WeightedBatch`. Every `begin()` starts a new pass, in a new order if shuffled, and ends the
/// one before. Each batch is gathered when it is looked at.
template <class Batch>
class Batches {
 public:
  class Iterator {
   public:
    using value_type = Batch;
    using difference_type = std::ptrdiff_t;
    using iterator_concept = std::input_iterator_tag;

    Batch operator*() const { return owner_->at(index_); }
    Iterator& operator++() {
      ++index_;
      return *this;
    }
    void operator++(int) { ++index_; }
    friend bool operator==(const Iterator& iterator, std::default_sentinel_t) {
      return iterator.index_ == iterator.owner_->size();
    }

   private:
    friend class Batches;
    explicit Iterator(const Batches* owner) : owner_(owner) {}

    const Batches* owner_;
    std::int64_t index_ = 0;
  };

  /// What `batches` returns; one tensor per member of `Batch`.
  Batches(std::vector<Tensor> tensors, const BatchesOptions& options);
  Batches(Batches&&) noexcept;
  ~Batches();

  Iterator begin();
  std::default_sentinel_t end() const { return {}; }
  std::int64_t size() const;  ///< Batches per pass.

 private:
  Batch at(std::int64_t index) const;

  std::unique_ptr<detail::BatchedTensors> batched_;
};

extern template class Batches<Tensor>;
extern template class Batches<LabeledBatch>;
extern template class Batches<WeightedBatch>;

/// The batches of `x`; of `x` and `y`; of `x`, `y` and `sample_weight`: rows of their first axes
/// that belong together. The last batch may be shorter. Repeated passes over one object are
/// shuffled anew.
///
///     for (const auto& [images, targets] : data::batches(x, y, {.batch_size = 64})) …
///
/// Raises InvalidArgument if the data is empty or undefined, lengths differ, `batch_size < 1`, or
/// `drop_remainder` leaves nothing; ShapeError on a scalar.
Batches<Tensor> batches(const Tensor& x, const BatchesOptions& options = {});
// Templates, so that options in braces are never converted to a tensor.
template <std::convertible_to<Tensor> Y>
Batches<LabeledBatch> batches(const Tensor& x, const Y& y, const BatchesOptions& options = {}) {
  return Batches<LabeledBatch>({x, y}, options);
}
template <std::convertible_to<Tensor> Y, std::convertible_to<Tensor> W>
Batches<WeightedBatch> batches(const Tensor& x, const Y& y, const W& sample_weight,
                               const BatchesOptions& options = {}) {
  return Batches<WeightedBatch>({x, y, sample_weight}, options);
}

}  // namespace strata::data
