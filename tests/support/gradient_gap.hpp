// One gradient check serves every op, layer, loss and penalty.
#pragma once

#include <functional>
#include <vector>

#include "strata/tensor/tensor.hpp"

namespace strata::testing {

using TensorFunction = std::function<Tensor(const std::vector<Tensor>&)>;

/// The largest difference between the tape's gradient and central differences, relative to the
/// largest element of the latter, over all inputs. The function's output, of any shape, is summed
/// with fixed uneven weights, so that every element counts. Keep inputs off kinks by more than
/// `step`.
double gradient_gap(const TensorFunction& function, const std::vector<Tensor>& inputs,
                    float step = 1e-2f);

inline double gradient_gap(const std::function<Tensor(const Tensor&)>& function,
                           const Tensor& input, float step = 1e-2f) {
  return gradient_gap([&](const std::vector<Tensor>& inputs) { return function(inputs[0]); },
                      {input}, step);
}

}  // namespace strata::testing
