#include "strata/ops/pooling.hpp"

#include "core/check.hpp"
#include "kernels/pooling.hpp"
#include "ops/inputs.hpp"
#include "ops/windows.hpp"
#include "strata/autodiff/record.hpp"

namespace strata::ops {
namespace {

kernels::Windows checked(const char* who, const Tensor& x, const PoolingGeometry& geometry) {
  check_defined(who, x);
  return pooling_windows(who, x.shape(), geometry);
}

Tensor outcome_of(const kernels::Windows& windows, const Tensor& x) {
  return TensorAccess::uninitialized(lowered_shape(windows, x.rank(), windows.channels));
}

}  // namespace

// y = max x,   dx = dy at the first largest cell
Tensor max_pool(const Tensor& x, const PoolingGeometry& geometry) {
  constexpr const char* kWho = "ops::max_pool";
  const kernels::Windows windows = checked(kWho, x, geometry);
  Tensor y = outcome_of(windows, x);
  kernels::max_pool(windows, x.data(), TensorAccess::data(y));
  return autodiff::record(
      kWho, y, {x}, [windows, x, y](const Tensor& dy, autodiff::InputGradients& inputs) {
        inputs.add_pending(0, {x.shape(), [=](std::int64_t image, float* dx) {
                                 kernels::max_pool_backward(windows, image, x.data(), y.data(),
                                                            dy.data(), dx);
                               }});
      });
}

// y = mean x,   dx = dy / cells
Tensor average_pool(const Tensor& x, const PoolingGeometry& geometry) {
  constexpr const char* kWho = "ops::average_pool";
  const kernels::Windows windows = checked(kWho, x, geometry);
  Tensor y = outcome_of(windows, x);
  kernels::average_pool(windows, x.data(), TensorAccess::data(y));
  return autodiff::record(
      kWho, std::move(y), {x},
      [windows, shape = x.shape()](const Tensor& dy, autodiff::InputGradients& inputs) {
        inputs.add_pending(0, {shape, [=](std::int64_t image, float* dx) {
                                 kernels::average_pool_backward(windows, image, dy.data(), dx);
                               }});
      });
}

}  // namespace strata::ops
