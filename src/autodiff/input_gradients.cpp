// The gradients for an operation's inputs, checked against the inputs' shapes.
#include "autodiff/input_gradients.hpp"

#include <algorithm>
#include <utility>

#include "core/check.hpp"
#include "core/parallel.hpp"
#include "tensor/format.hpp"

namespace strata::autodiff {

namespace {

bool equal(const Shape& a, const Shape& b) {
  return a.rank() == b.rank() && std::equal(a.begin(), a.end(), b.begin());
}

}  // namespace

inline void InputGradients::Impl::check_shape(int input, const Shape& shape) const {
  const Shape& expected = inputs[static_cast<std::size_t>(input)].shape;
  if (equal(shape, expected)) return;
  raise<ShapeError>(op,
                    "the gradient of input {} must have the input's shape, {}. Received: shape={}.",
                    input, expected, shape);
}

bool InputGradients::wanted(int input) const {
  const auto index = static_cast<std::size_t>(input);
  if (index >= impl_.inputs.size()) {  // also catches negative indices
    raise(impl_.op,
          "a gradient is for one of the {} inputs that the operation was recorded with, counted "
          "from 0. Received: input={}.",
          impl_.inputs.size(), input);
  }
  return impl_.inputs[index].slot != kNoSlot && impl_.slot(input).wanted;
}

void InputGradients::add(int input, Tensor gradient) {
  if (!wanted(input)) return;
  if (!gradient.defined()) {
    raise<ShapeError>(impl_.op,
                      "the gradient of input {} must be defined. Received: an undefined tensor.",
                      input);
  }
  impl_.check_shape(input, gradient.shape());
  if (float* const sum = accumulated(input)) {
    parallel_for(gradient.size(), 1, [=, from = gradient.data()](auto begin, auto end) {
      for (auto i = begin; i < end; ++i) sum[i] += from[i];
    });
  } else {
    impl_.slot(input).sum = TensorAccess::traced(std::move(gradient), {});
  }
}

float* InputGradients::accumulated(int input) {
  if (!wanted(input)) return nullptr;
  GradientSlot& place = impl_.slot(input);
  if (place.deferred.write) place.sum = evaluate(std::exchange(place.deferred, {}));
  Tensor& sum = place.sum;
  if (!sum.defined()) return nullptr;
  if (!TensorAccess::unique(sum)) {  // shared with another slot or with a closure
    Tensor copy = TensorAccess::uninitialized(sum.shape());
    std::copy_n(sum.data(), sum.size(), TensorAccess::data(copy));
    sum = std::move(copy);
  }
  return TensorAccess::data(sum);
}

void add_deferred(InputGradients& inputs, int input, DeferredGradient gradient) {
  if (!inputs.wanted(input)) return;
  const InputGradients::Impl& impl = InputGradients::Impl::of(inputs);
  if (!gradient.write) {
    raise(impl.op, "a deferred gradient must say how it is written. Received: none for input {}.",
          input);
  }
  impl.check_shape(input, gradient.shape);
  if (impl.slot(input).accepts_deferred && inputs.accumulated(input) == nullptr) {
    impl.slot(input).deferred = std::move(gradient);
  } else {
    inputs.add(input, evaluate(gradient));
  }
}

bool add_to_deferred(InputGradients& inputs, int input, DeferredGradient::OfSample add) {
  if (!inputs.wanted(input)) return false;
  DeferredGradient::OfSample& write = InputGradients::Impl::of(inputs).slot(input).deferred.write;
  if (!write) return false;
  write = [first = std::move(write), then = std::move(add)](std::int64_t sample, float* to) {
    first(sample, to);
    then(sample, to);
  };
  return true;
}

const DeferredGradient* deferred_upstream(const InputGradients& inputs) {
  const DeferredGradient& upstream = InputGradients::Impl::of(inputs).output.deferred;
  return upstream.write ? &upstream : nullptr;
}

Tensor evaluate(const DeferredGradient& gradient) {
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
