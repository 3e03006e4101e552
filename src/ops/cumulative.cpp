// Sums up to each element, and differences of neighbours.
#include <vector>

#include "core/check.hpp"
#include "core/parallel.hpp"
#include "kernels/reduction/axis_view.hpp"
#include "ops/inputs.hpp"
#include "ops/part_of.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/elementwise.hpp"
#include "strata/ops/reduction.hpp"
#include "tensor/format.hpp"

namespace strata::ops {
namespace {

// Sums along an axis from its beginning, or from its end, in double.
Tensor running_sums(const Tensor& x, int axis, bool from_end) {
  const kernels::AxisView view = kernels::axis_view(x.shape(), axis);
  Tensor result = TensorAccess::uninitialized(x.shape());
  const float* from = x.data();
  float* to = TensorAccess::data(result);
  parallel_for(view.outer, view.extent * view.inner, [=](std::int64_t begin, std::int64_t end) {
    std::vector<double> sums(static_cast<std::size_t>(view.inner));
    for (std::int64_t outer = begin; outer < end; ++outer) {
      std::fill(sums.begin(), sums.end(), 0.0);
      for (std::int64_t step = 0; step < view.extent; ++step) {
        const std::int64_t place = from_end ? view.extent - 1 - step : step;
        const std::int64_t row = (outer * view.extent + place) * view.inner;
        for (std::int64_t i = 0; i < view.inner; ++i) {
          double& sum = sums[static_cast<std::size_t>(i)];
          sum += double{from[row + i]};
          to[row + i] = static_cast<float>(sum);
        }
      }
    }
  });
  return result;
}

}  // namespace

// y_i = x_0 + … + x_i,   so dx_i = dy_i + dy_(i + 1) + …
Tensor cumsum(const Tensor& x, std::optional<int> axis) {
  constexpr const char* kWho = "ops::cumsum";
  check_defined(kWho, x);
  if (!axis) return cumsum(reshape(x, {-1}), 0);
  const int at = x.shape().axis(*axis, kWho);
  return record_unary(kWho, running_sums(x, at, false), x,
                      [at](const Tensor& gradient) { return running_sums(gradient, at, true); });
}

Tensor diff(const Tensor& x, int n, int axis) {
  constexpr const char* kWho = "ops::diff";
  check_defined(kWho, x);
  const int at = x.shape().axis(axis, kWho);
  check(n >= 0, kWho, "n must not be negative. Received: n={}.", n);
  check<ShapeError>(n <= x.shape()[at], kWho,
                    "the axis must be at least n long. Received: n={}, shape={}, axis={}.", n,
                    x.shape(), axis);
  Tensor result = x;
  for (int i = 0; i < n; ++i) {
    const std::int64_t extent = result.shape()[at];
    result = part_of(result, at, 1, extent) - part_of(result, at, 0, extent - 1);
  }
  return result;
}

}  // namespace strata::ops
