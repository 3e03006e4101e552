// Matrix products, row-major: in register tiles where that gains and by the BLAS elsewhere, cut into
// parts that don't depend on the threads.
#pragma once

#include <cstdint>

#include "strata/core/fused_activation.hpp"

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

void gemm(const Product& product);

/// The same on the calling thread alone: for use inside a part of something larger, while a
/// `SingleThreadedBlas` lives.
void gemm_serial(const Product& product);

/// `c = activation(op(a) · op(b) + bias)`; `bias`, one element a column, may be null. Nothing is
/// added to, and the rows of c lie one behind the other.
void gemm_and_finish(const Product& product, const float* bias, ops::FusedActivation activation);

}  // namespace strata::kernels
