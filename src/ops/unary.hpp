// Elementwise functions of one tensor: value and slope are lambdas that the loops inline.
#pragma once

#include "kernels/elementwise/map.hpp"
#include "ops/inputs.hpp"
#include "strata/autodiff/record.hpp"
#include "strata/tensor/tensor.hpp"

namespace strata::ops {

/// The cost of an element, in additions.
inline constexpr std::int64_t kCheap = 1;
inline constexpr std::int64_t kTranscendental = 16;

template <class F>
Tensor mapped(std::int64_t cost, const Tensor& x, F f) {
  Tensor result = TensorAccess::uninitialized(x.shape());
  kernels::map(x.size(), cost, x.data(), TensorAccess::data(result), f);
  return result;
}

/// Adds `slope(kept) * gradient` to the gradient of input 0, in place if it has been started.
template <class Slope>
void add_scaled(std::int64_t cost, const Tensor& kept, const Tensor& gradient, Slope slope,
                autodiff::InputGradients& inputs) {
  const float* at = kept.data();
  const float* of = gradient.data();
  if (float* sum = inputs.accumulated(0)) {
    parallel_for(kept.size(), cost, [=](std::int64_t begin, std::int64_t end) {
      with_vector_units([=] {
        const Slope own = slope;
        for (std::int64_t i = begin; i < end; ++i) sum[i] += own(at[i]) * of[i];
      });
    });
    return;
  }
  Tensor fresh = TensorAccess::uninitialized(kept.shape());
  kernels::map(kept.size(), cost, {at, of}, TensorAccess::data(fresh),
               [slope](float v, float g) { return slope(v) * g; });
  inputs.add(0, std::move(fresh));
}

/// `f(x)`, whose derivative is `slope(x)`.
template <class F, class Slope>
Tensor unary(const char* who, std::int64_t cost, const Tensor& x, F f, Slope slope) {
  check_defined(who, x);
  return autodiff::record(
      who, mapped(cost, x, f), {x},
      [x, cost, slope](const Tensor& gradient, autodiff::InputGradients& inputs) {
        add_scaled(cost, x, gradient, slope, inputs);
      });
}

/// `f(x)`, whose derivative is `slope(f(x))`: the tape keeps the output, not the input.
template <class F, class Slope>
Tensor unary_by_output(const char* who, std::int64_t cost, const Tensor& x, F f, Slope slope) {
  check_defined(who, x);
  const Tensor y = mapped(cost, x, f);
  return autodiff::record(
      who, y, {x}, [y, cost, slope](const Tensor& gradient, autodiff::InputGradients& inputs) {
        add_scaled(cost, y, gradient, slope, inputs);
      });
}

/// `f(x)`, whose derivative is 0 nearly everywhere: a constant to the tape.
template <class F>
Tensor flat(const char* who, const Tensor& x, F f) {
  check_defined(who, x);
  return mapped(kCheap, x, f);
}

}  // namespace strata::ops
