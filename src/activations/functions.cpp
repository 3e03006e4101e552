#include "strata/activations/functions.hpp"

#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include "core/check.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/elementwise.hpp"
#include "strata/ops/nn.hpp"
#include "tensor/format.hpp"

namespace strata::activations {
namespace {

constexpr float kLargest = std::numeric_limits<float>::max();

/// min(x, 0), with gradient 1 at 0, where relu has 0: the two share x among them.
Tensor negative_part(const Tensor& x) { return ops::clip(x, -kLargest, 0.0f); }

}  // namespace

Tensor relu(const Tensor& x, const ReluOptions& options) {
  const auto& [slope, max_value, limit] = options;
  Tensor y = limit == 0.0f ? ops::relu(x) : ops::where(ops::greater(x, limit), x, 0.0f);
  if (max_value) y = ops::clip(y, 0.0f, *max_value);
  return slope == 0.0f ? y : y - slope * ops::relu(limit - x);
}

Tensor linear(const Tensor& x) { return x; }

Tensor leaky_relu(const Tensor& x, float negative_slope) {
  return ops::where(ops::greater_equal(x, 0.0f), x, negative_slope * x);
}

Tensor relu6(const Tensor& x) { return relu(x, {.max_value = 6.0f}); }

Tensor elu(const Tensor& x, float alpha) {
  return ops::relu(x) + alpha * ops::expm1(negative_part(x));
}

Tensor celu(const Tensor& x, float alpha) {
  return ops::relu(x) + alpha * ops::expm1(negative_part(x) / alpha);
}

Tensor selu(const Tensor& x) {
  constexpr float kScale = 1.0507009873554805f;
  constexpr float kAlpha = 1.6732632423543772f;
  return kScale * elu(x, kAlpha);
}

Tensor softplus(const Tensor& x) { return ops::softplus(x); }

Tensor softsign(const Tensor& x) { return x / (1.0f + ops::abs(x)); }

Tensor sigmoid(const Tensor& x) { return ops::sigmoid(x); }

Tensor tanh(const Tensor& x) { return ops::tanh(x); }

Tensor silu(const Tensor& x) { return x * ops::sigmoid(x); }

Tensor gelu(const Tensor& x, const GeluOptions& options) {
  if (!options.approximate) {
    return 0.5f * x * (1.0f + ops::erf(x * (0.5f * std::numbers::sqrt2_v<float>)));
  }
  const float scale = std::sqrt(2.0f * std::numbers::inv_pi_v<float>);
  return 0.5f * x * (1.0f + ops::tanh(scale * (x + 0.044715f * x * x * x)));
}

Tensor exponential(const Tensor& x) { return ops::exp(x); }

Tensor hard_sigmoid(const Tensor& x) { return ops::clip(x / 6.0f + 0.5f, 0.0f, 1.0f); }

Tensor hard_silu(const Tensor& x) { return x * hard_sigmoid(x); }

Tensor hard_tanh(const Tensor& x) { return ops::clip(x, -1.0f, 1.0f); }

Tensor hard_shrink(const Tensor& x, float threshold) {
  return ops::where(ops::greater(ops::abs(x), threshold), x, 0.0f);
}

Tensor soft_shrink(const Tensor& x, float threshold) {
  return x - ops::clip(x, -threshold, threshold);
}

Tensor tanh_shrink(const Tensor& x) { return x - ops::tanh(x); }

Tensor mish(const Tensor& x) { return x * ops::tanh(ops::softplus(x)); }

Tensor log_sigmoid(const Tensor& x) { return -ops::softplus(-x); }

Tensor sparse_plus(const Tensor& x) {
  const Tensor bend = 0.25f * ops::square(ops::clip(x, -1.0f, 1.0f) + 1.0f);
  return ops::where(ops::less(x, 1.0f), bend, x);
}

Tensor sparse_sigmoid(const Tensor& x) { return ops::clip(0.5f * (x + 1.0f), 0.0f, 1.0f); }

Tensor squareplus(const Tensor& x, float b) { return 0.5f * (x + ops::sqrt(ops::square(x) + b)); }

Tensor threshold(const Tensor& x, float threshold, float value) {
  return ops::where(ops::greater(x, threshold), x, value);
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
