// Row-major matrix products: in register tiles where that is faster (tiled_gemm.hpp), by loops of
// their own where there are few rows (few_rows.hpp), else by the BLAS, split into parts that don't
// depend on the number of threads.
#pragma once

#include <algorithm>
#include <cstdint>

#include "core/fused_activation.hpp"

namespace strata::kernels {

struct Matrix {
  const float* data;
  std::int64_t stride;      ///< elements from one stored row to the next
  bool transposed = false;  ///< whether the product takes it transposed
};

/// `c = op(a) · op(b)`, where c is `rows` x `columns` and `inner` is summed over.
struct Product {
  std::int64_t rows;
  std::int64_t columns;
  std::int64_t inner;
  Matrix a;
  Matrix b;
  float* c;
  std::int64_t c_stride;  ///< elements from one row of c to the next
  bool add = false;       ///< `c += …`

  std::int64_t size() const { return rows * columns * inner; }
};

/// Whether no extent and no stride is longer than `longest`.
inline bool fits(const Product& product, std::int64_t longest) {
  return std::max({product.rows, product.columns, product.inner, product.a.stride, product.b.stride,
                   product.c_stride}) <= longest;
}

/// Splits `product` into products whose extents and strides are at most `longest`, since a BLAS has
/// 32-bit integers, and calls `multiply(piece)` for each. A matrix whose row stride exceeds that is
/// processed row by row.
template <class Multiply>
void multiply_in_pieces(const Product& product, std::int64_t longest, Multiply multiply) {
  const auto& [rows, columns, inner, a, b, c, c_stride, add] = product;
  const auto most = [longest](bool far_apart) { return far_apart ? std::int64_t{1} : longest; };
  const std::int64_t tall = most(c_stride > longest || (!a.transposed && a.stride > longest));
  const std::int64_t wide = most(b.transposed && b.stride > longest);
  const std::int64_t deep =
      most((a.transposed && a.stride > longest) || (!b.transposed && b.stride > longest));
  // With a single row, any stride of at least the row's length is valid.
  const auto stride = [longest](std::int64_t whole, std::int64_t row) {
    return whole > longest ? row : whole;
  };
  for (std::int64_t i = 0; i < rows; i += tall) {
    for (std::int64_t j = 0; j < columns; j += wide) {
      for (std::int64_t k = 0; k < inner; k += deep) {
        Product piece{std::min(tall, rows - i),
                      std::min(wide, columns - j),
                      std::min(deep, inner - k),
                      a,
                      b,
                      c + i * c_stride + j,
                      c_stride,
                      add || k > 0};
        piece.a.data += a.transposed ? k * a.stride + i : i * a.stride + k;
        piece.b.data += b.transposed ? j * b.stride + k : k * b.stride + j;
        piece.a.stride = stride(a.stride, a.transposed ? piece.rows : piece.inner);
        piece.b.stride = stride(b.stride, b.transposed ? piece.inner : piece.columns);
        piece.c_stride = stride(c_stride, piece.columns);
        multiply(piece);
      }
    }
  }
}

void gemm(const Product& product);

/// The same on the calling thread only: for use inside one part of a parallel loop, while a
/// `SingleThreadedBlas` lives.
void gemm_serial(const Product& product);

/// `c = activation(op(a) · op(b) + bias)`; `bias`, one element per column, may be null. `add` must
/// be false, and the rows of c contiguous.
void gemm_with_epilogue(const Product& product, const float* bias, ops::FusedActivation activation);

}  // namespace strata::kernels
