// The functions of one tensor in elementwise.hpp.
#include "ops/unary.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "kernels/elementwise/vector_math.hpp"
#include "strata/ops/elementwise.hpp"

namespace strata {

Tensor operator-(const Tensor& x) { return ops::negative(x); }

namespace ops {
namespace {

using autodiff::InputGradients;

constexpr auto kSign = [](float v) {
  return v != v ? v : (v > 0.0f ? 1.0f : 0.0f) - (v < 0.0f ? 1.0f : 0.0f);
};

// A function of an angle: `of_small` (vectorized) up to kLargestAngle, `of_any` beyond. The choice
// is made per element, so that a result doesn't depend on its neighbours.
template <class Small, class Any>
Tensor mapped_angle(const Tensor& x, Small of_small, Any of_any) {
  constexpr std::int64_t kBlock = 1024;
  Tensor result = TensorAccess::uninitialized(x.shape());
  const float* from = x.data();
  float* to = TensorAccess::data(result);
  const auto is_small = [](float v) { return std::abs(v) <= kernels::kLargestAngle; };
  parallel_for(x.size(), kTranscendental, [=](std::int64_t begin, std::int64_t end) {
    for (std::int64_t block = begin; block < end; block += kBlock) {
      const std::int64_t stop = std::min(end, block + kBlock);
      bool all_small = true;
      with_vector_units([=, &all_small] {
        unsigned others = 0;
        for (std::int64_t i = block; i < stop; ++i) {
          to[i] = of_small(from[i]);
          others |= is_small(from[i]) ? 0U : 1U;
        }
        all_small = others == 0;
      });
      for (std::int64_t i = block; i < stop && !all_small; ++i)
        if (!is_small(from[i])) to[i] = of_any(from[i]);
    }
  });
  return result;
}

Tensor mapped_sin(const Tensor& x) {
  return mapped_angle(
      x, [](float v) { return kernels::sin(v); }, [](float v) { return std::sin(v); });
}

Tensor mapped_cos(const Tensor& x) {
  return mapped_angle(
      x, [](float v) { return kernels::cos(v); }, [](float v) { return std::cos(v); });
}

}  // namespace

Tensor negative(const Tensor& x) {
  check_defined("ops::negative", x);
  const auto negate = [](float v) { return -v; };
  return record_unary(
      "ops::negative", mapped(kCheap, x, negate), x,
      [negate](const Tensor& gradient) { return mapped(kCheap, gradient, negate); });
}

Tensor abs(const Tensor& x) {
  return unary(
      "ops::abs", kCheap, x, [](float v) { return std::abs(v); }, kSign);
}

Tensor sign(const Tensor& x) { return flat("ops::sign", x, kSign); }

Tensor square(const Tensor& x) {
  return unary(
      "ops::square", kCheap, x, [](float v) { return v * v; }, [](float v) { return 2.0f * v; });
}

Tensor sqrt(const Tensor& x) {
  return unary_by_output(
      "ops::sqrt", kCheap, x, [](float v) { return std::sqrt(v); },
      [](float y) { return 0.5f / y; });
}

Tensor rsqrt(const Tensor& x) {
  return unary_by_output(
      "ops::rsqrt", kCheap, x, [](float v) { return 1.0f / std::sqrt(v); },
      [](float y) { return -0.5f * y * y * y; });
}

Tensor exp(const Tensor& x) {
  return unary_by_output(
      "ops::exp", kTranscendental, x, [](float v) { return kernels::exp(v); },
      [](float y) { return y; });
}

Tensor expm1(const Tensor& x) {
  return unary_by_output(
      "ops::expm1", kTranscendental, x, [](float v) { return kernels::expm1(v); },
      [](float y) { return y + 1.0f; });
}

Tensor log(const Tensor& x) {
  return unary(
      "ops::log", kTranscendental, x, [](float v) { return kernels::log(v); },
      [](float v) { return 1.0f / v; });
}

Tensor log1p(const Tensor& x) {
  return unary(
      "ops::log1p", kTranscendental, x, [](float v) { return kernels::log1p(v); },
      [](float v) { return 1.0f / (1.0f + v); });
}

Tensor log2(const Tensor& x) {
  return unary(
      "ops::log2", kTranscendental, x, [](float v) { return std::log2(v); },
      [](float v) { return std::numbers::log2e_v<float> / v; });
}

Tensor log10(const Tensor& x) {
  return unary(
      "ops::log10", kTranscendental, x, [](float v) { return std::log10(v); },
      [](float v) { return std::numbers::log10e_v<float> / v; });
}

Tensor asin(const Tensor& x) {
  return unary(
      "ops::asin", kTranscendental, x, [](float v) { return std::asin(v); },
      [](float v) { return 1.0f / std::sqrt(1.0f - v * v); });
}

Tensor acos(const Tensor& x) {
  return unary(
      "ops::acos", kTranscendental, x, [](float v) { return std::acos(v); },
      [](float v) { return -1.0f / std::sqrt(1.0f - v * v); });
}

Tensor atan(const Tensor& x) {
  return unary(
      "ops::atan", kTranscendental, x, [](float v) { return std::atan(v); },
      [](float v) { return 1.0f / (1.0f + v * v); });
}

Tensor sinh(const Tensor& x) {
  return unary(
      "ops::sinh", kTranscendental, x, [](float v) { return std::sinh(v); },
      [](float v) { return std::cosh(v); });
}

Tensor cosh(const Tensor& x) {
  return unary(
      "ops::cosh", kTranscendental, x, [](float v) { return std::cosh(v); },
      [](float v) { return std::sinh(v); });
}

Tensor sin(const Tensor& x) {
  check_defined("ops::sin", x);
  return autodiff::record(
      "ops::sin", mapped_sin(x), {x}, [x](const Tensor& gradient, InputGradients& inputs) {
        add_scaled(
            kCheap, mapped_cos(x), gradient, [](float slope) { return slope; }, inputs);
      });
}

Tensor cos(const Tensor& x) {
  check_defined("ops::cos", x);
  return autodiff::record(
      "ops::cos", mapped_cos(x), {x}, [x](const Tensor& gradient, InputGradients& inputs) {
        add_scaled(
            kCheap, mapped_sin(x), gradient, [](float slope) { return -slope; }, inputs);
      });
}

Tensor tanh(const Tensor& x) {
  return unary_by_output(
      "ops::tanh", kTranscendental, x, [](float v) { return kernels::tanh(v); },
      [](float y) { return 1.0f - y * y; });
}

// d/dx erf(x) = 2 / sqrt(pi) * exp(-x^2)
Tensor erf(const Tensor& x) {
  return unary(
      "ops::erf", kTranscendental, x, [](float v) { return kernels::erf(v); },
      [](float v) { return 2.0f * std::numbers::inv_sqrtpi_v<float> * kernels::exp(-v * v); });
}

Tensor floor(const Tensor& x) {
  return flat("ops::floor", x, [](float v) { return std::floor(v); });
}

Tensor ceil(const Tensor& x) {
  return flat("ops::ceil", x, [](float v) { return std::ceil(v); });
}

Tensor trunc(const Tensor& x) {
  return flat("ops::trunc", x, [](float v) { return std::trunc(v); });
}

Tensor round(const Tensor& x) {
  return flat("ops::round", x, [](float v) { return kernels::round_to_even(v); });
}

Tensor clip(const Tensor& x, float low, float high) {
  check(low <= high, "ops::clip", "low must not be above high. Received: low={}, high={}.", low,
        high);
  return unary(
      "ops::clip", kCheap, x,
      [low, high](float v) { return v < low ? low : (v > high ? high : v); },
      [low, high](float v) { return v < low || v > high ? 0.0f : 1.0f; });
}

Tensor logical_not(const Tensor& x) {
  return flat("ops::logical_not", x, [](float v) { return v == 0.0f ? 1.0f : 0.0f; });
}

Tensor isfinite(const Tensor& x) {
  return flat("ops::isfinite", x, [](float v) { return std::isfinite(v) ? 1.0f : 0.0f; });
}

Tensor isnan(const Tensor& x) {
  return flat("ops::isnan", x, [](float v) { return std::isnan(v) ? 1.0f : 0.0f; });
}

Tensor stop_gradient(const Tensor& x) {
  check_defined("ops::stop_gradient", x);
  return TensorAccess::traced(x, {});
}

}  // namespace ops
}  // namespace strata
