// The gradients for an operation's inputs, checked against the inputs' shapes.
#include <algorithm>
#include <utility>

#include "core/check.hpp"
#include "core/parallel.hpp"
#include "strata/autodiff/record.hpp"
#include "tensor/format.hpp"

namespace strata::autodiff {

namespace {

bool equal(const Shape& a, const Shape& b) {
  return a.rank() == b.rank() && std::equal(a.begin(), a.end(), b.begin());
}

}  // namespace

inline const RecordedInput& InputGradients::recorded(int input) const {
  if (static_cast<std::size_t>(input) >= inputs_.size()) {  // also catches negative indices
    raise(op_,
          "a gradient is for one of the {} inputs that the operation was recorded with, counted "
          "from 0. Received: input={}.",
          inputs_.size(), input);
  }
  return inputs_[static_cast<std::size_t>(input)];
}

inline GradientSlot& InputGradients::slot(int input) const {
  return slots_[static_cast<std::size_t>(inputs_[static_cast<std::size_t>(input)].slot)];
}

inline void InputGradients::check_shape(int input, const Shape& shape) const {
  const Shape& expected = inputs_[static_cast<std::size_t>(input)].shape;
  if (equal(shape, expected)) return;
  raise<ShapeError>(op_,
                    "the gradient of input {} must have the input's shape, {}. Received: shape={}.",
                    input, expected, shape);
}

bool InputGradients::wanted(int input) const {
  const int place = recorded(input).slot;
  return place != kNoSlot && slots_[static_cast<std::size_t>(place)].wanted;
}

void InputGradients::add(int input, Tensor gradient) {
  if (!wanted(input)) return;
  if (!gradient.defined()) {
    raise<ShapeError>(
        op_, "the gradient of input {} must be defined. Received: an undefined tensor.", input);
  }
  check_shape(input, gradient.shape());
  if (float* const sum = accumulated(input)) {
    parallel_for(gradient.size(), 1, [=, from = gradient.data()](auto begin, auto end) {
      for (auto i = begin; i < end; ++i) sum[i] += from[i];
    });
  } else {
    slot(input).sum = TensorAccess::traced(std::move(gradient), {});
  }
}

float* InputGradients::accumulated(int input) {
  if (!wanted(input)) return nullptr;
  GradientSlot& place = slot(input);
  if (place.pending.write) place.sum = computed(std::exchange(place.pending, {}));
  Tensor& sum = place.sum;
  if (!sum.defined()) return nullptr;
  if (!TensorAccess::unique(sum)) {  // shared with another slot or with a closure
    Tensor copy = TensorAccess::uninitialized(sum.shape());
    std::copy_n(sum.data(), sum.size(), TensorAccess::data(copy));
    sum = std::move(copy);
  }
  return TensorAccess::data(sum);
}

void InputGradients::add_pending(int input, PendingGradient gradient) {
  if (!wanted(input)) return;
  if (!gradient.write) {
    raise(op_, "a pending gradient must say how it is written. Received: none for input {}.",
          input);
  }
  check_shape(input, gradient.shape);
  if (slot(input).may_wait && accumulated(input) == nullptr) {
    slot(input).pending = std::move(gradient);
  } else {
    add(input, computed(gradient));
  }
}

bool InputGradients::add_to_pending(int input, PendingGradient::OfSample add) {
  if (!wanted(input) || !slot(input).pending.write) return false;
  PendingGradient::OfSample& write = slot(input).pending.write;
  write = [first = std::move(write), then = std::move(add)](std::int64_t sample, float* to) {
    first(sample, to);
    then(sample, to);
  };
  return true;
}

Tensor computed(const PendingGradient& gradient) {
  Tensor result = TensorAccess::uninitialized(gradient.shape);
  const std::int64_t samples = gradient.shape.rank() == 0 ? 1 : gradient.shape.front();
  const std::int64_t size = samples == 0 ? 0 : result.size() / samples;
  parallel_for(samples, size, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t sample = begin; sample < end; ++sample)
      gradient.write(sample, TensorAccess::data(result) + sample * size);
  });
  return result;
}

}  // namespace strata::autodiff
