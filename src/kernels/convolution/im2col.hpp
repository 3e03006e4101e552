// im2col: for each output position the input cells under its window, so that a convolution becomes
// a matrix product. Only a block of positions is gathered at a time.
#pragma once

#include <cstdint>

#include "kernels/convolution/windows.hpp"
#include "kernels/products/gemm.hpp"

namespace strata::kernels {

/// The columns of one group of channels: a matrix of positions x depth, where
/// depth = cells · channels of the group. With one channel it is stored transposed, since copying
/// one cell of neighbouring positions at a time is faster than a few floats per position.
struct ColumnLayout {
  Windows windows;
  std::int64_t group_channels;  ///< a divisor of windows.channels

  std::int64_t depth() const { return windows.cells() * group_channels; }
  bool transposed() const { return group_channels == 1 && !is_input(); }
  /// Whether the input is its own columns: a window of one cell, moved one cell at a time.
  bool is_input() const;

  /// `columns` of `rows` positions as the left factor of a product.
  Matrix matrix(const float* columns, std::int64_t rows) const {
    return transposed() ? Matrix{.data = columns, .stride = rows, .transposed = true}
                        : Matrix{.data = columns, .stride = depth()};
  }
};

/// The output positions [begin, end), counted over all images, and the channels of one group.
struct ColumnBlock {
  std::int64_t first_channel;
  std::int64_t begin;
  std::int64_t end;

  std::int64_t rows() const { return end - begin; }
};

/// Writes the columns of a block.
void gather_columns(const ColumnLayout& layout, const float* x, const ColumnBlock& block,
                    float* columns);

/// The transpose of gathering: adds each column element to the input cell that it came from.
void scatter_columns(const ColumnLayout& layout, const float* columns, const ColumnBlock& block,
                     float* x);

}  // namespace strata::kernels
