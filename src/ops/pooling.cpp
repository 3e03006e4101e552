// Pooling as recorded ops, whose gradients are evaluated image by image where they are used.
#include "strata/ops/pooling.hpp"

#include "autodiff/deferred_gradient.hpp"
#include "core/check.hpp"
#include "kernels/convolution/pooling.hpp"
#include "ops/inputs.hpp"
#include "ops/windows.hpp"

namespace strata::ops {
namespace {

kernels::Windows checked(const char* who, const Tensor& x, const PoolingGeometry& geometry) {
  check_defined(who, x);
  return pooling_windows(who, x.shape(), geometry);
}

Tensor uninitialized_output(const kernels::Windows& windows, const Tensor& x) {
  return TensorAccess::uninitialized(lowered_shape(windows, x.rank(), windows.channels));
}

}  // namespace

// y = max x,   dx = dy at the first largest cell
Tensor max_pool(const Tensor& x, const PoolingGeometry& geometry) {
  constexpr const char* kWho = "ops::max_pool";
  const kernels::Windows windows = checked(kWho, x, geometry);
  Tensor y = uninitialized_output(windows, x);
  kernels::max_pool(windows, x.data(), TensorAccess::data(y));
  return autodiff::record(
      kWho, y, {x}, [windows, x, y](const Tensor& dy, autodiff::InputGradients& inputs) {
        const auto write = [=](std::int64_t image, float* dx) {
          kernels::max_pool_backward(windows, image, x.data(), y.data(), dy.data(), dx);
        };
        autodiff::add_deferred(inputs, 0, {x.shape(), write});
      });
}

// y = mean x,   dx = dy / cells
Tensor average_pool(const Tensor& x, const PoolingGeometry& geometry) {
  constexpr const char* kWho = "ops::average_pool";
  const kernels::Windows windows = checked(kWho, x, geometry);
  Tensor y = uninitialized_output(windows, x);
  kernels::average_pool(windows, x.data(), TensorAccess::data(y));
  return autodiff::record(
      kWho, std::move(y), {x},
      [windows, shape = x.shape()](const Tensor& dy, autodiff::InputGradients& inputs) {
        const auto write = [=](std::int64_t image, float* dx) {
          kernels::average_pool_backward(windows, image, dy.data(), dx);
        };
        autodiff::add_deferred(inputs, 0, {shape, write});
      });
}

}  // namespace strata::ops
