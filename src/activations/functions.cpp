// Each activation as one recorded op: its value and its derivative per element.
#include "strata/activations/functions.hpp"

#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include "core/check.hpp"
#include "kernels/elementwise/vector_math.hpp"
#include "ops/unary.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/elementwise.hpp"
#include "strata/ops/nn.hpp"
#include "tensor/format.hpp"

namespace strata::activations {
namespace {

using ops::kCheap;
using ops::kTranscendental;
using ops::unary;

constexpr float kInfinity = std::numeric_limits<float>::infinity();

void check_bound(const char* who, const char* what, float bound) {
  check(bound >= 0.0f, who, "{} must not be negative. Received: {}={}.", what, what, bound);
}

/// `scale * x` for x > 0, else `scale * alpha * (exp(x) - 1)`.
Tensor scaled_elu(const char* who, const Tensor& x, float scale, float alpha) {
  const float below = scale * alpha;
  return unary(
      who, kTranscendental, x,
      [scale, below](float v) { return v > 0.0f ? scale * v : below * kernels::expm1(v); },
      [scale, below](float v) { return v > 0.0f ? scale : below * kernels::exp(v); });
}

// d/dx = P(x) + x p(x) of the normal distribution, with P(x) = (1 + erf(x / sqrt(2))) / 2 and
// p(x) = exp(-x^2 / 2) / sqrt(2 pi)
Tensor gelu_by_erf(const Tensor& x) {
  constexpr float kRootHalf = 0.5f * std::numbers::sqrt2_v<float>;
  constexpr float kPeak = kRootHalf * std::numbers::inv_sqrtpi_v<float>;
  return unary(
      "gelu", kTranscendental, x,
      [](float v) { return 0.5f * v * (1.0f + kernels::erf(v * kRootHalf)); },
      [](float v) {
        const kernels::ErrorFunction erf(v * kRootHalf);
        return 0.5f * (1.0f + erf.value) + v * kPeak * erf.bell;
      });
}

// x / 2 (1 + t) with t = tanh(u), u = s (x + c x^3);
// d/dx = (1 + t) / 2 + x / 2 (1 - t^2) s (1 + 3 c x^2)
Tensor gelu_by_tanh(const Tensor& x) {
  const float s = std::sqrt(2.0f * std::numbers::inv_pi_v<float>);
  constexpr float kCubic = 0.044715f;
  return unary(
      "gelu", kTranscendental, x,
      [s](float v) { return 0.5f * v * (1.0f + kernels::tanh(s * (v + kCubic * v * v * v))); },
      [s](float v) {
        const float t = kernels::tanh(s * (v + kCubic * v * v * v));
        const float du = s * (1.0f + 3.0f * kCubic * v * v);
        return 0.5f * (1.0f + t) + 0.5f * v * (1.0f - t * t) * du;
      });
}

/// x / 6 + 1 / 2, clipped to [0, 1]; at the bounds the derivative is still that of the line.
float clipped_line(float v) {
  const float y = v / 6.0f + 0.5f;
  return y < 0.0f ? 0.0f : (y > 1.0f ? 1.0f : y);
}
float slope_of_clipped_line(float v) {
  const float y = v / 6.0f + 0.5f;
  return ((y >= 0.0f) & (y <= 1.0f)) ? 1.0f / 6.0f : 0.0f;
}

}  // namespace

Tensor relu(const Tensor& x, const ReluOptions& options) {
  const auto& [slope, max_value, limit] = options;
  const bool is_plain = slope == 0.0f && limit == 0.0f;
  if (max_value) check_bound("relu", "max_value", *max_value);
  if (is_plain && !max_value) return ops::relu(x);
  // With max_value, values between a negative threshold and 0 are clipped to 0 too.
  const float low = max_value ? 0.0f : -kInfinity;
  const float high = max_value.value_or(kInfinity);
  const auto above = [low, high, limit = limit](float v) {
    const float y = v <= limit ? 0.0f : v;
    return y < low ? low : (y > high ? high : y);
  };
  const auto slope_above = [low, high, limit = limit](float v) {
    return ((v > limit) & (v >= low) & (v <= high)) ? 1.0f : 0.0f;
  };
  if (slope == 0.0f) return unary("relu", kCheap, x, above, slope_above);
  return unary(
      "relu", kCheap, x,
      [above, slope = slope, limit = limit](float v) {
        return above(v) - slope * (v >= limit ? 0.0f : limit - v);
      },
      [slope_above, slope = slope, limit = limit](float v) {
        return slope_above(v) + (v < limit ? slope : 0.0f);
      });
}

Tensor linear(const Tensor& x) { return x; }

Tensor leaky_relu(const Tensor& x, float negative_slope) {
  return unary(
      "leaky_relu", kCheap, x,
      [negative_slope](float v) { return v >= 0.0f ? v : negative_slope * v; },
      [negative_slope](float v) { return v >= 0.0f ? 1.0f : negative_slope; });
}

Tensor relu6(const Tensor& x) { return relu(x, {.max_value = 6.0f}); }

Tensor elu(const Tensor& x, float alpha) { return scaled_elu("elu", x, 1.0f, alpha); }

Tensor celu(const Tensor& x, float alpha) {
  return unary(
      "celu", kTranscendental, x,
      [alpha](float v) { return v > 0.0f ? v : alpha * kernels::expm1(v / alpha); },
      [alpha](float v) { return v > 0.0f ? 1.0f : kernels::exp(v / alpha); });
}

Tensor selu(const Tensor& x) {
  constexpr float kScale = 1.0507009873554805f;
  constexpr float kAlpha = 1.6732632423543772f;
  return scaled_elu("selu", x, kScale, kAlpha);
}

Tensor softplus(const Tensor& x) { return ops::softplus(x); }

Tensor softsign(const Tensor& x) {
  return unary(
      "softsign", kCheap, x, [](float v) { return v / (1.0f + std::abs(v)); },
      [](float v) {
        const float y = 1.0f / (1.0f + std::abs(v));
        return y * y;
      });
}

Tensor sigmoid(const Tensor& x) { return ops::sigmoid(x); }

Tensor tanh(const Tensor& x) { return ops::tanh(x); }

// d/dx = s + x s (1 - s) with s = sigmoid(x)
Tensor silu(const Tensor& x) {
  return unary(
      "silu", kTranscendental, x, [](float v) { return v * kernels::sigmoid(v); },
      [](float v) {
        const float s = kernels::sigmoid(v);
        return s + v * s * (1.0f - s);
      });
}

Tensor gelu(const Tensor& x, const GeluOptions& options) {
  return options.approximate ? gelu_by_tanh(x) : gelu_by_erf(x);
}

Tensor exponential(const Tensor& x) { return ops::exp(x); }

Tensor hard_sigmoid(const Tensor& x) {
  return unary(
      "hard_sigmoid", kCheap, x, [](float v) { return clipped_line(v); },
      [](float v) { return slope_of_clipped_line(v); });
}

Tensor hard_silu(const Tensor& x) {
  return unary(
      "hard_silu", kCheap, x, [](float v) { return v * clipped_line(v); },
      [](float v) { return clipped_line(v) + v * slope_of_clipped_line(v); });
}

Tensor hard_tanh(const Tensor& x) { return ops::clip(x, -1.0f, 1.0f); }

Tensor hard_shrink(const Tensor& x, float threshold) {
  return unary(
      "hard_shrink", kCheap, x,
      [threshold](float v) { return std::abs(v) <= threshold ? 0.0f : v; },
      [threshold](float v) { return std::abs(v) > threshold ? 1.0f : 0.0f; });
}

Tensor soft_shrink(const Tensor& x, float threshold) {
  check_bound("soft_shrink", "threshold", threshold);
  return unary(
      "soft_shrink", kCheap, x,
      [threshold](float v) {
        return v < -threshold ? v + threshold : (v > threshold ? v - threshold : v - v);
      },
      [threshold](float v) { return std::abs(v) > threshold ? 1.0f : 0.0f; });
}

// d/dx = tanh(x)^2
Tensor tanh_shrink(const Tensor& x) {
  return unary(
      "tanh_shrink", kTranscendental, x, [](float v) { return v - kernels::tanh(v); },
      [](float v) {
        const float t = kernels::tanh(v);
        return t * t;
      });
}

// With e = exp(x), tanh(softplus(x)) = n / d with n = e (e + 2) and d = n + 2, and d/dx = n / d + 4
// x e (1 + e) / d^2. For x >= 20 in float, n / d is 1 and the second term 0.
Tensor mish(const Tensor& x) {
  return unary(
      "mish", kTranscendental, x,
      [](float v) {
        const float e = kernels::exp(kernels::smaller(v, 20.0f));
        const float n = e * (e + 2.0f);
        return v * (n / (n + 2.0f));
      },
      [](float v) {
        const float c = kernels::smaller(v, 20.0f);
        const float e = kernels::exp(c);
        const float n = e * (e + 2.0f);
        const float d = n + 2.0f;
        return n / d + 4.0f * c * (e / d) * ((1.0f + e) / d);
      });
}

// d/dx = sigmoid(-x)
Tensor log_sigmoid(const Tensor& x) {
  return unary(
      "log_sigmoid", kTranscendental, x, [](float v) { return -kernels::softplus(-v); },
      [](float v) { return kernels::sigmoid(-v); });
}

Tensor sparse_plus(const Tensor& x) {
  return unary(
      "sparse_plus", kCheap, x,
      [](float v) {
        const float rise = v < -1.0f ? 0.0f : v + 1.0f;
        return v >= 1.0f ? v : 0.25f * rise * rise;
      },
      [](float v) { return v < -1.0f ? 0.0f : (v >= 1.0f ? 1.0f : 0.5f * (v + 1.0f)); });
}

Tensor sparse_sigmoid(const Tensor& x) {
  return unary(
      "sparse_sigmoid", kCheap, x,
      [](float v) { return v < -1.0f ? 0.0f : (v > 1.0f ? 1.0f : 0.5f * (v + 1.0f)); },
      [](float v) { return std::abs(v) <= 1.0f ? 0.5f : 0.0f; });
}

Tensor squareplus(const Tensor& x, float b) {
  return unary(
      "squareplus", kCheap, x, [b](float v) { return 0.5f * (v + std::sqrt(v * v + b)); },
      [b](float v) { return 0.5f * (1.0f + v / std::sqrt(v * v + b)); });
}

Tensor threshold(const Tensor& x, float threshold, float value) {
  return unary(
      "threshold", kCheap, x, [threshold, value](float v) { return v > threshold ? v : value; },
      [threshold](float v) { return v > threshold ? 1.0f : 0.0f; });
}

Tensor softmax(const Tensor& x, int axis) { return ops::softmax(x, axis); }

Tensor log_softmax(const Tensor& x, int axis) { return ops::log_softmax(x, axis); }

Tensor glu(const Tensor& x, int axis) {
  const int along = x.shape().axis(axis, "glu");
  const std::int64_t half = x.shape()[along] / 2;
  check<ShapeError>(2 * half == x.shape()[along], "glu",
                    "the extent along the axis must be even. Received: axis={}, shape={}.", axis,
                    x.shape());
  const Shape size = x.shape().with(along, half);
  Shape start(std::vector<std::int64_t>(static_cast<std::size_t>(x.rank()), 0));
  const Tensor value = ops::slice(x, start, size);
  return value * ops::sigmoid(ops::slice(x, start.with(along, half), size));
}

}  // namespace strata::activations
