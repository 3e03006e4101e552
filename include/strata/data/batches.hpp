// batches: arrays in, batches out, for training loops of one's own.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "strata/tensor/tensor.hpp"

namespace strata::data {

struct BatchesOptions {
  int batch_size =
      32;  ///< Samples a batch, >= 1. The last one is shorter where it does not divide.
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

/// Cuts tensors of the same length into the same batches: what `Batches` stands on.
class BatchCutter {
 public:
  BatchCutter(std::vector<Tensor> tensors, const BatchesOptions& options);
  BatchCutter(BatchCutter&&) noexcept;
  ~BatchCutter();

  std::int64_t size() const { return count_; }
  void begin_pass();  ///< Draws the pass's order; comes before `rows`.
  /// The rows of one of the tensors, counted as they were given, that batch `index` holds.
  Tensor rows(std::size_t tensor, std::int64_t index) const;

 private:
  struct Order;

  std::vector<Tensor> tensors_;
  std::int64_t batch_size_;
  std::int64_t count_;
  std::unique_ptr<Order> order_;  // null: as the data
};

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

  explicit Batches(BatchCutter cutter) : cutter_(std::move(cutter)) {}

  Iterator begin() {
    cutter_.begin_pass();
    return Iterator(this);
  }
  std::default_sentinel_t end() const { return {}; }
  std::int64_t size() const { return cutter_.size(); }  ///< Batches in a pass.

 private:
  Batch at(std::int64_t index) const;

  BatchCutter cutter_;
};

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
  return Batches<LabeledBatch>(BatchCutter({x, y}, options));
}
template <std::convertible_to<Tensor> Y, std::convertible_to<Tensor> W>
Batches<WeightedBatch> batches(const Tensor& x, const Y& y, const W& sample_weight,
                               const BatchesOptions& options = {}) {
  return Batches<WeightedBatch>(BatchCutter({x, y, sample_weight}, options));
}

template <>
inline Tensor Batches<Tensor>::at(std::int64_t index) const {
  return cutter_.rows(0, index);
}

template <>
inline LabeledBatch Batches<LabeledBatch>::at(std::int64_t index) const {
  return {cutter_.rows(0, index), cutter_.rows(1, index)};
}

template <>
inline WeightedBatch Batches<WeightedBatch>::at(std::int64_t index) const {
  return {cutter_.rows(0, index), cutter_.rows(1, index), cutter_.rows(2, index)};
}

}  // namespace strata::data
