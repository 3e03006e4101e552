// Asks the recording tape whether one value was computed from another.
#pragma once

#include "strata/tensor/tensor.hpp"

namespace strata::autodiff {

/// What errors say of how a value leaves the tape.
inline constexpr const char* kLeavesTheTape =
    "values(), item(), ops::stop_gradient and ops with gradient 0 leave the tape";

/// Whether a tape records on this thread.
bool is_recording();

/// Whether the recording tape has a path from `tensor` back to a trainable variable.
bool leads_to_weight(const Tensor& tensor);

/// Whether `input` leads back to a trainable variable and `result`, which a rule computed from
/// `input`, does not depend on it: it left the tape (by `values()`, `item()` or
/// `ops::stop_gradient`), so it would count in the loss but train nothing. False if no tape
/// records. A result that left the tape only in part still depends on its input; that can't be
/// detected.
bool has_left_tape(const Tensor& result, const Tensor& input);

}  // namespace strata::autodiff
