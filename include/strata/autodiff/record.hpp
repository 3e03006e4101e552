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
// The closure may hold the inputs, and whatever else it needs; it is let go as the sweep passes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <utility>

#include "strata/tensor/tensor.hpp"
#include "strata/tensor/variable.hpp"

namespace strata::autodiff {

/// A gradient that is computed sample by sample where it is used, so that a large one need not
/// travel to memory and back. `write` may be called from several threads at once.
struct PendingGradient {
  using OfSample = std::function<void(std::int64_t sample, float* to)>;
  Shape shape;  ///< samples first
  OfSample write;
};

/// What the sweep knows of a place on the tape.
struct GradientSlot {
  bool wanted = false;      ///< somebody asked for its gradient, or for one that follows from it
  bool is_source = false;   ///< its own is what somebody asked for
  bool may_wait = false;    ///< the op that made it takes pending gradients
  Tensor sum;               ///< undefined until there is something to add
  PendingGradient pending;  ///< in place of the sum
};

inline constexpr int kNoSlot = -1;

/// What the tape stores about an operation's input.
struct RecordedInput {
  int slot;  ///< its place on the tape; `kNoSlot` for a constant
  Shape shape;
};

/// The gradients of one operation's inputs, collected while `GradientTape::gradient` runs. All
/// members raise InvalidArgument, naming the operation, if there is no such input; those that add
/// raise ShapeError if the gradient's shape differs from the input's.
class InputGradients {
 public:
  InputGradients(const char* op, std::span<const RecordedInput> inputs, const GradientSlot& outcome,
                 std::span<GradientSlot> slots)
      : op_(op), inputs_(inputs), outcome_(outcome), slots_(slots) {}

  /// Whether anybody asked for this input's gradient; if not, don't compute it.
  bool wanted(int input) const;

  /// Adds to this input's gradient, which has the input's shape. Nothing happens if it isn't
  /// wanted.
  void add(int input, Tensor gradient);

  /// The gradient so far, to be added to in place; `null` if there is none yet (then use `add`).
  float* accumulated(int input);

  /// Like `add`, but leaves the work to the op that made the input, if that takes it and nothing
  /// else is added.
  void add_pending(int input, PendingGradient gradient);

  /// Has `add` add to this input's gradient while that is pending, once each sample's is written.
  /// False where none is pending: nothing is done then.
  bool add_to_pending(int input, PendingGradient::OfSample add);

  /// The outcome's gradient, for an op recorded by `record_taking_pending`: null, or in place of
  /// the gradient that `backward` gets, which is undefined then.
  const PendingGradient* pending_outcome() const {
    return outcome_.pending.write ? &outcome_.pending : nullptr;
  }

 private:
  const RecordedInput& recorded(int input) const;
  GradientSlot& slot(int input) const;
  void check_shape(int input, const Shape& shape) const;

  const char* op_;
  std::span<const RecordedInput> inputs_;
  const GradientSlot& outcome_;
  std::span<GradientSlot> slots_;
};

/// Evaluates a pending gradient for every sample into one tensor.
Tensor computed(const PendingGradient& gradient);

using Backward = std::function<void(const Tensor& gradient, InputGradients& inputs)>;

/// Whether a tape records on this thread and one of the inputs is followed.
bool recording(std::span<const Tensor* const> inputs);

namespace detail {
Tensor record(const char* op, Tensor value, std::span<const Tensor* const> inputs,
              Backward backward, bool takes_pending = false);
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

/// `value`, remembered as the outcome of `op` on `inputs`. `backward` turns the outcome's gradient
/// into the inputs'. Where nothing records this costs nothing, and `backward` is dropped.
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

/// The same for an op whose `backward` looks at `InputGradients::pending_outcome()` first.
template <class F>
Tensor record_taking_pending(const char* op, Tensor value, std::span<const Tensor* const> inputs,
                             F&& backward) {
  if (!recording(inputs)) return value;
  return detail::record(op, std::move(value), inputs, Backward(std::forward<F>(backward)), true);
}

/// For the backward pass of an op whose gradient Strata does not offer: raises StateError.
[[noreturn]] void refuse_gradient(const char* op);

}  // namespace strata::autodiff
