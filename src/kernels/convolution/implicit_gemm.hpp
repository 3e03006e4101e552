// A convolution as a product of register tiles with packed panels that reads the rows of the im2col
// matrix from the padded image itself, where each row is a few contiguous runs of floats.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "core/parallel.hpp"
#include "kernels/convolution/padded_image.hpp"
#include "kernels/convolution/windows.hpp"
#include "kernels/products/packed_panels.hpp"
#include "kernels/products/tile_products.hpp"

namespace strata::kernels {

inline constexpr std::int64_t kFewestColumns = 4;  ///< fewer would leave most of a vector unused

/// Offsets of a window's contiguous runs from its first cell within a padded image, and their
/// length: a whole line of the window unless it is dilated, else one cell.
std::vector<std::int64_t> run_offsets(const Windows& windows, const PaddedImage& padded);
std::int64_t run_length(const Windows& windows, std::int64_t channels);

struct ImplicitGemm {
  PaddedImage padded;  ///< layout of the image that is read
  std::vector<std::int64_t> offsets;
  std::int64_t run_length;
  std::array<WindowAxis, 3> window;
  std::array<std::int64_t, 3> strides;
  std::array<std::int64_t, 3> positions;
  PackedPanels panels;
  const float* packed = nullptr;  ///< the kernel
  const float* start = nullptr;   ///< initial sums (the bias), padded to whole panels
  bool relu = false;
  bool add = false;
  std::int64_t columns;  ///< of the output

  /// Computes lines [begin, end) of an image's output positions; `y` is where the first one goes.
  void run(const TileProducts& products, const float* image, IndexRange lines, float* y) const;

 private:
  IndexRange cells_inside(std::size_t axis, std::int64_t begin) const;
  IndexRange runs_inside(std::int64_t i, std::int64_t j) const;
};

}  // namespace strata::kernels
