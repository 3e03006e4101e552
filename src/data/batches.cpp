#include "strata/data/batches.hpp"

#include <algorithm>
#include <array>

#include "core/check.hpp"
#include "strata/data/rows.hpp"
#include "strata/tensor/random.hpp"

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

struct BatchCutter::Order {
  random::Generator generator;
  std::vector<std::int64_t> indices;
};

BatchCutter::BatchCutter(std::vector<Tensor> tensors, const BatchesOptions& options)
    : tensors_(std::move(tensors)), batch_size_(options.batch_size) {
  check_lengths(tensors_);
  check(batch_size_ >= 1, "batches", "batch_size must be at least 1. Received: batch_size={}.",
        batch_size_);
  const std::int64_t samples = tensors_[0].shape().front();
  count_ = (samples + (options.drop_remainder ? 0 : batch_size_ - 1)) / batch_size_;
  check(count_ > 0, "batches",
        "drop_remainder must leave a batch. Received: {} samples, batch_size={}.", samples,
        batch_size_);
  if (options.shuffle) order_ = std::make_unique<Order>(Order{random::Generator(options.seed), {}});
}

BatchCutter::BatchCutter(BatchCutter&&) noexcept = default;
BatchCutter::~BatchCutter() = default;

void BatchCutter::begin_pass() {
  if (order_) order_->indices = order_->generator.permutation(tensors_[0].shape().front());
}

Tensor BatchCutter::rows(std::size_t tensor, std::int64_t index) const {
  const std::int64_t begin = index * batch_size_;
  const std::int64_t end = std::min(begin + batch_size_, tensors_[0].shape().front());
  if (!order_) return slice_rows(tensors_[tensor], begin, end);
  return gather_rows(tensors_[tensor], std::span(order_->indices)
                                           .subspan(static_cast<std::size_t>(begin),
                                                    static_cast<std::size_t>(end - begin)));
}

Batches<Tensor> batches(const Tensor& x, const BatchesOptions& options) {
  return Batches<Tensor>(BatchCutter({x}, options));
}

}  // namespace strata::data
