// How an operation tells the tape its local gradient. An op is a value and this gradient:
//
//     // square(x) = x^2,   d/dx = 2x
//     Tensor square(const Tensor& x) {
//       return autodiff::record("square", kernels::square(x), {x},
//                               [x](const Tensor& gradient, autodiff::InputGradients& inputs) {
//                                 inputs.add(0, kernels::multiply(gradient, kernels::scale(x, 2)));
//                               });
//     }
//
// The closure may hold the inputs, and whatever else it needs; it is let go as the sweep passes.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <utility>

#include "strata/tensor/tensor.hpp"

namespace strata::autodiff {

/// The gradients of one operation's inputs, as the sweep gathers them.
class InputGradients {
 public:
  InputGradients(std::span<const int> slots, std::span<const char> wanted,
                 std::span<Tensor> gradients)
      : slots_(slots), wanted_(wanted), gradients_(gradients) {}

  /// Whether anybody asked for this input's gradient; if not, don't compute it.
  bool wanted(int input) const;

  /// Adds to this input's gradient, which has the input's shape. Nothing happens if it isn't
  /// wanted.
  void add(int input, Tensor gradient);

  /// The gradient so far, to be added to in place; `null` if there is none yet (then use `add`).
  float* accumulated(int input);

 private:
  Tensor& slot(int input) const;

  std::span<const int> slots_;
  std::span<const char> wanted_;
  std::span<Tensor> gradients_;
};

using Backward = std::function<void(const Tensor& gradient, InputGradients& inputs)>;

/// Whether a tape records on this thread and one of the inputs is followed.
bool recording(std::span<const Tensor* const> inputs);

namespace detail {
Tensor record(const char* op, Tensor value, std::span<const Tensor* const> inputs,
              Backward backward);
}  // namespace detail

/// `value`, remembered as the outcome of `op` on `inputs`. `backward` turns the outcome's gradient
/// into the inputs'. Where nothing records this costs nothing, and `backward` is dropped.
template <class F>
Tensor record(const char* op, Tensor value, std::span<const Tensor* const> inputs, F&& backward) {
  if (!recording(inputs)) return value;
  return detail::record(op, std::move(value), inputs, Backward(std::forward<F>(backward)));
}

template <std::size_t N, class F>
Tensor record(const char* op, Tensor value, const std::reference_wrapper<const Tensor> (&inputs)[N],
              F&& backward) {
  const Tensor* pointers[N] = {};
  for (std::size_t i = 0; i < N; ++i) pointers[i] = &inputs[i].get();
  return record(op, std::move(value), std::span<const Tensor* const>(pointers),
                std::forward<F>(backward));
}

/// The outcome of an operation that has no gradient by its nature (argmax, comparisons): a
/// constant. An operation that has one which Strata does not offer calls `refuse_gradient` in its
/// backward.
[[noreturn]] void refuse_gradient(const char* op);

}  // namespace strata::autodiff
