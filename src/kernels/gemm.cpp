#include "kernels/gemm.hpp"

#include <cblas.h>

#include <algorithm>
#include <limits>

#include "core/parallel.hpp"
#include "core/profile.hpp"
#include "kernels/epilogue.hpp"
#include "kernels/single_threaded_blas.hpp"
#include "kernels/tiled_gemm.hpp"

namespace strata::kernels {
namespace {

constexpr std::int64_t kProductTile = 16;  // parts end on multiples of the BLAS's own tiles
constexpr std::int64_t kLongest = std::numeric_limits<blasint>::max();

void multiply(const Product& product) {
  const auto& [rows, columns, inner, a, b, c, c_stride, add] = product;
  const auto whole = [](std::int64_t value) { return static_cast<blasint>(value); };
  cblas_sgemm(CblasRowMajor, a.transposed ? CblasTrans : CblasNoTrans,
              b.transposed ? CblasTrans : CblasNoTrans, whole(rows), whole(columns), whole(inner),
              1.0f, a.data, whole(a.stride), b.data, whole(b.stride), add ? 1.0f : 0.0f, c,
              whole(c_stride));
}

// A BLAS may sum in another order if rows or columns are split elsewhere, so the number of parts
// depends on the work only, not on the number of threads.
std::int64_t most_blas_parts(std::int64_t products) {
  constexpr std::int64_t kFew = 16;
  constexpr std::int64_t kWorthACore = 1 << 24;
  return most_parts(products, kFew, kWorthACore);
}

}  // namespace

void gemm_serial(const Product& product) {
  const auto& [rows, columns, inner, a, b, c, c_stride, add] = product;
  if (rows <= 0 || columns <= 0) return;
  if (inner <= 0) {
    if (add) return;
    for (std::int64_t i = 0; i < rows; ++i) std::fill_n(c + i * c_stride, columns, 0.0f);
    return;
  }
  const profile::TimedProduct timed;
  const OpenMpForCaller alone;
  if (fits(product, kLongest)) return multiply(product);
  multiply_in_pieces(product, kLongest, multiply);
}

void gemm(const Product& product) {
  if (tiles_gain(product)) return tiled_gemm(product, nullptr, false);
  const SingleThreadedBlas scope;
  const bool by_rows = product.rows >= product.columns;
  const std::int64_t extent = by_rows ? product.rows : product.columns;
  const std::int64_t parts = product_parts(
      product.size(), (extent + kProductTile - 1) / kProductTile, most_blas_parts(product.size()));
  if (parts == 1) return gemm_serial(product);
  parallel_parts(parts, [&](std::int64_t part) {
    const auto edge = [&](std::int64_t i) {
      return std::min(extent,
                      (extent * i / parts + kProductTile - 1) / kProductTile * kProductTile);
    };
    const std::int64_t begin = edge(part);
    const std::int64_t count = (part + 1 == parts ? extent : edge(part + 1)) - begin;
    Product own = product;
    if (by_rows) {
      own.rows = count;
      own.a.data += begin * (own.a.transposed ? 1 : own.a.stride);
      own.c += begin * own.c_stride;
    } else {
      own.columns = count;
      own.b.data += begin * (own.b.transposed ? own.b.stride : 1);
      own.c += begin;
    }
    gemm_serial(own);
  });
}

void gemm_and_finish(const Product& product, const float* bias, ops::FusedActivation activation) {
  using ops::FusedActivation;
  const std::int64_t columns = product.columns;
  if (tiles_gain(product)) {
    const bool relu = activation == FusedActivation::relu;
    tiled_gemm(product, bias, relu);
    if (relu || activation == FusedActivation::linear) return;
    bias = nullptr;
  } else {
    gemm(product);
    if (bias == nullptr && activation == FusedActivation::linear) return;
  }
  parallel_for(product.rows, columns * finish_cost(activation),
               [&](std::int64_t begin, std::int64_t end) {
                 finish_rows(end - begin, columns, bias, activation, product.c + begin * columns);
               });
}

}  // namespace strata::kernels
