// Penalties on matrices as recorded ops. Each computes in the value what its gradient needs.
#include "ops/matrix_penalty.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>

#include "core/check.hpp"
#include "core/parallel.hpp"
#include "kernels/decompositions/decompositions.hpp"
#include "kernels/decompositions/largest_singular.hpp"
#include "kernels/products/gemm.hpp"
#include "kernels/weights/penalty.hpp"
#include "ops/gradient_target.hpp"
#include "tensor/format.hpp"

namespace strata::ops {
namespace {

// Its singular values, reduced. LAPACK may never end on what is not finite: none then.
std::optional<kernels::SingularValues> singular_values(const Tensor& matrix) {
  const bool finite = std::all_of(matrix.values().begin(), matrix.values().end(),
                                  [](float value) { return std::isfinite(value); });
  if (!finite) return std::nullopt;
  kernels::ColumnMatrix columns(matrix.shape()[0], matrix.shape()[1]);
  const float* from = matrix.data();
  for (std::int64_t i = 0; i < columns.rows; ++i) {
    for (std::int64_t j = 0; j < columns.columns; ++j) columns(i, j) = static_cast<double>(*from++);
  }
  auto result = kernels::svd(columns, kernels::SingularVectors::reduced);
  check(result.has_value(), "NuclearNorm",
        "LAPACK must find the singular values. Received: none of a matrix with shape={}.",
        matrix.shape());
  return result;
}

// `Σ weight(i) u_i v_iᵀ` over the singular values for which it isn't 0.
template <class Weight>
Tensor recomposed(const kernels::SingularValues& svd, const Shape& shape, const Weight& weight) {
  Tensor result = TensorAccess::uninitialized(shape);
  float* const to = TensorAccess::data(result);
  const std::int64_t columns = shape[1];
  parallel_for(shape[0], 2 * columns * svd.s.rows, [&](std::int64_t begin, std::int64_t end) {
    std::vector<double> sums(static_cast<std::size_t>(columns));
    for (std::int64_t i = begin; i < end; ++i) {
      std::fill(sums.begin(), sums.end(), 0.0);
      for (std::int64_t k = 0; k < svd.s.rows; ++k) {
        const double share = weight(svd.s(k, 0)) * svd.u(i, k);
        if (share == 0.0) continue;
        for (std::int64_t j = 0; j < columns; ++j)
          sums[static_cast<std::size_t>(j)] += share * svd.vt(k, j);
      }
      std::transform(sums.begin(), sums.end(), to + i * columns,
                     [](double sum) { return static_cast<float>(sum); });
    }
  });
  return result;
}

Tensor constant_nan(const Shape& shape) {
  Tensor result = TensorAccess::uninitialized(shape);
  std::fill_n(TensorAccess::data(result), result.size(), std::numeric_limits<float>::quiet_NaN());
  return result;
}

void add_scaled(GradientTarget& target, const Tensor& x, float scale) {
  float* const to = target.zeroed_data();
  const float* const from = x.data();
  parallel_for(x.size(), 1, [=](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) to[i] += scale * from[i];
  });
}

}  // namespace

// spectral_penalty(W) = factor σ₁²,   d/dW = 2 factor σ₁ u₁ v₁ᵀ = 2 factor (W v₁) v₁ᵀ
Tensor spectral_penalty(const Tensor& matrix, float factor) {
  if (matrix.size() == 0) return 0.0f;
  const std::int64_t rows = matrix.shape()[0];
  const std::int64_t columns = matrix.shape()[1];
  auto largest = std::make_shared<const kernels::LargestSingular>(
      kernels::largest_singular(rows, columns, matrix.data()));
  const double value = static_cast<double>(factor) * largest->value * largest->value;
  return autodiff::record(
      "spectral_penalty", Tensor(static_cast<float>(value)), {matrix},
      [shape = matrix.shape(), rows, columns, factor, largest](
          const Tensor& upstream, autodiff::InputGradients& gradients) {
        GradientTarget target(gradients, 0, shape);
        float* const to = target.zeroed_data();
        if (to == nullptr) return;
        const double scale =
            2.0 * static_cast<double>(factor) * static_cast<double>(upstream.item());
        parallel_for(rows, columns, [&](std::int64_t begin, std::int64_t end) {
          for (std::int64_t i = begin; i < end; ++i) {
            const double of_row = scale * largest->scaled[static_cast<std::size_t>(i)];
            for (std::int64_t j = 0; j < columns; ++j)
              to[i * columns + j] +=
                  static_cast<float>(of_row * largest->right[static_cast<std::size_t>(j)]);
          }
        });
        target.finish();
      });
}

// nuclear_penalty(W) = factor Σσ,   d/dW = factor U Vᵀ
Tensor nuclear_penalty(const Tensor& matrix, float factor) {
  if (matrix.size() == 0) return 0.0f;
  const auto svd = singular_values(matrix);
  double sum = std::numeric_limits<double>::quiet_NaN();
  if (svd) {
    sum = 0.0;
    for (const double value : svd->s.values) sum += value;
  }
  const Tensor* const inputs[] = {&matrix};
  Tensor direction;
  if (autodiff::recording(inputs)) {
    const auto longer = static_cast<double>(std::max(matrix.shape()[0], matrix.shape()[1]));
    const double least =
        svd ? longer * static_cast<double>(std::numeric_limits<float>::epsilon()) * svd->s(0, 0)
            : 0.0;
    direction = svd ? recomposed(*svd, matrix.shape(),
                                 [=](double value) { return value > least ? 1.0 : 0.0; })
                    : constant_nan(matrix.shape());
  }
  return autodiff::record(
      "nuclear_penalty", Tensor(static_cast<float>(static_cast<double>(factor) * sum)), {matrix},
      [direction, factor](const Tensor& upstream, autodiff::InputGradients& gradients) {
        GradientTarget target(gradients, 0, direction.shape());
        if (target.data() == nullptr) return;
        add_scaled(target, direction, upstream.item() * factor);
        target.finish();
      });
}

Tensor shrunk_singular_values(const Tensor& matrix, double threshold) {
  if (matrix.size() == 0) return matrix;
  const auto svd = singular_values(matrix);
  if (!svd) return constant_nan(matrix.shape());
  return recomposed(*svd, matrix.shape(),
                    [=](double value) { return std::max(value - threshold, 0.0); });
}

// soft_orthogonal_penalty(W) = factor ‖WᵀW - I‖²,   d/dW = 4 factor W (WᵀW - I)
Tensor soft_orthogonal_penalty(const Tensor& matrix, float factor) {
  if (matrix.size() == 0) return 0.0f;
  const std::int64_t rows = matrix.shape()[0];
  const std::int64_t columns = matrix.shape()[1];
  const bool wide = rows < columns;
  const std::int64_t extent = std::min(rows, columns);
  Tensor gram = TensorAccess::uninitialized({extent, extent});
  float* const product = TensorAccess::data(gram);
  kernels::gemm({.rows = extent,
                 .columns = extent,
                 .inner = std::max(rows, columns),
                 .a = {matrix.data(), columns, !wide},
                 .b = {matrix.data(), columns, wide},
                 .c = product,
                 .c_stride = extent});
  for (std::int64_t i = 0; i < extent; ++i) product[i * extent + i] -= 1.0f;
  const float value = kernels::penalty(gram.size(), product, {.l2 = factor});
  return autodiff::record("soft_orthogonal_penalty", Tensor(value), {matrix},
                          [matrix, gram, rows, columns, wide, extent, factor](
                              const Tensor& upstream, autodiff::InputGradients& gradients) {
                            GradientTarget target(gradients, 0, matrix.shape());
                            if (target.data() == nullptr) return;
                            Tensor turned = TensorAccess::uninitialized(matrix.shape());
                            const kernels::Matrix left{matrix.data(), columns};
                            const kernels::Matrix right{gram.data(), extent};
                            kernels::gemm({.rows = rows,
                                           .columns = columns,
                                           .inner = extent,
                                           .a = wide ? right : left,
                                           .b = wide ? left : right,
                                           .c = TensorAccess::data(turned),
                                           .c_stride = columns});
                            add_scaled(target, turned, 4.0f * factor * upstream.item());
                            target.finish();
                          });
}

}  // namespace strata::ops
