#include "kernels/gemm.hpp"

#include <cblas.h>

#include <algorithm>
#include <mutex>

#include "core/parallel.hpp"
#include "core/profile.hpp"
#include "kernels/epilogue.hpp"
#include "kernels/tiled_gemm.hpp"

extern "C" {
int openblas_get_num_threads(void);
void openblas_set_num_threads(int);
}

namespace strata::kernels {
namespace {

std::mutex blas_mutex;
int blas_users = 0;
int blas_threads = 1;

constexpr std::int64_t kMostProductParts = 16;
constexpr std::int64_t kProductTile = 16;  // parts end on multiples of the BLAS's own tiles

}  // namespace

SingleThreadedBlas::SingleThreadedBlas() {
  const std::scoped_lock lock(blas_mutex);
  if (blas_users++ == 0) {
    blas_threads = openblas_get_num_threads();
    if (blas_threads != 1) openblas_set_num_threads(1);
  }
}

SingleThreadedBlas::~SingleThreadedBlas() {
  const std::scoped_lock lock(blas_mutex);
  if (--blas_users == 0 && blas_threads != 1) openblas_set_num_threads(blas_threads);
}

void gemm_serial(std::int64_t rows, std::int64_t columns, std::int64_t inner, const Matrix& a,
                 const Matrix& b, float beta, float* c, std::int64_t c_stride) {
  if (rows <= 0 || columns <= 0) return;
  if (inner <= 0) {
    if (beta == 0.0f) {
      for (std::int64_t i = 0; i < rows; ++i) std::fill_n(c + i * c_stride, columns, 0.0f);
    }
    return;
  }
  const profile::TimedProduct timed;
  const auto whole = [](std::int64_t value) { return static_cast<blasint>(value); };
  cblas_sgemm(CblasRowMajor, a.transposed ? CblasTrans : CblasNoTrans,
              b.transposed ? CblasTrans : CblasNoTrans, whole(rows), whole(columns), whole(inner),
              1.0f, a.data, whole(a.stride), b.data, whole(b.stride), beta, c, whole(c_stride));
}

void gemm(std::int64_t rows, std::int64_t columns, std::int64_t inner, const Matrix& a,
          const Matrix& b, float beta, float* c, std::int64_t c_stride) {
  if (tiles_gain(rows, columns, inner, a, b))
    return tiled_gemm(rows, columns, inner, a, b, nullptr, false, beta, c, c_stride);
  const SingleThreadedBlas scope;
  const bool by_rows = rows >= columns;
  const std::int64_t extent = by_rows ? rows : columns;
  const std::int64_t parts = product_parts(
      rows * columns * inner, (extent + kProductTile - 1) / kProductTile, kMostProductParts);
  if (parts == 1) return gemm_serial(rows, columns, inner, a, b, beta, c, c_stride);
  parallel_parts(parts, [&](std::int64_t part) {
    const auto edge = [&](std::int64_t i) {
      return std::min(extent,
                      (extent * i / parts + kProductTile - 1) / kProductTile * kProductTile);
    };
    const std::int64_t begin = edge(part);
    const std::int64_t count = (part + 1 == parts ? extent : edge(part + 1)) - begin;
    if (by_rows) {
      const Matrix rows_of_a{a.data + begin * (a.transposed ? 1 : a.stride), a.stride,
                             a.transposed};
      gemm_serial(count, columns, inner, rows_of_a, b, beta, c + begin * c_stride, c_stride);
    } else {
      const Matrix columns_of_b{b.data + begin * (b.transposed ? b.stride : 1), b.stride,
                                b.transposed};
      gemm_serial(rows, count, inner, a, columns_of_b, beta, c + begin, c_stride);
    }
  });
}

void gemm_and_finish(std::int64_t rows, std::int64_t columns, std::int64_t inner, const Matrix& a,
                     const Matrix& b, const float* bias, ops::FusedActivation activation,
                     float* c) {
  using ops::FusedActivation;
  if (tiles_gain(rows, columns, inner, a, b)) {
    const bool relu = activation == FusedActivation::relu;
    tiled_gemm(rows, columns, inner, a, b, bias, relu, 0.0f, c, columns);
    if (relu || activation == FusedActivation::linear) return;
    bias = nullptr;
  } else {
    gemm(rows, columns, inner, a, b, 0.0f, c, columns);
    if (bias == nullptr && activation == FusedActivation::linear) return;
  }
  parallel_for(rows, columns * finish_cost(activation), [&](std::int64_t begin, std::int64_t end) {
    finish_rows(end - begin, columns, bias, activation, c + begin * columns);
  });
}

}  // namespace strata::kernels
