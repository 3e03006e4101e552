// Convolutions with windows of 3 x 3 along the last two axes, one apart, by Winograd's minimal
// filtering F(2 x 2, 3 x 3): 2 x 2 outputs take 16 multiplications for each channel and filter in
// place of 36. Along a third axis, in front, the products are summed over the window. A. Lavin and
// S. Gray, "Fast Algorithms for Convolutional Neural Networks", CVPR 2016 (arXiv:1509.09308).
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <vector>

#include "core/parallel.hpp"
#include "kernels/convolution/convolution.hpp"
#include "kernels/convolution/padded_image.hpp"
#include "kernels/convolution/winograd_transforms.hpp"
#include "kernels/products/packed_panels.hpp"
#include "strata/core/buffer.hpp"

namespace strata::kernels {

/// Whether a convolution is faster so, and its gradients can be: windows of 3 x 3 along the last two
/// axes, one apart along all, and enough channels, filters and positions to pay for the transforms.
bool suits_winograd(const Convolution& convolution);

/// The positions of windows in a padded image: in each plane, tiles of 2 x 2, whose windows of 3 x 3
/// cover 4 x 4 cells. They are counted line by line; the last of each line and column may reach
/// beyond the positions, and zeros stand for the cells that no window covers.
struct WinogradTiles {
  PaddedImage padded;
  std::int64_t depth;    ///< of a window: planes of cells
  std::int64_t planes;   ///< of positions
  std::int64_t lines;    ///< of a plane's positions
  std::int64_t columns;  ///< of a line's positions

  std::int64_t cell_planes() const { return planes + depth - 1; }
  std::int64_t down() const { return (lines + winograd::kExtent - 1) / winograd::kExtent; }
  std::int64_t across() const { return (columns + winograd::kExtent - 1) / winograd::kExtent; }
  std::int64_t in_plane() const { return down() * across(); }
};

/// Sixteen matrices with a row per tile and a column per channel, one for each cell of a tile.
struct WinogradMatrices {
  WinogradMatrices(std::int64_t rows, std::int64_t columns)
      : channels(columns), step(rows * columns + kApart) {}

  // Matrices a multiple of 4 KiB apart would be written to the same few lines of the cache; and
  // products read a whole panel where the last row ends.
  static constexpr std::int64_t kApart = 16;

  std::int64_t floats() const { return winograd::kProducts * step; }

  std::int64_t channels;
  std::int64_t step;  ///< floats from one matrix to the next
};

/// y = Aᵀ ((G kernel Gᵀ) · (Bᵀ x B)) A + bias for each tile, then relu if wanted; `·` is sixteen
/// matrix products, which sum over the channels.
class WinogradConvolution {
 public:
  /// Computes lines of the output anew; `y` is where the first one goes.
  using Directly = std::function<void(const IndexRange& lines, float* y)>;

  /// `kernel` (depth, 3, 3, channels, filters) is read here alone; `bias` may be null.
  WinogradConvolution(const WinogradTiles& tiles, std::int64_t filters, const float* kernel,
                      const float* bias, bool relu);

  /// The output's lines are computed in groups: a line of tiles, or some planes if there are several.
  std::int64_t group_lines() const {
    return tiles_.planes > 1 ? group_planes() * tiles_.lines : winograd::kExtent;
  }
  /// How much memory `run` needs.
  std::int64_t scratch_floats() const { return inputs_.floats() + outputs_.floats(); }

  /// Computes these groups of lines; `y` is where the first one goes. Differences of infinite cells
  /// are NaN, and sums in between can overflow where the result doesn't: groups with results that
  /// aren't finite are computed `directly`.
  void run(const float* image, const IndexRange& groups, float* y, float* scratch,
           const Directly& directly) const;

 private:
  // Of a group: neighbouring planes share most of the planes that their windows cover.
  std::int64_t group_planes() const { return std::min<std::int64_t>(4, tiles_.planes); }
  bool try_groups(const float* image, const IndexRange& groups, float* y, float* scratch) const;
  void multiply(std::int64_t rows, const std::vector<std::int64_t>& offsets, const float* inputs,
                float* to) const;
  bool write_outputs(const float* products, const IndexRange& tiles, float* y) const;

  WinogradTiles tiles_;
  std::int64_t filters_;
  const float* bias_;
  bool relu_;
  std::int64_t block_;  // tiles of each plane at a time
  WinogradMatrices inputs_;
  WinogradMatrices outputs_;
  PackedPanels panels_;
  std::int64_t kernel_step_;
  Buffer kernel_;  // sixteen matrices (depth and channels, filters)
};

/// kernel += Gᵀ ((Bᵀ x B)ᵀ · (A dz Aᵀ)) G, summed over tiles and images.
class WinogradKernelGradient {
 public:
  /// `output` is the layout of dz.
  WinogradKernelGradient(const WinogradTiles& tiles, const PaddedImage& output);

  /// How much memory `Sums` need.
  std::int64_t scratch_floats() const {
    return inputs_.floats() + errors_.floats() + winograd::kProducts * sum_step();
  }

  /// The sums of some images: started, then some images added, then finished.
  struct Sums {
    float* scratch;            ///< transformed inputs and errors, then the sums themselves
    std::int64_t waiting = 0;  ///< tiles of images of one plane, until there are enough to be added
  };

  Sums start(float* scratch) const;
  void add_image(const float* image, const float* dz, Sums& sums) const;
  /// kernel += what the sums say
  void finish(Sums& sums, float* kernel) const;

 private:
  // Adds the products of so many rows of errors with rows of inputs, which lie `plane_rows` further on
  // for each plane of the window.
  void add_rows(std::int64_t rows, std::int64_t plane_rows, const Sums& sums) const;
  std::int64_t sum_step() const { return panels_.floats() + WinogradMatrices::kApart; }
  float* values(const Sums& sums) const {
    return sums.scratch + inputs_.floats() + errors_.floats();
  }

  WinogradTiles tiles_;
  PaddedImage output_;
  std::int64_t block_;  // tiles of each plane at a time
  WinogradMatrices inputs_;
  WinogradMatrices errors_;
  PackedPanels panels_;
};

}  // namespace strata::kernels
