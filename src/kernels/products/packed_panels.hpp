// Packing of the right factor of a product into panels, as register tiles read it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "core/vector_units.hpp"
#include "kernels/moving/transpose.hpp"
#include "strata/core/buffer.hpp"

namespace strata::kernels {

/// The columns of a matrix in panels two vectors wide (the last one vector, if that is enough). The
/// rows of a panel are contiguous, and padded with zeros.
class PackedPanels {
 public:
  PackedPanels(std::int64_t depth, std::int64_t columns, int lanes)
      : depth_(depth), columns_(columns), lanes_(lanes) {}

  std::int64_t rows() const { return depth_; }
  std::int64_t columns() const { return columns_; }
  std::int64_t count() const { return (columns_ + 2 * lanes_ - 1) / (2 * lanes_); }
  std::int64_t first_column(std::int64_t panel) const { return panel * 2 * lanes_; }
  std::int64_t columns(std::int64_t panel) const {
    return std::min<std::int64_t>(columns_ - first_column(panel), 2 * lanes_);
  }
  bool wide(std::int64_t panel) const { return columns(panel) > lanes_; }
  std::int64_t width(std::int64_t panel) const { return (wide(panel) ? 2 : 1) * lanes_; }
  std::int64_t offset(std::int64_t panel) const { return first_column(panel) * depth_; }
  /// Where an element lies.
  std::int64_t at(std::int64_t row, std::int64_t column) const {
    const std::int64_t panel = column / (2 * lanes_);
    return offset(panel) + row * width(panel) + column - first_column(panel);
  }
  std::int64_t floats() const { return offset(count() - 1) + depth_ * width(count() - 1); }

  /// Packs rows [begin, end) of a matrix whose rows are `step` floats apart, into all panels: row
  /// by row, so that the matrix is read in order.
  void copy_rows(std::int64_t begin, std::int64_t end, const float* matrix, std::int64_t step,
                 float* packed) const {
    const std::int64_t full = 2 * lanes_;
    with_vector_units([&] {
      for (std::int64_t row = begin; row < end; ++row) {
        const float* from = matrix + row * step;
        for (std::int64_t panel = 0; panel < count(); ++panel, from += full) {
          float* const to = packed + offset(panel) + row * width(panel);
          const std::int64_t columns = this->columns(panel);
          for (std::int64_t j = 0; j < columns; ++j) to[j] = from[j];
          for (std::int64_t j = columns; j < width(panel); ++j) to[j] = 0.0f;
        }
      }
    });
  }

  /// Packs a matrix whose rows are `step` floats apart.
  Buffer pack_rows(const float* matrix, std::int64_t step) const {
    Buffer packed = Buffer::uninitialized(static_cast<std::size_t>(floats()));
    copy_rows(0, depth_, matrix, step, packed.data());
    return packed;
  }

  /// Packs one panel of a matrix whose columns are `step` floats apart.
  void copy_transposed(std::int64_t panel, const float* matrix, std::int64_t step,
                       float* to) const {
    const float* from = matrix + first_column(panel) * step;
    const std::int64_t width = this->width(panel);
    const std::int64_t rows = depth_ / 8 * 8;
    const std::int64_t columns = this->columns(panel) / 8 * 8;
    with_vector_units([&] {
      for (std::int64_t j = 0; j < columns; j += 8) {
        for (std::int64_t row = 0; row < rows; row += 8)
          transpose_eight(from + j * step + row, step, to + row * width + j, width);
      }
    });
    for (std::int64_t row = 0; row < depth_; ++row) {
      const std::int64_t done = row < rows ? columns : 0;
      for (std::int64_t j = done; j < width; ++j)
        to[row * width + j] = j < this->columns(panel) ? from[j * step + row] : 0.0f;
    }
  }

 private:
  std::int64_t depth_;
  std::int64_t columns_;
  std::int64_t lanes_;
};

}  // namespace strata::kernels
