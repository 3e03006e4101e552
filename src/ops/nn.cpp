#include "strata/ops/nn.hpp"

#include "kernels/softmax.hpp"
#include "kernels/vector_math.hpp"
#include "ops/unary.hpp"
#include "strata/autodiff/record.hpp"

namespace strata::ops {
namespace {

using autodiff::InputGradients;

kernels::Layout along(const char* who, const Tensor& x, int axis) {
  check_defined(who, x);
  const int at = x.shape().axis(axis, who);
  kernels::Layout layout{1, x.shape()[at], 1};
  for (int i = 0; i < x.rank(); ++i) {
    if (i != at) (i < at ? layout.outer : layout.inner) *= x.shape()[i];
  }
  return layout;
}

// A new tensor of `like`'s shape that `kernel` writes.
template <class Kernel>
Tensor written(const Tensor& like, Kernel kernel) {
  Tensor result = TensorAccess::uninitialized(like.shape());
  if (result.size() > 0) kernel(TensorAccess::data(result));
  return result;
}

}  // namespace

Tensor relu(const Tensor& x) {
  return unary_by_outcome(
      "ops::relu", kCheap, x, [](float v) { return v <= 0.0f ? 0.0f : v; },
      [](float y) { return y > 0.0f ? 1.0f : 0.0f; });
}

Tensor sigmoid(const Tensor& x) {
  return unary_by_outcome(
      "ops::sigmoid", kTranscendental, x, [](float v) { return kernels::sigmoid(v); },
      [](float y) { return y * (1.0f - y); });
}

// d/dx = sigmoid(x) = 1 - exp(-softplus(x))
Tensor softplus(const Tensor& x) {
  return unary_by_outcome(
      "ops::softplus", 2 * kTranscendental, x, [](float v) { return kernels::softplus(v); },
      [](float y) { return -kernels::expm1(-y); });
}

Tensor softmax(const Tensor& x, int axis) {
  constexpr const char* kWho = "ops::softmax";
  const kernels::Layout layout = along(kWho, x, axis);
  const Tensor y = written(x, [&](float* to) { kernels::softmax(layout, x.data(), to); });
  return autodiff::record(
      kWho, y, {x}, [y, layout](const Tensor& gradient, InputGradients& inputs) {
        inputs.add(0, written(y, [&](float* to) {
                     kernels::softmax_gradient(layout, y.data(), gradient.data(), to);
                   }));
      });
}

Tensor log_softmax(const Tensor& x, int axis) {
  constexpr const char* kWho = "ops::log_softmax";
  const kernels::Layout layout = along(kWho, x, axis);
  const Tensor y = written(x, [&](float* to) { kernels::log_softmax(layout, x.data(), to); });
  return autodiff::record(
      kWho, y, {x}, [y, layout](const Tensor& gradient, InputGradients& inputs) {
        inputs.add(0, written(y, [&](float* to) {
                     kernels::log_softmax_gradient(layout, y.data(), gradient.data(), to);
                   }));
      });
}

Tensor l2_normalize(const Tensor& x, int axis, float epsilon) {
  constexpr const char* kWho = "ops::l2_normalize";
  const kernels::Layout layout = along(kWho, x, axis);
  check(epsilon > 0.0f, kWho, "epsilon must be positive. Received: epsilon={}.", epsilon);
  return autodiff::record(
      kWho, written(x, [&](float* to) { kernels::l2_normalize(layout, x.data(), epsilon, to); }),
      {x}, [x, layout, epsilon](const Tensor& gradient, InputGradients& inputs) {
        inputs.add(0, written(x, [&](float* to) {
                     kernels::l2_normalize_gradient(layout, x.data(), gradient.data(), epsilon, to);
                   }));
      });
}

}  // namespace strata::ops
