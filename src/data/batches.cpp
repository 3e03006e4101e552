// Batches: the arrays of a training loop of one's own, checked, and gathered batch by batch.
#include "strata/data/batches.hpp"

#include <array>

#include "core/check.hpp"
#include "data/batch_cutter.hpp"

namespace strata::data {
namespace {

constexpr std::array kNames{"x", "y", "sample_weight"};

void check_lengths(const std::vector<Tensor>& tensors) {
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    check(tensors[i].defined(), "batches", "{} must hold an array. Received: an undefined tensor.",
          kNames[i]);
    check<ShapeError>(tensors[i].rank() >= 1, "batches",
                      "{} must have rank >= 1. Received: shape=().", kNames[i]);
    check(tensors[i].shape().front() == tensors[0].shape().front(), "batches",
          "all arrays must have the same number of samples. Received: x has {}, {} has {}.",
          tensors[0].shape().front(), kNames[i], tensors[i].shape().front());
  }
  check(tensors[0].shape().front() > 0, "batches",
        "the data must hold at least one sample. Received: none.");
}

}  // namespace

struct detail::BatchedTensors {
  std::vector<Tensor> tensors;
  BatchCutter cutter;
  std::int64_t size;  // may be one less than the cutter's
  std::optional<random::Generator> shuffler;
};

template <class Batch>
Batches<Batch>::Batches(std::vector<Tensor> tensors, const BatchesOptions& options) {
  check_lengths(tensors);
  check(options.batch_size >= 1, "batches",
        "batch_size must be at least 1. Received: batch_size={}.", options.batch_size);
  const std::int64_t samples = tensors[0].shape().front();
  const BatchCutter cutter(samples, options.batch_size);
  const std::int64_t size = options.drop_remainder ? samples / options.batch_size : cutter.size();
  check(size > 0, "batches",
        "drop_remainder must leave a batch. Received: {} samples, batch_size={}.", samples,
        options.batch_size);
  std::optional<random::Generator> shuffler;
  if (options.shuffle) shuffler.emplace(options.seed);
  batched_ = std::make_unique<detail::BatchedTensors>(
      detail::BatchedTensors{std::move(tensors), cutter, size, shuffler});
}

template <class Batch>
Batches<Batch>::Batches(Batches&&) noexcept = default;
template <class Batch>
Batches<Batch>::~Batches() = default;

template <class Batch>
typename Batches<Batch>::Iterator Batches<Batch>::begin() {
  if (batched_->shuffler) batched_->cutter.shuffle(*batched_->shuffler);
  return Iterator(this);
}

template <class Batch>
std::int64_t Batches<Batch>::size() const {
  return batched_->size;
}

template <class Batch>
Batch Batches<Batch>::at(std::int64_t index) const {
  const auto rows = [&](std::size_t tensor) {
    return batched_->cutter.rows(batched_->tensors[tensor], index);
  };
  if constexpr (std::same_as<Batch, Tensor>) {
    return rows(0);
  } else if constexpr (std::same_as<Batch, LabeledBatch>) {
    return {rows(0), rows(1)};
  } else {
    return {rows(0), rows(1), rows(2)};
  }
}

template class Batches<Tensor>;
template class Batches<LabeledBatch>;
template class Batches<WeightedBatch>;

Batches<Tensor> batches(const Tensor& x, const BatchesOptions& options) {
  return Batches<Tensor>({x}, options);
}

}  // namespace strata::data
