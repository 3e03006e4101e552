// Adaptive pooling: axis by axis, since means and maxima of boxes are those of their lines.
#include <algorithm>

#include "core/check.hpp"
#include "ops/axis_windows.hpp"
#include "ops/inputs.hpp"
#include "strata/ops/pooling.hpp"
#include "tensor/format.hpp"

namespace strata::ops {
namespace {

void check_adaptive(const char* who, const Tensor& x, const std::array<int, 3>& output_size) {
  check_defined(who, x);
  check<ShapeError>(x.rank() >= 3 && x.rank() <= 5, who,
                    "the input must have one to three spatial axes between batch and channels. "
                    "Received: shape={}.",
                    x.shape());
  for (int axis = 1; axis + 1 < x.rank(); ++axis) {
    const int size = output_size[static_cast<std::size_t>(axis - 1)];
    check(size > 0, who, "output_size must be positive. Received: {} at spatial axis {}.", size,
          axis - 1);
    check<ShapeError>(x.shape()[axis] > 0, who,
                      "there must be something to pool: spatial extents above 0. Received: "
                      "shape={}.",
                      x.shape());
  }
}

using PoolAxis = Tensor (*)(const char* who, const Tensor& x, int axis,
                            kernels::AxisWindows windows);

Tensor pool_adaptively(const char* who, const Tensor& x, const std::array<int, 3>& output_size,
                       PoolAxis pool) {
  check_adaptive(who, x, output_size);
  Tensor pooled = x;
  for (int axis = 1; axis + 1 < x.rank(); ++axis) {
    const int size = output_size[static_cast<std::size_t>(axis - 1)];
    if (size != pooled.shape()[axis])
      pooled = pool(who, pooled, axis, adaptive_windows(pooled.shape()[axis], size));
  }
  return pooled;
}

}  // namespace

// Window i covers [floor(i n / size), ceil((i + 1) n / size)).
kernels::AxisWindows adaptive_windows(std::int64_t extent, std::int64_t size) {
  kernels::AxisWindows windows{.input = extent};
  for (std::int64_t i = 0; i < size; ++i) {
    const std::int64_t begin = i * extent / size;
    const std::int64_t end = ((i + 1) * extent + size - 1) / size;
    const auto first = static_cast<std::int64_t>(windows.weights.size());
    windows.outputs.push_back({begin, end, first});
    windows.weights.insert(windows.weights.end(), static_cast<std::size_t>(end - begin),
                           1.0f / static_cast<float>(end - begin));
  }
  return windows;
}

Tensor adaptive_average_pool(const Tensor& x, const std::array<int, 3>& output_size) {
  return pool_adaptively("ops::adaptive_average_pool", x, output_size, sum_windows);
}

Tensor adaptive_max_pool(const Tensor& x, const std::array<int, 3>& output_size) {
  return pool_adaptively("ops::adaptive_max_pool", x, output_size, max_windows);
}

}  // namespace strata::ops
