// Normalizes a row at a time, which the cache holds while it is summed and written.
#include "kernels/normalization/row_norm.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "core/parallel.hpp"
#include "core/vector_units.hpp"

namespace strata::kernels {
namespace {

// The sum of `term(i)` over a row: float sums of short blocks in lanes, added up in double.
template <class Term>
double row_sum(std::int64_t count, Term term) {
  constexpr std::int64_t kLanes = 16;
  constexpr std::int64_t kBlock = 64 * kLanes;
  double total = 0.0;
  for (std::int64_t block = 0; block < count; block += kBlock) {
    const std::int64_t stop = std::min(count, block + kBlock);
    std::array<float, kLanes> lanes{};
    std::int64_t i = block;
    for (; i + kLanes <= stop; i += kLanes) {
      for (std::int64_t lane = 0; lane < kLanes; ++lane)
        lanes[static_cast<std::size_t>(lane)] += term(i + lane);
    }
    float rest = 0.0f;
    for (; i < stop; ++i) rest += term(i);
    for (std::size_t half = kLanes / 2; half > 0; half /= 2) {
      for (std::size_t lane = 0; lane < half; ++lane) lanes[lane] += lanes[lane + half];
    }
    total += static_cast<double>(lanes[0] + rest);
  }
  return total;
}

// Calls `body(row)` for all rows, in parallel and compiled for the CPU's vector units.
template <class Body>
void for_rows(std::int64_t rows, std::int64_t cost, const Body& body) {
  parallel_for(rows, cost, [&](std::int64_t begin, std::int64_t end) {
    with_vector_units([&] {
      for (std::int64_t row = begin; row < end; ++row) body(row);
    });
  });
}

void write_row(std::int64_t count, const float* x, float mean, float inverse, const float* gamma,
               const float* beta, float* __restrict y) {
  for (std::int64_t j = 0; j < count; ++j) y[j] = (x[j] - mean) * inverse;
  if (gamma != nullptr) {
    for (std::int64_t j = 0; j < count; ++j) y[j] *= gamma[j];
  }
  if (beta != nullptr) {
    for (std::int64_t j = 0; j < count; ++j) y[j] += beta[j];
  }
}

void normalize_row(const RowNorm& norm, const float* beta, const float* x, float* y, float& mean,
                   float& inverse) {
  const auto count = static_cast<double>(norm.columns);
  const double center =
      norm.centers ? row_sum(norm.columns, [x](std::int64_t j) { return x[j]; }) / count : 0.0;
  const auto m = static_cast<float>(center);
  const double squares = row_sum(norm.columns, [x, m](std::int64_t j) {
    const float gap = x[j] - m;
    return gap * gap;
  });
  mean = m;
  inverse = 1.0f / std::sqrt(static_cast<float>(squares / count) + norm.epsilon);
  write_row(norm.columns, x, mean, inverse, norm.gamma, beta, y);
}

// dx = inverse * (g - mean(g) - n mean(g n)) = inverse * g + b * (x - mean) + c
template <class Gradient>
void write_input_gradient(const RowNorm& norm, const float* x, float mean, float inverse,
                          Gradient g, float* __restrict dx) {
  const auto count = static_cast<double>(norm.columns);
  const double sum = norm.centers ? row_sum(norm.columns, g) : 0.0;
  const double dot = row_sum(norm.columns, [=](std::int64_t j) { return g(j) * (x[j] - mean); });
  const double wide = static_cast<double>(inverse);
  const auto b = static_cast<float>(-wide * wide * wide * dot / count);
  const auto c = static_cast<float>(-wide * sum / count);
  for (std::int64_t j = 0; j < norm.columns; ++j) dx[j] = inverse * g(j) + b * (x[j] - mean) + c;
}

void input_gradient_of_row(const RowNorm& norm, const float* x, const float* dy, float mean,
                           float inverse, float* dx) {
  if (const float* const gamma = norm.gamma; gamma != nullptr) {
    const auto g = [=](std::int64_t j) { return dy[j] * gamma[j]; };
    return write_input_gradient(norm, x, mean, inverse, g, dx);
  }
  write_input_gradient(
      norm, x, mean, inverse, [=](std::int64_t j) { return dy[j]; }, dx);
}

void add_weight_gradients(std::int64_t count, const float* x, const float* dy, float mean,
                          float inverse, double* __restrict gamma, double* __restrict beta) {
  for (std::int64_t j = 0; j < count; ++j) {
    beta[j] += static_cast<double>(dy[j]);
    gamma[j] += static_cast<double>(dy[j] * ((x[j] - mean) * inverse));
  }
}

void write_sums(std::int64_t count, const double* sums, float* to) {
  if (to == nullptr) return;
  for (std::int64_t j = 0; j < count; ++j) to[j] = static_cast<float>(sums[j]);
}

// All gradients in one pass over the rows: each part of them sums into columns of its own.
void gradients_by_rows(const RowNorm& norm, const RowMoments& moments, const float* dy,
                       const RowNormGradients& out) {
  const std::int64_t columns = norm.columns;
  const std::int64_t parts = column_sum_parts(norm.rows, 2 * columns, 4);
  std::vector<double> sums(static_cast<std::size_t>(parts * 2 * columns), 0.0);
  parallel_parts(parts, [&](std::int64_t part) {
    const IndexRange rows = IndexRange::of_part(norm.rows, part, parts);
    double* const own = sums.data() + part * 2 * columns;
    with_vector_units([&] {
      for (std::int64_t row = rows.begin; row < rows.end; ++row) {
        const std::int64_t first = row * columns;
        const float mean = moments.mean[row];
        const float inverse = moments.inverse[row];
        add_weight_gradients(columns, norm.x + first, dy + first, mean, inverse, own,
                             own + columns);
        if (out.x != nullptr)
          input_gradient_of_row(norm, norm.x + first, dy + first, mean, inverse, out.x + first);
      }
    });
  });
  for (std::int64_t part = 1; part < parts; ++part) {
    const double* const from = sums.data() + part * 2 * columns;
    for (std::int64_t j = 0; j < 2 * columns; ++j) sums[static_cast<std::size_t>(j)] += from[j];
  }
  write_sums(columns, sums.data(), out.gamma);
  write_sums(columns, sums.data() + columns, out.beta);
}

// The gradients of gamma and beta over few long rows, whose sums by parts of the rows would take
// much memory: a block of columns at a time.
void weight_gradients_by_columns(const RowNorm& norm, const RowMoments& moments, const float* dy,
                                 const RowNormGradients& out) {
  constexpr std::int64_t kBlock = 512;
  const std::int64_t blocks = (norm.columns + kBlock - 1) / kBlock;
  parallel_for(blocks, 4 * kBlock * norm.rows, [&](std::int64_t begin, std::int64_t end) {
    with_vector_units([&] {
      for (std::int64_t block = begin; block < end; ++block) {
        const std::int64_t first = block * kBlock;
        const std::int64_t count = std::min(kBlock, norm.columns - first);
        double gamma[kBlock] = {};
        double beta[kBlock] = {};
        for (std::int64_t row = 0; row < norm.rows; ++row) {
          const std::int64_t at = row * norm.columns + first;
          add_weight_gradients(count, norm.x + at, dy + at, moments.mean[row], moments.inverse[row],
                               gamma, beta);
        }
        write_sums(count, gamma, out.gamma == nullptr ? nullptr : out.gamma + first);
        write_sums(count, beta, out.beta == nullptr ? nullptr : out.beta + first);
      }
    });
  });
}

}  // namespace

void normalize_rows(const RowNorm& norm, const float* beta, float* y, RowMoments moments) {
  for_rows(norm.rows, 4 * norm.columns, [&](std::int64_t row) {
    const std::int64_t first = row * norm.columns;
    normalize_row(norm, beta, norm.x + first, y + first, moments.mean[row], moments.inverse[row]);
  });
}

void normalize_rows_gradient(const RowNorm& norm, RowMoments moments, const float* dy,
                             RowNormGradients out) {
  constexpr std::int64_t kMostColumnsOfParts = 4096;
  const bool of_weights = out.gamma != nullptr || out.beta != nullptr;
  if (of_weights && norm.columns <= kMostColumnsOfParts)
    return gradients_by_rows(norm, moments, dy, out);
  if (of_weights) weight_gradients_by_columns(norm, moments, dy, out);
  if (out.x == nullptr) return;
  for_rows(norm.rows, 4 * norm.columns, [&](std::int64_t row) {
    const std::int64_t first = row * norm.columns;
    input_gradient_of_row(norm, norm.x + first, dy + first, moments.mean[row], moments.inverse[row],
                          out.x + first);
  });
}

}  // namespace strata::kernels
