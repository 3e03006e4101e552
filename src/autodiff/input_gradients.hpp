// The data behind InputGradients: an operation's record, and the slots of the running sweep.
#pragma once

#include <span>

#include "autodiff/deferred_gradient.hpp"
#include "strata/autodiff/record.hpp"

namespace strata::autodiff {

/// What the sweep knows of a place on the tape.
struct GradientSlot {
  bool wanted = false;            ///< its gradient, or one that follows from it, was asked for
  bool is_source = false;         ///< its own gradient was asked for
  bool accepts_deferred = false;  ///< the op that made it accepts a deferred gradient
  Tensor sum;                     ///< undefined until there is something to add
  DeferredGradient deferred;      ///< in place of the sum
};

inline constexpr int kNoSlot = -1;

/// What the tape stores about an operation's input.
struct RecordedInput {
  int slot;  ///< its place on the tape; `kNoSlot` for a constant
  Shape shape;
};

struct InputGradients::Impl {
  const char* op;
  std::span<const RecordedInput> inputs;
  const GradientSlot& output;
  std::span<GradientSlot> slots;

  static Impl& of(const InputGradients& gradients) { return gradients.impl_; }
  InputGradients gradients() { return InputGradients(*this); }

  /// The slot of an input that is no constant.
  GradientSlot& slot(int input) const {
    return slots[static_cast<std::size_t>(inputs[static_cast<std::size_t>(input)].slot)];
  }
  void check_shape(int input, const Shape& shape) const;
};

}  // namespace strata::autodiff
