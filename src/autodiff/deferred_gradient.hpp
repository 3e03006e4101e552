// Deferred gradients: an op may defer its input's gradient to the op that made the input, which
// then computes it sample by sample where it is used. So a large one, such as that of a pooled
// convolution's output, stays in the cache. For Strata's own ops.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <utility>

#include "strata/autodiff/record.hpp"

namespace strata::autodiff {

/// A gradient that is computed sample by sample. `write` overwrites the elements of one sample; it
/// may be called from several threads at once.
struct DeferredGradient {
  using OfSample = std::function<void(std::int64_t sample, float* to)>;
  Shape shape;  ///< samples first
  OfSample write;
};

/// Evaluates a deferred gradient for every sample into one tensor.
Tensor evaluate(const DeferredGradient& gradient);

/// Like `inputs.add`, but the gradient stays deferred if the op that made the input accepts that
/// and nothing else is added.
void add_deferred(InputGradients& inputs, int input, DeferredGradient gradient);

/// Has `add` add to this input's gradient while that is deferred, once each sample's is written.
/// False where none is deferred: nothing is done then.
bool add_to_deferred(InputGradients& inputs, int input, DeferredGradient::OfSample add);

/// The upstream gradient of an op recorded by `record_accepting_deferred`, if it is deferred; null
/// otherwise. Where there is one, the tensor that `backward` gets is undefined.
const DeferredGradient* deferred_upstream(const InputGradients& inputs);

namespace detail {
Tensor record_accepting_deferred(const char* op, Tensor value,
                                 std::span<const Tensor* const> inputs, Backward backward);
}  // namespace detail

/// `record` for an op whose `backward` looks at `deferred_upstream` first.
template <class F>
Tensor record_accepting_deferred(const char* op, Tensor value,
                                 std::span<const Tensor* const> inputs, F&& backward) {
  if (!recording(inputs)) return value;
  return detail::record_accepting_deferred(op, std::move(value), inputs,
                                           Backward(std::forward<F>(backward)));
}

}  // namespace strata::autodiff
