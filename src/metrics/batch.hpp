// What metrics ask of the targets, predictions and weights of a batch.
#pragma once

#include <string_view>

#include "strata/tensor/tensor.hpp"

namespace strata::metrics {

/// Raises InvalidArgument in `who`'s name on an undefined tensor.
void check_defined(const Tensor& y_true, const Tensor& y_pred, std::string_view who);

/// Raises InvalidArgument in `who`'s name on a target that is NaN.
void check_no_nan(const Tensor& y_true, std::string_view who);

/// Raises StateError in the name of a metric of values, which a model can't be compiled with.
[[noreturn]] void refuse_targets(std::string_view who);

/// The weights spread over values of this shape: one for each sample, one for each value, or one for
/// all. Raises ShapeError in `who`'s name where they don't fit.
Tensor spread_weights(const Tensor& weights, const Shape& values, std::string_view who);

}  // namespace strata::metrics
