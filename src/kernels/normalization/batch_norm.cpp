// Statistics, normalization and gradients of the columns of a matrix.
#include "kernels/normalization/batch_norm.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/parallel.hpp"

namespace strata::kernels {
namespace {

// A (rows, columns) matrix in which `repeats` consecutive rows count as one wide row, so that
// vectors are full even with few columns. The last wide row may be shorter.
struct WideRows {
  WideRows(std::int64_t height, std::int64_t width)
      : size(height * width),
        repeats(std::clamp<std::int64_t>(kWide / std::max<std::int64_t>(width, 1), 1,
                                         std::max<std::int64_t>(height, 1))),
        columns(repeats * width),
        rows((height + repeats - 1) / repeats) {}

  // Number of elements in wide row `row`.
  std::int64_t length(std::int64_t row) const { return std::min(columns, size - row * columns); }

  std::vector<float> repeated(const float* values) const {
    const auto width = static_cast<std::size_t>(columns / repeats);
    std::vector<float> wide(static_cast<std::size_t>(columns));
    for (std::size_t j = 0; j < wide.size(); j += width) std::copy_n(values, width, &wide[j]);
    return wide;
  }

  static constexpr std::int64_t kWide = 64;
  std::int64_t size;
  std::int64_t repeats;
  std::int64_t columns;
  std::int64_t rows;
};

// Sums over all wide rows what `add(row, sums)` adds: `fields` numbers per column, the first number
// of all columns before the second.
template <class Add>
std::vector<double> totals(const WideRows& wide, std::int64_t fields, Add add) {
  const std::int64_t count = fields * wide.columns;
  const std::int64_t parts = column_sum_parts(wide.rows, count);
  std::vector<double> sums(static_cast<std::size_t>(parts * count), 0.0);
  parallel_parts(parts, [&](std::int64_t part) {
    for (std::int64_t row = wide.rows * part / parts; row < wide.rows * (part + 1) / parts; ++row)
      add(row, sums.data() + part * count);
  });
  const auto width = static_cast<std::size_t>(wide.columns / wide.repeats);
  std::vector<double> total(static_cast<std::size_t>(fields) * width, 0.0);
  const double* from = sums.data();
  for (std::int64_t part = 0; part < parts; ++part) {
    for (std::size_t field = 0; field < total.size(); field += width) {
      for (std::int64_t repeat = 0; repeat < wide.repeats; ++repeat, from += width) {
        for (std::size_t j = 0; j < width; ++j) total[field + j] += from[j];
      }
    }
  }
  return total;
}

std::vector<float> inverse_deviations(const BatchNorm& norm) {
  std::vector<float> inverse(static_cast<std::size_t>(norm.columns));
  for (std::size_t j = 0; j < inverse.size(); ++j)
    inverse[j] = 1.0f / std::sqrt(norm.variance[j] + norm.epsilon);
  return inverse;
}

void normalize_row(std::int64_t count, const float* x, const float* mean, const float* scale,
                   const float* shift, float* __restrict y) {
  for (std::int64_t j = 0; j < count; ++j) y[j] = (x[j] - mean[j]) * scale[j] + shift[j];
}

void add_gradients(std::int64_t count, const float* x, const float* dy, const float* mean,
                   const float* inverse, double* __restrict beta, double* __restrict gamma) {
  for (std::int64_t j = 0; j < count; ++j) {
    beta[j] += static_cast<double>(dy[j]);
    gamma[j] += static_cast<double>(dy[j] * (x[j] - mean[j]) * inverse[j]);
  }
}

void input_gradients(std::int64_t count, const float* x, const float* dy, const float* mean,
                     const float* a, const float* b, const float* c, float* __restrict dx) {
  for (std::int64_t j = 0; j < count; ++j) dx[j] = a[j] * dy[j] + b[j] * (x[j] - mean[j]) + c[j];
}

}  // namespace

void column_moments(std::int64_t rows, std::int64_t columns, const float* x, float* mean,
                    float* variance) {
  const WideRows wide(rows, columns);
  const auto write_mean = [&](auto term, float* out) {
    const auto add = [&](std::int64_t row, double* sums) {
      const float* from = x + row * wide.columns;
      const std::int64_t count = wide.length(row);
      for (std::int64_t j = 0; j < count; ++j) sums[j] += static_cast<double>(term(from[j], j));
    };
    const std::vector<double> sums = totals(wide, 1, add);
    for (std::size_t j = 0; j < sums.size(); ++j)
      out[j] = static_cast<float>(sums[j] / static_cast<double>(rows));
  };
  write_mean([](float value, std::int64_t) { return value; }, mean);
  const std::vector<float> means = wide.repeated(mean);
  const auto square = [center = means.data()](float value, std::int64_t j) {
    const float gap = value - center[j];
    return gap * gap;
  };
  write_mean(square, variance);
}

void normalize_columns(const BatchNorm& norm, const float* beta, float* y) {
  std::vector<float> scale = inverse_deviations(norm);
  std::vector<float> shift(scale.size(), 0.0f);
  for (std::size_t j = 0; j < scale.size(); ++j) {
    if (norm.gamma != nullptr) scale[j] *= norm.gamma[j];
    if (beta != nullptr) shift[j] = beta[j];
  }
  const WideRows wide(norm.rows, norm.columns);
  const auto means = wide.repeated(norm.mean);
  const auto scales = wide.repeated(scale.data());
  const auto shifts = wide.repeated(shift.data());
  parallel_for(wide.rows, wide.columns, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t row = begin; row < end; ++row) {
      normalize_row(wide.length(row), norm.x + row * wide.columns, means.data(), scales.data(),
                    shifts.data(), y + row * wide.columns);
    }
  });
}

void column_weight_gradients(const BatchNorm& norm, const float* dy, float* gamma, float* beta) {
  const std::vector<float> inverse = inverse_deviations(norm);
  const WideRows wide(norm.rows, norm.columns);
  const auto means = wide.repeated(norm.mean);
  const auto inverses = wide.repeated(inverse.data());
  const auto add = [&](std::int64_t row, double* sums) {
    add_gradients(wide.length(row), norm.x + row * wide.columns, dy + row * wide.columns,
                  means.data(), inverses.data(), sums, sums + wide.columns);
  };
  const std::vector<double> sums = totals(wide, 2, add);
  for (std::size_t j = 0; j < inverse.size(); ++j) {
    beta[j] = static_cast<float>(sums[j]);
    gamma[j] = static_cast<float>(sums[inverse.size() + j]);
  }
}

void column_input_gradients(const BatchNorm& norm, const float* dy,
                            const GradientCoefficients& columns, float* dx) {
  const WideRows wide(norm.rows, norm.columns);
  const auto means = wide.repeated(norm.mean);
  const auto a = wide.repeated(columns.a);
  const auto b = wide.repeated(columns.b);
  const auto c = wide.repeated(columns.c);
  parallel_for(wide.rows, 2 * wide.columns, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t row = begin; row < end; ++row) {
      const std::int64_t first = row * wide.columns;
      input_gradients(wide.length(row), norm.x + first, dy + first, means.data(), a.data(),
                      b.data(), c.data(), dx + first);
    }
  });
}

void normalize_columns_gradient(const BatchNorm& norm, const float* dy, BatchNormGradients out) {
  column_weight_gradients(norm, dy, out.gamma, out.beta);
  if (out.x == nullptr) return;
  const std::vector<float> inverse = inverse_deviations(norm);
  std::vector<float> a(inverse), b(inverse), c(inverse);
  for (std::size_t j = 0; j < inverse.size(); ++j) {
    if (norm.gamma != nullptr) a[j] *= norm.gamma[j];
    const float per_row = a[j] / static_cast<float>(norm.rows);
    b[j] = -per_row * out.gamma[j] * inverse[j];
    c[j] = -per_row * out.beta[j];
  }
  column_input_gradients(norm, dy, {a.data(), b.data(), c.data()}, out.x);
}

}  // namespace strata::kernels
