// Packing of the repeated factor, and products with it.
#include "kernels/recurrent/repeated_factor.hpp"

#include "core/parallel.hpp"
#include "core/profile.hpp"

namespace strata::kernels {

RepeatedFactor::RepeatedFactor(const Matrix& matrix, std::int64_t depth, std::int64_t columns)
    : matrix_(matrix),
      depth_(depth),
      columns_(columns),
      tiles_(tile_products()),
      panels_(depth, columns, tiles_ != nullptr ? tiles_->lanes : 1) {
  if (tiles_ == nullptr) {
    blas_.emplace();
    return;
  }
  packed_ = Buffer::uninitialized(static_cast<std::size_t>(panels_.floats()));
  if (matrix.transposed) {
    parallel_for(panels_.count(), depth * panels_.width(0),
                 [&](std::int64_t begin, std::int64_t end) {
                   for (std::int64_t panel = begin; panel < end; ++panel)
                     panels_.copy_transposed(panel, matrix.data, matrix.stride,
                                             packed_.data() + panels_.offset(panel));
                 });
  } else {
    parallel_for(depth, columns, [&](std::int64_t begin, std::int64_t end) {
      panels_.copy_rows(begin, end, matrix.data, matrix.stride, packed_.data());
    });
  }
}

void RepeatedFactor::add_product(std::int64_t rows, const float* a, std::int64_t a_step, float* c,
                                 std::int64_t c_step) const {
  if (rows <= 0) return;
  if (tiles_ == nullptr) {
    return gemm_serial({.rows = rows,
                        .columns = columns_,
                        .inner = depth_,
                        .a = {a, a_step},
                        .b = matrix_,
                        .c = c,
                        .c_stride = c_step,
                        .add = true});
  }
  constexpr std::int64_t kDepth = 256;  // rows of a panel that stay in the L1 cache
  constexpr std::int64_t kNoOffset = 0;
  const profile::TimedProduct timed;
  for (std::int64_t panel = 0; panel < panels_.count(); ++panel) {
    const std::int64_t width = panels_.width(panel);
    const float* const data = packed_.data() + panels_.offset(panel);
    for (std::int64_t k = 0; k < depth_; k += kDepth) {
      tiles_->multiply_rows({.rows = rows,
                             .a = a + k,
                             .a_step = a_step,
                             .runs = {&kNoOffset, 1, std::min(kDepth, depth_ - k)},
                             .panel = data + k * width,
                             .panel_step = width,
                             .two_vectors = panels_.wide(panel),
                             .start = nullptr,
                             .relu = false,
                             .add = true,
                             .y = c + panels_.first_column(panel),
                             .y_step = c_step,
                             .columns = panels_.columns(panel)});
    }
  }
}

}  // namespace strata::kernels
