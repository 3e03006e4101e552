#include "kernels/batch_norm.hpp"

#include <cmath>
#include <vector>

#include "core/parallel.hpp"

namespace strata::kernels {
namespace {

// The totals of what `add(row, sums)` adds up over all rows, `count` numbers of it.
template <class Add>
std::vector<double> totals(std::int64_t rows, std::int64_t count, Add add) {
  const std::int64_t parts = column_sum_parts(rows, count);
  std::vector<double> sums(static_cast<std::size_t>(parts * count), 0.0);
  parallel_parts(parts, [&](std::int64_t part) {
    for (std::int64_t row = rows * part / parts; row < rows * (part + 1) / parts; ++row)
      add(row, sums.data() + part * count);
  });
  for (std::int64_t i = count; i < parts * count; ++i)
    sums[static_cast<std::size_t>(i % count)] += sums[static_cast<std::size_t>(i)];
  sums.resize(static_cast<std::size_t>(count));
  return sums;
}

std::vector<float> inverse_deviations(std::int64_t columns, const float* variance, float epsilon) {
  std::vector<float> inverse(static_cast<std::size_t>(columns));
  for (std::size_t j = 0; j < inverse.size(); ++j)
    inverse[j] = 1.0f / std::sqrt(variance[j] + epsilon);
  return inverse;
}

}  // namespace

void column_moments(std::int64_t rows, std::int64_t columns, const float* x, float* mean,
                    float* variance) {
  const auto add = [&](std::int64_t row, double* sums) {
    const float* from = x + row * columns;
    for (std::int64_t j = 0; j < columns; ++j) sums[j] += static_cast<double>(from[j]);
  };
  const auto add_squares = [&](std::int64_t row, double* sums) {
    const float* from = x + row * columns;
    for (std::int64_t j = 0; j < columns; ++j) {
      const float gap = from[j] - mean[j];
      sums[j] += static_cast<double>(gap * gap);
    }
  };
  const auto divided = [&](const std::vector<double>& sums, float* out) {
    for (std::size_t j = 0; j < sums.size(); ++j)
      out[j] = static_cast<float>(sums[j] / static_cast<double>(rows));
  };
  divided(totals(rows, columns, add), mean);
  divided(totals(rows, columns, add_squares), variance);
}

void normalize_columns(std::int64_t rows, std::int64_t columns, const float* x, const float* mean,
                       const float* variance, float epsilon, const float* gamma, const float* beta,
                       float* y) {
  std::vector<float> scale = inverse_deviations(columns, variance, epsilon);
  std::vector<float> shift(scale.size(), 0.0f);
  for (std::size_t j = 0; j < scale.size(); ++j) {
    if (gamma != nullptr) scale[j] *= gamma[j];
    if (beta != nullptr) shift[j] = beta[j];
  }
  parallel_for(rows, columns, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t row = begin; row < end; ++row) {
      const float* from = x + row * columns;
      float* to = y + row * columns;
      for (std::int64_t j = 0; j < columns; ++j) {
        const auto column = static_cast<std::size_t>(j);
        to[j] = (from[j] - mean[j]) * scale[column] + shift[column];
      }
    }
  });
}

void normalize_columns_gradient(std::int64_t rows, std::int64_t columns, const float* x,
                                const float* mean, const float* variance, float epsilon,
                                const float* gamma, const float* dy, BatchNormGradients out) {
  const std::vector<float> inverse = inverse_deviations(columns, variance, epsilon);
  const auto add = [&](std::int64_t row, double* sums) {
    const float* from = x + row * columns;
    const float* g = dy + row * columns;
    for (std::int64_t j = 0; j < columns; ++j) {
      sums[j] += static_cast<double>(g[j]);
      sums[columns + j] +=
          static_cast<double>(g[j] * (from[j] - mean[j]) * inverse[static_cast<std::size_t>(j)]);
    }
  };
  const std::vector<double> sums = totals(rows, 2 * columns, add);
  // dx = a dy + b (x - mean) + c
  std::vector<float> a(inverse), b(inverse), c(inverse);
  for (std::size_t j = 0; j < inverse.size(); ++j) {
    out.beta[j] = static_cast<float>(sums[j]);
    out.gamma[j] = static_cast<float>(sums[inverse.size() + j]);
    if (gamma != nullptr) a[j] *= gamma[j];
    const float per_row = a[j] / static_cast<float>(rows);
    b[j] = -per_row * out.gamma[j] * inverse[j];
    c[j] = -per_row * out.beta[j];
  }
  if (out.x == nullptr) return;
  parallel_for(rows, 2 * columns, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin * columns; i < end * columns; i += columns) {
      for (std::int64_t j = 0; j < columns; ++j) {
        const auto column = static_cast<std::size_t>(j);
        out.x[i + j] = a[column] * dy[i + j] + b[column] * (x[i + j] - mean[j]) + c[column];
      }
    }
  });
}

}  // namespace strata::kernels
