// A convolution's window walked over framed images, or over the gradient of its outcome: its rows are
// multiplied in register tiles without being brought together first.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "core/parallel.hpp"
#include "kernels/frame.hpp"
#include "kernels/panels.hpp"
#include "kernels/tile_products.hpp"
#include "kernels/windows.hpp"

namespace strata::kernels {

inline constexpr std::int64_t kFewestColumns = 4;  ///< fewer would leave most of a vector idle

/// A window's stretches of neighbouring floats within a frame, from its first cell.
std::vector<std::int64_t> stretch_offsets(const Windows& windows, const Frame& frame);
std::int64_t stretch_length(const Windows& windows, std::int64_t channels);

std::array<std::int64_t, 3> outputs_of(const Windows& windows);
std::array<std::int64_t, 3> strides_of(const Windows& windows);

struct WindowPass {
  Frame frame;  ///< what is read
  std::vector<std::int64_t> offsets;
  std::int64_t stretch;
  std::array<WindowAxis, 3> window;
  std::array<std::int64_t, 3> strides;
  std::array<std::int64_t, 3> positions;
  Panels panels;
  const float* packed;
  const float* start = nullptr;  ///< one a column, filled up as the panels are
  bool relu = false;
  bool add = false;
  std::int64_t columns;  ///< of what is written

  /// Lines [begin, end) of an image's positions; `y` is that of the first.
  void run(const TileProducts& products, const float* image, Part lines, float* y) const;

 private:
  Part cells_inside(std::size_t axis, std::int64_t begin) const;
  Part stretches_inside(std::int64_t i, std::int64_t j) const;
};

}  // namespace strata::kernels
