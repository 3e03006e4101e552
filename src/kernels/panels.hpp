// How the right factor of a product is laid out for register tiles.
#pragma once

#include <algorithm>
#include <cstdint>

#include "strata/core/buffer.hpp"

namespace strata::kernels {

/// The columns of a matrix in panels of two vectors (the last of one, if that is enough), each with
/// its rows one behind the other, filled up with zeros.
class Panels {
 public:
  Panels(std::int64_t depth, std::int64_t columns, int lanes)
      : depth_(depth), columns_(columns), lanes_(lanes) {}

  std::int64_t count() const { return (columns_ + 2 * lanes_ - 1) / (2 * lanes_); }
  std::int64_t first_column(std::int64_t panel) const { return panel * 2 * lanes_; }
  std::int64_t columns(std::int64_t panel) const {
    return std::min<std::int64_t>(columns_ - first_column(panel), 2 * lanes_);
  }
  bool wide(std::int64_t panel) const { return columns(panel) > lanes_; }
  std::int64_t width(std::int64_t panel) const { return (wide(panel) ? 2 : 1) * lanes_; }
  std::int64_t offset(std::int64_t panel) const { return first_column(panel) * depth_; }
  std::int64_t floats() const { return offset(count() - 1) + depth_ * width(count() - 1); }

  /// `at(row, column)` is an element of the matrix.
  template <class At>
  Buffer pack(At at) const {
    Buffer packed = Buffer::uninitialized(static_cast<std::size_t>(floats()));
    for (std::int64_t panel = 0; panel < count(); ++panel) pack_panel(panel, at, packed.data());
    return packed;
  }

  template <class At>
  void pack_panel(std::int64_t panel, At at, float* packed) const {
    const std::int64_t first = first_column(panel);
    float* to = packed + offset(panel);
    for (std::int64_t row = 0; row < depth_; ++row, to += width(panel)) {
      for (std::int64_t j = 0; j < columns(panel); ++j) to[j] = at(row, first + j);
      std::fill(to + columns(panel), to + width(panel), 0.0f);
    }
  }

 private:
  std::int64_t depth_;
  std::int64_t columns_;
  std::int64_t lanes_;
};

}  // namespace strata::kernels
