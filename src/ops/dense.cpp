// ops::dense: a matrix product with bias and activation in one recorded op.
#include <array>
#include <vector>

#include "core/check.hpp"
#include "core/parallel.hpp"
#include "kernels/products/epilogue.hpp"
#include "kernels/products/gemm.hpp"
#include "ops/fused_activation.hpp"
#include "ops/gradient_target.hpp"
#include "ops/inputs.hpp"
#include "strata/autodiff/record.hpp"
#include "tensor/format.hpp"

namespace strata::ops {
namespace {

using autodiff::InputGradients;

constexpr const char* kDense = "ops::dense";

void check_shapes(const Tensor& x, const Tensor& kernel, const Tensor& bias) {
  check_defined(kDense, x);
  check_defined(kDense, kernel);
  check<ShapeError>(x.rank() >= 2 && kernel.rank() == 2 && x.shape().back() == kernel.shape()[0],
                    kDense,
                    "the input must have two axes or more, and its last one must be as long as the "
                    "first of the kernel's two. Received: shapes {} and {}.",
                    x.shape(), kernel.shape());
  check<ShapeError>(!bias.defined() || bias.shape() == Shape{kernel.shape()[1]}, kDense,
                    "the bias must have the shape {}. Received: shape={}.",
                    Shape{kernel.shape()[1]}, bias.shape());
}

// dz = dy activation'(z), and db += the sum of its rows, in one pass.
void back_through_activation(std::int64_t rows, std::int64_t columns, const float* y,
                             const float* dy, FusedActivation activation, float* dz, float* db) {
  const bool linear = activation == FusedActivation::linear;
  if (linear && db == nullptr) return;
  const std::int64_t parts = column_sum_parts(rows, columns, kernels::epilogue_cost(activation));
  std::vector<double> sums(static_cast<std::size_t>(db != nullptr ? parts * columns : 0), 0.0);
  parallel_parts(parts, [&](std::int64_t part) {
    const std::int64_t begin = rows * part / parts;
    const std::int64_t count = rows * (part + 1) / parts - begin;
    const std::int64_t at = begin * columns;
    if (!linear)
      kernels::activation_gradient(count * columns, y + at, dy + at, activation, dz + at);
    if (db != nullptr)
      kernels::add_column_sums(count, columns, (linear ? dy : dz) + at,
                               sums.data() + part * columns);
  });
  if (db == nullptr) return;
  for (std::int64_t part = 1; part < parts; ++part) {
    for (std::int64_t j = 0; j < columns; ++j)
      sums[static_cast<std::size_t>(j)] += sums[static_cast<std::size_t>(part * columns + j)];
  }
  for (std::int64_t j = 0; j < columns; ++j)
    db[j] += static_cast<float>(sums[static_cast<std::size_t>(j)]);
}

}  // namespace

Tensor dense(const Tensor& x, const Tensor& kernel, const Tensor& bias) {
  return dense(x, kernel, bias, FusedActivation::linear);
}

// y = f(x · w + b),   dz = dy f'(z),   dx = dz · wᵀ,   dw = xᵀ · dz,   db = the sum of dz's rows
Tensor dense(const Tensor& x, const Tensor& kernel, const Tensor& bias,
             FusedActivation activation) {
  check_shapes(x, kernel, bias);
  const std::int64_t in = kernel.shape()[0];
  const std::int64_t units = kernel.shape()[1];
  Tensor y = TensorAccess::uninitialized(x.shape().with(x.rank() - 1, units));
  const std::int64_t rows = x.shape().without(x.rank() - 1).element_count();
  kernels::gemm_with_epilogue({.rows = rows,
                               .columns = units,
                               .inner = in,
                               .a = {x.data(), in},
                               .b = {kernel.data(), units},
                               .c = TensorAccess::data(y),
                               .c_stride = units},
                              bias.data(), activation);
  const bool linear = activation == FusedActivation::linear;
  const Tensor output = linear ? Tensor() : y;
  return autodiff::record(
      kDense, std::move(y), {x, kernel, bias}, [=](const Tensor& dy, InputGradients& inputs) {
        Tensor dz = linear ? dy : TensorAccess::uninitialized(dy.shape());
        GradientTarget db(inputs, 2, bias.shape());
        back_through_activation(rows, units, output.data(), dy.data(), activation,
                                linear ? nullptr : TensorAccess::data(dz), db.zeroed_data());
        db.finish();
        GradientTarget dw(inputs, 1, kernel.shape());
        if (dw.data() != nullptr) {
          kernels::gemm({.rows = in,
                         .columns = units,
                         .inner = rows,
                         .a = {x.data(), in, true},
                         .b = {dz.data(), units},
                         .c = dw.data(),
                         .c_stride = units,
                         .add = !dw.fresh()});
          dw.finish();
        }
        GradientTarget dx(inputs, 0, x.shape());
        if (dx.data() != nullptr) {
          kernels::gemm({.rows = rows,
                         .columns = in,
                         .inner = units,
                         .a = {dz.data(), units},
                         .b = {kernel.data(), units, true},
                         .c = dx.data(),
                         .c_stride = in,
                         .add = !dx.fresh()});
          dx.finish();
        }
      });
}

}  // namespace strata::ops
