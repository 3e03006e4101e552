// Questions to the recording tape: whether a rule's result still hangs together with what it is of.
#pragma once

#include "strata/tensor/tensor.hpp"

namespace strata::autodiff {

/// Whether a tape records on this thread.
bool is_recording();

/// Whether the recording tape has a path from `tensor` back to a trainable variable.
bool leads_to_weight(const Tensor& tensor);

/// Whether `result`, which a rule made of `input`, left the tape on the way (by `values()`, `item()`
/// or `ops::stop_gradient`), so that it counts but trains nothing: `input` leads to a trainable
/// variable, and `result` does not depend on `input`. False where no tape records. A result that
/// left the tape only in part still depends on its input; that can't be seen.
bool has_left_tape(const Tensor& result, const Tensor& input);

}  // namespace strata::autodiff
