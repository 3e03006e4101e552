// Activations, softmax and L2 normalization.
#include "strata/ops/nn.hpp"

#include <algorithm>

#include "kernels/elementwise/vector_math.hpp"
#include "kernels/normalization/l2_normalize.hpp"
#include "kernels/normalization/softmax.hpp"
#include "ops/last_axes.hpp"
#include "ops/unary.hpp"

namespace strata::ops {
namespace {

kernels::AxisView checked_view(const char* who, const Tensor& x, int axis) {
  check_defined(who, x);
  return kernels::axis_view(x.shape(), x.shape().axis(axis, who));
}

// A new tensor of `like`'s shape that `kernel` writes.
template <class Kernel>
Tensor written(const Tensor& like, Kernel kernel) {
  Tensor result = TensorAccess::uninitialized(like.shape());
  if (result.size() > 0) kernel(TensorAccess::data(result));
  return result;
}

using Forward = void (*)(const kernels::AxisView& view, const float* x, float* y);
using Backward = void (*)(const kernels::AxisView& view, const float* y, const float* dy,
                          float* dx);

// Softmax or its logarithm: the gradient is a function of the output.
Tensor softmax_by(const char* who, const Tensor& x, int axis, Forward forward, Backward backward) {
  const kernels::AxisView view = checked_view(who, x, axis);
  const Tensor y = written(x, [&](float* to) { forward(view, x.data(), to); });
  return record_unary(who, y, x, [y, view, backward](const Tensor& dy) {
    return written(y, [&](float* dx) { backward(view, y.data(), dy.data(), dx); });
  });
}

}  // namespace

Tensor relu(const Tensor& x) {
  return unary_by_output(
      "ops::relu", kCheap, x, [](float v) { return v <= 0.0f ? 0.0f : v; },
      [](float y) { return y > 0.0f ? 1.0f : 0.0f; });
}

Tensor sigmoid(const Tensor& x) {
  return unary_by_output(
      "ops::sigmoid", kTranscendental, x, [](float v) { return kernels::sigmoid(v); },
      [](float y) { return y * (1.0f - y); });
}

// d/dx = sigmoid(x) = 1 - exp(-softplus(x))
Tensor softplus(const Tensor& x) {
  return unary_by_output(
      "ops::softplus", 2 * kTranscendental, x, [](float v) { return kernels::softplus(v); },
      [](float y) { return -kernels::expm1(-y); });
}

Tensor softmax(const Tensor& x, int axis) {
  return softmax_by("ops::softmax", x, axis, kernels::softmax, kernels::softmax_gradient);
}

Tensor log_softmax(const Tensor& x, int axis) {
  return softmax_by("ops::log_softmax", x, axis, kernels::log_softmax,
                    kernels::log_softmax_gradient);
}

namespace {

Tensor l2_normalize_along(const char* who, const Tensor& x, const kernels::AxisView& view,
                          float epsilon) {
  const Tensor y =
      written(x, [&](float* to) { kernels::l2_normalize(view, x.data(), epsilon, to); });
  return record_unary(who, y, x, [x, view, epsilon](const Tensor& dy) {
    return written(x, [&](float* dx) {
      kernels::l2_normalize_gradient(view, x.data(), dy.data(), epsilon, dx);
    });
  });
}

}  // namespace

Tensor l2_normalize(const Tensor& x, const Axes& axes, float epsilon) {
  constexpr const char* kWho = "ops::l2_normalize";
  check_defined(kWho, x);
  check(epsilon > 0.0f, kWho, "epsilon must be positive. Received: epsilon={}.", epsilon);
  const std::vector<bool> along = axes.of(x.shape(), kWho);
  if (std::count(along.begin(), along.end(), true) == 1) {
    const auto axis = std::find(along.begin(), along.end(), true) - along.begin();
    return l2_normalize_along(kWho, x, kernels::axis_view(x.shape(), static_cast<int>(axis)),
                              epsilon);
  }
  const LastAxes last(x.shape(), along);
  return last.restore(l2_normalize_along(
      kWho, last.arrange(x), {.outer = last.rows(), .extent = last.columns()}, epsilon));
}

}  // namespace strata::ops
