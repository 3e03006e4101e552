// Matrix products: `c = op(a) · op(b) + beta * c`, row-major, in register tiles where that gains and
// by the BLAS elsewhere, cut into parts that don't depend on the threads.
#pragma once

#include <cstdint>

#include "strata/core/fused_activation.hpp"

namespace strata::kernels {

struct Matrix {
  const float* data;
  std::int64_t stride;      ///< elements from one stored row to the next
  bool transposed = false;  ///< whether the product takes it transposed
};

/// `c` is `rows` x `columns`, with rows `c_stride` apart; `inner` is summed over. beta is 0, which
/// overwrites, or 1, which adds; nothing else.
void gemm(std::int64_t rows, std::int64_t columns, std::int64_t inner, const Matrix& a,
          const Matrix& b, float beta, float* c, std::int64_t c_stride);

/// The same on the calling thread alone: for use inside a part of something larger.
void gemm_serial(std::int64_t rows, std::int64_t columns, std::int64_t inner, const Matrix& a,
                 const Matrix& b, float beta, float* c, std::int64_t c_stride);

/// `c = activation(op(a) · op(b) + bias)`, rows of c one behind the other; `bias`, one element a
/// column, may be null.
void gemm_and_finish(std::int64_t rows, std::int64_t columns, std::int64_t inner, const Matrix& a,
                     const Matrix& b, const float* bias, ops::FusedActivation activation, float* c);

/// While one lives, the BLAS runs single-threaded; the user's own setting is put back after the
/// last.
class SingleThreadedBlas {
 public:
  SingleThreadedBlas();
  ~SingleThreadedBlas();
  SingleThreadedBlas(const SingleThreadedBlas&) = delete;
  SingleThreadedBlas& operator=(const SingleThreadedBlas&) = delete;
};

}  // namespace strata::kernels
