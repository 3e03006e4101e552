// How an operation tells the tape its local gradient. An op is a value and this gradient:
//
//     // softsign(x) = x / (1 + |x|),   d/dx = 1 / (1 + |x|)^2
//     Tensor softsign(const Tensor& x) {
//       const Tensor denominator = 1.0f + ops::abs(x);
//       return autodiff::record("softsign", x / denominator, {x},
//                               [=](const Tensor& gradient, autodiff::InputGradients& inputs) {
//                                 inputs.add(0, gradient / ops::square(denominator));
//                               });
//     }
//
// The closure may hold the inputs, and whatever else it needs; it is released once the sweep has
// called it.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <utility>

#include "strata/tensor/tensor.hpp"
#include "strata/tensor/variable.hpp"

namespace strata::autodiff {

/// The gradients of one operation's inputs, collected while `GradientTape::gradient` runs. All
/// members raise InvalidArgument, naming the operation, if there is no such input; `add` raises
/// ShapeError if the gradient's shape differs from the input's.
class InputGradients {
 public:
  struct Impl;  ///< in src/autodiff/input_gradients.hpp

  /// Whether this input's gradient was asked for; if not, don't compute it.
  bool wanted(int input) const;

  /// Adds to this input's gradient, which has the input's shape. Nothing happens if it isn't
  /// wanted.
  void add(int input, Tensor gradient);

  /// The gradient so far, to be added to in place; `null` if there is none yet (then use `add`).
  float* accumulated(int input);

 private:
  explicit InputGradients(Impl& impl) : impl_(impl) {}

  Impl& impl_;
};

using Backward = std::function<void(const Tensor& gradient, InputGradients& inputs)>;

/// Whether a tape records on this thread and one of the inputs is followed.
bool recording(std::span<const Tensor* const> inputs);

namespace detail {
Tensor record(const char* op, Tensor value, std::span<const Tensor* const> inputs,
              Backward backward);
}  // namespace detail

/// An input as an initializer list names it: a tensor, or a variable, whose value is read. An
/// undefined one, such as an optional input that isn't given, counts as a constant.
class Input {
 public:
  Input(const Tensor& tensor) : tensor_(&tensor) {}
  Input(const Variable& variable) : read_(variable.value()) {}
  const Tensor* tensor() const { return read_ ? &*read_ : tensor_; }

 private:
  const Tensor* tensor_ = nullptr;
  std::optional<Tensor> read_;
};

/// `value`, recorded as the output of `op` on `inputs`. `backward` turns the upstream gradient,
/// which is the output's, into the inputs'. Where nothing records this costs nothing, and
/// `backward` is dropped.
template <class F>
Tensor record(const char* op, Tensor value, std::span<const Tensor* const> inputs, F&& backward) {
  if (!recording(inputs)) return value;
  return detail::record(op, std::move(value), inputs, Backward(std::forward<F>(backward)));
}

template <std::size_t N, class F>
Tensor record(const char* op, Tensor value, const Input (&inputs)[N], F&& backward) {
  const Tensor* pointers[N] = {};
  for (std::size_t i = 0; i < N; ++i) pointers[i] = inputs[i].tensor();
  return record(op, std::move(value), std::span<const Tensor* const>(pointers),
                std::forward<F>(backward));
}

/// For the backward pass of an op whose gradient Strata does not offer: raises StateError.
[[noreturn]] void refuse_gradient(const char* op);

}  // namespace strata::autodiff
