// Weighted sums and largest elements of windows along one axis as recorded ops.
#include "ops/axis_windows.hpp"

#include <memory>
#include <utility>

#include "kernels/reduction/axis_view.hpp"
#include "ops/inputs.hpp"

namespace strata::ops {
namespace {

void place(const Tensor& x, int axis, kernels::AxisWindows& windows) {
  const auto view = kernels::axis_view(x.shape(), axis);
  windows.outer = view.outer;
  windows.inner = view.inner;
}

Tensor one_per_window(const Tensor& x, int axis, const kernels::AxisWindows& windows) {
  const auto count = static_cast<std::int64_t>(windows.outputs.size());
  return TensorAccess::uninitialized(x.shape().with(axis, count));
}

}  // namespace

// y = Σ w x,   dx = w dy
Tensor sum_windows(const char* who, const Tensor& x, int axis, kernels::AxisWindows windows) {
  place(x, axis, windows);
  Tensor y = one_per_window(x, axis, windows);
  kernels::sum_windows(windows, x.data(), TensorAccess::data(y));
  const auto shared = std::make_shared<const kernels::AxisWindows>(std::move(windows));
  return record_unary(who, std::move(y), x, [shared, shape = x.shape()](const Tensor& dy) {
    Tensor dx = TensorAccess::uninitialized(shape);
    kernels::sum_windows_backward(*shared, dy.data(), TensorAccess::data(dx));
    return dx;
  });
}

// y = max x,   dx = dy at the first largest element
Tensor max_windows(const char* who, const Tensor& x, int axis, kernels::AxisWindows windows) {
  place(x, axis, windows);
  Tensor y = one_per_window(x, axis, windows);
  kernels::max_windows(windows, x.data(), TensorAccess::data(y));
  const auto shared = std::make_shared<const kernels::AxisWindows>(std::move(windows));
  return record_unary(who, y, x, [shared, x, y](const Tensor& dy) {
    Tensor dx = TensorAccess::uninitialized(x.shape());
    kernels::max_windows_backward(*shared, x.data(), y.data(), dy.data(), TensorAccess::data(dx));
    return dx;
  });
}

}  // namespace strata::ops
