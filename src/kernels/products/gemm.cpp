// Chooses between register tiles, loops for few rows and the BLAS, and splits the work of the latter
// two.
#include "kernels/products/gemm.hpp"

#include <cblas.h>

#include <algorithm>
#include <limits>

#include "core/parallel.hpp"
#include "core/profile.hpp"
#include "kernels/moving/transpose.hpp"
#include "kernels/products/epilogue.hpp"
#include "kernels/products/few_rows.hpp"
#include "kernels/products/single_threaded_blas.hpp"
#include "kernels/products/tiled_gemm.hpp"
#include "strata/core/buffer.hpp"

namespace strata::kernels {
namespace {

constexpr std::int64_t kBlasTile = 16;  // parts end on multiples of the BLAS's register tiles
constexpr std::int64_t kLongest = std::numeric_limits<blasint>::max();

void multiply(const Product& product) {
  const auto& [rows, columns, inner, a, b, c, c_stride, add] = product;
  const auto whole = [](std::int64_t value) { return static_cast<blasint>(value); };
  cblas_sgemm(CblasRowMajor, a.transposed ? CblasTrans : CblasNoTrans,
              b.transposed ? CblasTrans : CblasNoTrans, whole(rows), whole(columns), whole(inner),
              1.0f, a.data, whole(a.stride), b.data, whole(b.stride), add ? 1.0f : 0.0f, c,
              whole(c_stride));
}

bool few_rows_gain(const Product& product) {
  return few_row_products() != nullptr && product.rows < kFewRows && product.columns > 0 &&
         product.inner > 0;
}

// The left factor as it is read: row by row.
class LeftRows {
 public:
  explicit LeftRows(const Product& product) : rows_(product.a) {
    const Matrix& a = product.a;
    if (!a.transposed) return;
    copy_ = Buffer::uninitialized(static_cast<std::size_t>(product.rows * product.inner));
    transpose({product.inner, product.rows, a.data, a.stride, copy_.data(), product.inner});
    rows_ = {copy_.data(), product.inner};
  }
  const Matrix& rows() const { return rows_; }

 private:
  Buffer copy_;
  Matrix rows_;
};

// Columns [begin, end).
void multiply_few_rows(const Product& product, const Matrix& a, std::int64_t begin,
                       std::int64_t end) {
  const profile::TimedProduct timed;
  const Matrix& b = product.b;
  RowsTimesMatrix task{.rows = product.rows,
                       .columns = end - begin,
                       .inner = product.inner,
                       .a = a.data,
                       .a_step = a.stride,
                       .b = b.data + begin * (b.transposed ? b.stride : 1),
                       .b_step = b.stride,
                       .add = product.add,
                       .y = product.c + begin,
                       .y_step = product.c_stride};
  const bool contiguous_column = product.columns == 1 && b.stride == 1;
  if (b.transposed || contiguous_column) return few_row_products()->multiply_by_transposed(task);
  few_row_products()->multiply(task);
}

void gemm_of_few_rows(const Product& product) {
  constexpr std::int64_t kRowsOfB = 512;  // floats of a row of b that are worth a part
  constexpr std::int64_t kColumnsOfB = 32;
  const LeftRows left(product);
  const std::int64_t width = product.b.transposed ? kColumnsOfB : kRowsOfB;
  const std::int64_t blocks = (product.columns + width - 1) / width;
  const std::int64_t parts =
      product_parts(product.size(), blocks, most_product_parts(product.size()));
  if (parts == 1) return multiply_few_rows(product, left.rows(), 0, product.columns);
  parallel_parts(parts, [&](std::int64_t part) {
    const IndexRange range = IndexRange::of_part(blocks, part, parts);
    multiply_few_rows(product, left.rows(), range.begin * width,
                      std::min(product.columns, range.end * width));
  });
}

// A BLAS may sum in another order if rows or columns are split elsewhere, so the number of parts
// depends on the work only, not on the number of threads.
std::int64_t most_blas_parts(std::int64_t products) {
  constexpr std::int64_t kFew = 4;  // each packs what it multiplies anew
  constexpr std::int64_t kWorthACore = 1 << 28;
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
  if (few_rows_gain(product))
    return multiply_few_rows(product, LeftRows(product).rows(), 0, columns);
  const profile::TimedProduct timed;
  const OpenMpForCaller alone;
  if (fits(product, kLongest)) return multiply(product);
  multiply_in_pieces(product, kLongest, multiply);
}

void gemm(const Product& product) {
  if (tiles_gain(product)) return tiled_gemm(product);
  if (few_rows_gain(product)) return gemm_of_few_rows(product);
  const SingleThreadedBlas scope;
  const bool by_rows = product.rows >= product.columns;
  const std::int64_t extent = by_rows ? product.rows : product.columns;
  const std::int64_t parts = product_parts(product.size(), (extent + kBlasTile - 1) / kBlasTile,
                                           most_blas_parts(product.size()));
  if (parts == 1) return gemm_serial(product);
  parallel_parts(parts, [&](std::int64_t part) {
    const auto edge = [&](std::int64_t i) {
      return std::min(extent, (extent * i / parts + kBlasTile - 1) / kBlasTile * kBlasTile);
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

void gemm_with_epilogue(const Product& product, const float* bias,
                        ops::FusedActivation activation) {
  using ops::FusedActivation;
  const std::int64_t columns = product.columns;
  if (tiles_gain(product)) {
    const bool relu = activation == FusedActivation::relu;
    tiled_gemm(product, {.bias = bias, .relu = relu});
    if (relu || activation == FusedActivation::linear) return;
    bias = nullptr;
  } else {
    gemm(product);
    if (bias == nullptr && activation == FusedActivation::linear) return;
  }
  parallel_for(
      product.rows, columns * epilogue_cost(activation), [&](std::int64_t begin, std::int64_t end) {
        apply_epilogue(end - begin, columns, bias, activation, product.c + begin * columns);
      });
}

}  // namespace strata::kernels
