// Columns of a convolution: for each output position the input cells under its window, so that the
// convolution becomes a matrix product. They only ever exist for a block of positions at a time.
#pragma once

#include <cstdint>

#include "kernels/gemm.hpp"
#include "kernels/windows.hpp"

namespace strata::kernels {

/// The columns of one group of channels: a matrix of positions x depth, where
/// depth = cells · channels of the group. With one channel it is stored transposed: copying lines
/// of neighbouring positions then beats copying a few floats for each position.
struct ColumnLayout {
  Windows windows;
  std::int64_t group_channels;  ///< a divisor of windows.channels

  std::int64_t depth() const { return windows.cells() * group_channels; }
  bool transposed() const { return group_channels == 1 && !is_input(); }
  /// Whether the input is its own columns: a window of one cell, moved one cell at a time.
  bool is_input() const;

  /// `columns` of `rows` positions as the left factor of a product.
  Matrix matrix(const float* columns, std::int64_t rows) const {
    return transposed() ? Matrix{columns, rows, true} : Matrix{columns, depth(), false};
  }
};

/// Writes the columns of positions [begin, end) for the channels from `first_channel` on.
void gather_columns(const ColumnLayout& layout, const float* x, std::int64_t first_channel,
                    std::int64_t begin, std::int64_t end, float* columns);

/// The transpose of gathering: adds each column element to the input cell that it came from.
void scatter_columns(const ColumnLayout& layout, const float* columns, std::int64_t first_channel,
                     std::int64_t begin, std::int64_t end, float* x);

}  // namespace strata::kernels
