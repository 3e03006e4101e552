// What ops do with their inputs: checks, and the recording of ops of one input.
#pragma once

#include <utility>

#include "core/check.hpp"
#include "strata/autodiff/record.hpp"
#include "strata/tensor/tensor.hpp"

namespace strata::ops {

inline void check_defined(const char* who, const Tensor& x) {
  check(x.defined(), who, "the inputs must be defined. Received: an undefined tensor.");
}

/// Records `value`, a function of x, whose gradient is `pull_back(upstream gradient)`.
template <class F>
Tensor record_unary(const char* who, Tensor value, const Tensor& x, F pull_back) {
  return autodiff::record(
      who, std::move(value), {x},
      [f = std::move(pull_back)](const Tensor& gradient, autodiff::InputGradients& inputs) {
        inputs.add(0, f(gradient));
      });
}

}  // namespace strata::ops
