// What targets must be like, checked before the first step of a fit.
#pragma once

#include <optional>

#include "strata/tensor/tensor.hpp"

namespace strata::losses {

/// Raises InvalidArgument on a target outside [0, 1].
void check_probabilities(const char* who, const Tensor& y_true);

/// Raises unless there is one label for each position of the predictions beside their class axis,
/// but for the batch axis, and each is a class or `ignore_class`.
void check_label_targets(const char* who, const Tensor& y_true, const Shape& y_pred, int axis = -1,
                         std::optional<int> ignore_class = {});

/// Raises InvalidArgument on a target that is not a whole number.
void check_whole(const char* who, const Tensor& y_true);

}  // namespace strata::losses
