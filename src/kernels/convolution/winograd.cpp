// Tiles through the transforms, with channels side by side in vectors, and the products between them.
#include "kernels/convolution/winograd.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>
#include <vector>

#include "core/cache_sizes.hpp"
#include "core/profile.hpp"
#include "core/vector_units.hpp"
#include "kernels/products/tile_products.hpp"

namespace strata::kernels {
namespace {

using winograd::kCells;
using winograd::kExtent;
using winograd::kProducts;
using winograd::kWindow;

// The kernel's gradient takes blocks of this size on all CPUs, since over three axes the order of its
// sums follows from it.
constexpr std::int64_t kGradientBytes = 256 << 10;

// Tiles of each plane at a time, whose matrices of inputs and of `filters` fit so many bytes; but
// enough to pay for reading the transformed kernel once more.
std::int64_t block_of(const WinogradTiles& tiles, std::int64_t filters, std::int64_t bytes) {
  constexpr std::int64_t kFewest = 32;  // in all planes
  constexpr std::int64_t kMost = 128;
  const std::int64_t floats =
      kProducts * (tiles.cell_planes() * tiles.padded.channels + tiles.planes * filters);
  const std::int64_t fitting = bytes / (floats * static_cast<std::int64_t>(sizeof(float)));
  return std::clamp(fitting, (kFewest + tiles.planes - 1) / tiles.planes, kMost);
}

template <class Visit>
void for_each_block(const IndexRange& tiles, std::int64_t block, const Visit& visit) {
  for (std::int64_t tile = tiles.begin; tile < tiles.end; tile += block)
    visit(IndexRange{tile, std::min(tiles.end, tile + block)});
}

// Calls `visit(line, column)` of the first position of each tile.
template <class Visit>
[[gnu::always_inline]] inline void for_each_tile(const WinogradTiles& tiles,
                                                 const IndexRange& range, const Visit& visit) {
  for (std::int64_t tile = range.begin; tile < range.end; ++tile)
    visit(tile / tiles.across() * kExtent, tile % tiles.across() * kExtent);
}

// Loads from `at(k)`, for each channel of one tile, and stores what `Transform` makes of that.
template <class Transform, class At>
[[gnu::always_inline]] inline void transform_tile(const WinogradMatrices matrices, float* to,
                                                  const At at) {
  constexpr std::int64_t kFrom = Transform::kFrom * Transform::kFrom;
  for (std::int64_t channel = 0; channel < matrices.channels; channel += kFloatsWide) {
    Floats from[kFrom];
#pragma GCC unroll 16
    for (std::int64_t k = 0; k < kFrom; ++k) load_vector(at(k) + channel, from[k]);
    Floats transformed[kProducts];
    winograd::transform<Transform>(from, transformed);
#pragma GCC unroll 16
    for (std::int64_t k = 0; k < kProducts; ++k)
      store_vector(transformed[k], to + k * matrices.step + channel);
  }
}

// What tiles are cut from: `lines` x `columns` positions, with zeros in place of what lies behind.
struct Positions {
  const float* first;
  std::int64_t line_step;
  std::int64_t column_step;
  std::int64_t lines;
  std::int64_t columns;
};

// The cells of a plane that windows cover: where a pooling leaves positions out, not all.
Positions plane_of(const WinogradTiles& tiles, std::int64_t plane, const float* image) {
  const PaddedImage& padded = tiles.padded;
  return {image + padded.at(plane, 0, 0), padded.at(0, 1, 0), padded.at(0, 0, 1),
          tiles.lines + kWindow - 1, tiles.columns + kWindow - 1};
}

// A plane of the image itself.
Positions plane_inside(const PaddedImage& padded, std::int64_t plane, const float* image) {
  return {image + padded.at(plane + padded.front[0], padded.front[1], padded.front[2]),
          padded.at(0, 1, 0), padded.at(0, 0, 1), padded.inside[1], padded.inside[2]};
}

// Writes a row of each matrix for each of the tiles; the first of the first one goes to `to`.
template <class Transform>
void transform_tiles(const WinogradTiles& all, const IndexRange& tiles, const Positions& positions,
                     const WinogradMatrices& matrices, float* to) {
  constexpr std::int64_t kFrom = Transform::kFrom;
  const Buffer zeros = scratch(1, matrices.channels);
  std::fill_n(zeros.data(), matrices.channels, 0.0f);
  with_vector_units([&] {
    // Copies, which stores can't change.
    const Positions from = positions;
    const float* const outside = zeros.data();
    float* row = to;
    for_each_tile(all, tiles, [&](std::int64_t line, std::int64_t column) {
      const float* const first = from.first + line * from.line_step + column * from.column_step;
      const auto cell = [=](std::int64_t k) {
        return first + k / kFrom * from.line_step + k % kFrom * from.column_step;
      };
      if (line + kFrom <= from.lines && column + kFrom <= from.columns) {
        transform_tile<Transform>(matrices, row, cell);
      } else {
        std::array<const float*, kFrom * kFrom> cells;
        for (std::int64_t k = 0; k < kFrom * kFrom; ++k) {
          const bool inside = line + k / kFrom < from.lines && column + k % kFrom < from.columns;
          cells[static_cast<std::size_t>(k)] = inside ? cell(k) : outside;
        }
        transform_tile<Transform>(
            matrices, row, [&cells](std::int64_t k) { return cells[static_cast<std::size_t>(k)]; });
      }
      row += matrices.channels;
    });
    // Products read whole panels, beyond the last row.
    for (std::int64_t k = 0; k < kProducts; ++k)
      std::fill_n(row + k * matrices.step, WinogradMatrices::kApart, 0.0f);
  });
}

// The row of a kernel (depth, 3, 3, channels, filters) with the first of the nine cells that make
// row `row` of a transformed one (depth and channels, filters).
std::int64_t first_cell(std::int64_t row, std::int64_t channels) {
  return row / channels * kWindow * kWindow * channels + row % channels;
}

// Whether tiles of so many positions take few enough products, in spite of those that reach beyond,
// to pay for the transforms.
bool pays(const WindowAxis& lines, const WindowAxis& columns, std::int64_t WindowAxis::*extent) {
  const std::int64_t positions = lines.*extent * (columns.*extent);
  const WinogradTiles tiles{{}, 1, 1, lines.*extent, columns.*extent};
  return 5 * tiles.in_plane() * kProducts <= 3 * positions * kWindow * kWindow;
}

}  // namespace

bool suits_winograd(const Convolution& convolution) {
  constexpr std::int64_t kFewestChannels = 16;
  // The kernel is transformed for each call, which takes longer where it outgrows the cache.
  constexpr std::int64_t kLargeKernel = 9 << 14;
  const std::int64_t fewest_positions = convolution.kernel_size() > kLargeKernel ? 256 : 64;
  const auto& [outer, middle, inner] = convolution.windows.axes;
  const auto are_adjacent = [](const WindowAxis& axis) {
    return axis.stride == 1 && axis.dilation == 1;
  };
  const auto suits = [&](const WindowAxis& axis) {
    return axis.window == kWindow && are_adjacent(axis);
  };
  const auto are_whole_vectors = [](std::int64_t channels) {
    return channels >= kFewestChannels && channels % kFloatsWide == 0;
  };
  return convolution.groups == 1 && are_adjacent(outer) && suits(middle) && suits(inner) &&
         are_whole_vectors(convolution.windows.channels) &&
         are_whole_vectors(convolution.filters) && pays(middle, inner, &WindowAxis::output) &&
         pays(middle, inner, &WindowAxis::input) && convolution.windows.rows() >= fewest_positions;
}

WinogradConvolution::WinogradConvolution(const WinogradTiles& tiles, std::int64_t filters,
                                         const float* kernel, const float* bias, bool relu)
    : tiles_(tiles),
      filters_(filters),
      bias_(bias),
      relu_(relu),
      block_(std::min(block_of(tiles, filters, cache_sizes().second / 2), tiles.in_plane())),
      inputs_(block_ * tiles.cell_planes(), tiles.padded.channels),
      outputs_(block_ * tiles.planes, filters),
      panels_(tiles.depth * tiles.padded.channels, filters, tile_products()->lanes),
      kernel_step_(panels_.floats() + WinogradMatrices::kApart),
      kernel_(scratch(kProducts, kernel_step_)) {
  const std::int64_t channels = inputs_.channels;
  if (filters % tile_products()->lanes != 0)
    std::fill_n(kernel_.data(), kProducts * kernel_step_, 0.0f);
  with_vector_units([&] {
    for (std::int64_t row = 0; row < panels_.rows(); ++row) {
      const float* const first = kernel + first_cell(row, channels) * filters;
      for (std::int64_t filter = 0; filter < filters; filter += kFloatsWide) {
        Floats cells[kWindow * kWindow];
#pragma GCC unroll 9
        for (std::int64_t cell = 0; cell < kWindow * kWindow; ++cell)
          load_vector(first + cell * channels * filters + filter, cells[cell]);
        Floats transformed[kProducts];
        winograd::transform<winograd::KernelTransform>(cells, transformed);
        float* const to = kernel_.data() + panels_.at(row, filter);
#pragma GCC unroll 16
        for (std::int64_t k = 0; k < kProducts; ++k)
          store_vector(transformed[k], to + k * kernel_step_);
      }
    }
  });
}

// The first `rows` rows; the inputs of a window's planes lie at `offsets` from the first one's.
void WinogradConvolution::multiply(std::int64_t rows, const std::vector<std::int64_t>& offsets,
                                   const float* inputs, float* to) const {
  for (std::int64_t k = 0; k < kProducts; ++k) {
    for (std::int64_t panel = 0; panel < panels_.count(); ++panel) {
      tile_products()->multiply_rows(
          {.rows = rows,
           .a = inputs + k * inputs_.step,
           .a_step = inputs_.channels,
           .runs = {offsets.data(), tiles_.depth, inputs_.channels},
           .panel = kernel_.data() + k * kernel_step_ + panels_.offset(panel),
           .panel_step = panels_.width(panel),
           .two_vectors = panels_.wide(panel),
           .start = nullptr,
           .relu = false,
           .add = false,
           .y = to + k * outputs_.step + panels_.first_column(panel),
           .y_step = filters_,
           .columns = panels_.columns(panel)});
    }
  }
}

// Returns whether all outputs are finite.
bool WinogradConvolution::write_outputs(const float* products, const IndexRange& tiles,
                                        float* y) const {
  bool finite = true;
  with_vector_units([&] {
    // Copies, which stores can't change.
    const std::int64_t filters = filters_;
    const std::int64_t step = outputs_.step;
    const std::int64_t line_floats = tiles_.columns * filters;
    const float* const bias = bias_;
    const bool relu = relu_;
    const float* from = products;
    Floats zeros{};  // but NaN for a channel with an output that is not finite
    for_each_tile(tiles_, tiles, [&](std::int64_t line, std::int64_t column) {
      const bool below = line + 1 < tiles_.lines;
      const bool right = column + 1 < tiles_.columns;
      float* const to = y + line * line_floats + column * filters;
      for (std::int64_t filter = 0; filter < filters; filter += kFloatsWide) {
        Floats summed[kProducts];
#pragma GCC unroll 16
        for (std::int64_t k = 0; k < kProducts; ++k)
          load_vector(from + k * step + filter, summed[k]);
        Floats outputs[kExtent * kExtent];
        winograd::transform<winograd::OutputTransform>(summed, outputs);
        Floats start{};
        if (bias != nullptr) load_vector(bias + filter, start);
#pragma GCC unroll 4
        for (Floats& output : outputs) {
          output += start;
          zeros += output * 0.0f;
          if (relu) output = output < 0.0f ? Floats{} : output;
        }
        store_vector(outputs[0], to + filter);
        if (right) store_vector(outputs[1], to + filters + filter);
        if (below) store_vector(outputs[2], to + line_floats + filter);
        if (below && right) store_vector(outputs[3], to + line_floats + filters + filter);
      }
      from += filters;
    });
    for (std::int64_t lane = 0; lane < kFloatsWide; ++lane) finite = finite && zeros[lane] == 0.0f;
  });
  return finite;
}

// Returns whether all outputs are finite. `y` is where the output's first line would go.
bool WinogradConvolution::try_groups(const float* image, const IndexRange& groups, float* y,
                                     float* scratch) const {
  const profile::TimedProduct timed;
  const bool by_planes = tiles_.planes > 1;
  const IndexRange planes = by_planes
                                ? IndexRange{groups.begin * group_planes(),
                                             std::min(groups.end * group_planes(), tiles_.planes)}
                                : IndexRange{0, 1};
  const IndexRange tiles =
      by_planes ? IndexRange{0, tiles_.in_plane()}
                : IndexRange{groups.begin * tiles_.across(), groups.end * tiles_.across()};
  const std::int64_t plane_count = planes.end - planes.begin;
  const std::int64_t cell_planes = plane_count + tiles_.depth - 1;
  // As many as fit the scratch, which has room for `block_` tiles of all planes.
  const std::int64_t most_tiles =
      std::min(block_ * tiles_.cell_planes() / cell_planes, block_ * tiles_.planes / plane_count);
  std::vector<std::int64_t> offsets(static_cast<std::size_t>(tiles_.depth));
  float* const products = scratch + inputs_.floats();
  bool finite = true;
  for_each_block(tiles, most_tiles, [&](const IndexRange& block) {
    const std::int64_t rows = block.end - block.begin;
    const std::int64_t plane_floats = rows * inputs_.channels;
    for (std::int64_t plane = 0; plane < cell_planes; ++plane) {
      transform_tiles<winograd::InputTransform>(tiles_, block,
                                                plane_of(tiles_, planes.begin + plane, image),
                                                inputs_, scratch + plane * plane_floats);
    }
    for (std::size_t plane = 0; plane < offsets.size(); ++plane)
      offsets[plane] = static_cast<std::int64_t>(plane) * plane_floats;
    multiply(plane_count * rows, offsets, scratch, products);
    for (std::int64_t plane = 0; plane < plane_count; ++plane) {
      float* const to = y + (planes.begin + plane) * tiles_.lines * tiles_.columns * filters_;
      finite = write_outputs(products + plane * rows * filters_, block, to) && finite;
    }
  });
  return finite;
}

void WinogradConvolution::run(const float* image, const IndexRange& groups, float* y,
                              float* scratch, const Directly& directly) const {
  const std::int64_t line_floats = tiles_.columns * filters_;
  float* const first = y - groups.begin * group_lines() * line_floats;
  if (try_groups(image, groups, first, scratch)) return;
  for (std::int64_t group = groups.begin; group < groups.end; ++group) {
    const bool alone = groups.end - groups.begin == 1;  // and so tried already
    if (!alone && try_groups(image, {group, group + 1}, first, scratch)) continue;
    const std::int64_t line = group * group_lines();
    directly({line, std::min(line + group_lines(), tiles_.planes * tiles_.lines)},
             first + line * line_floats);
  }
}

WinogradKernelGradient::WinogradKernelGradient(const WinogradTiles& tiles,
                                               const PaddedImage& output)
    : tiles_(tiles),
      output_(output),
      block_(block_of(tiles, output.channels, kGradientBytes)),
      inputs_(block_ * tiles.cell_planes(), tiles.padded.channels),
      errors_(block_ * tiles.planes, output.channels),
      panels_(tiles.depth * tiles.padded.channels, output.channels, tile_products()->lanes) {}

WinogradKernelGradient::Sums WinogradKernelGradient::start(float* scratch) const {
  const Sums sums{scratch};
  std::fill_n(values(sums), kProducts * sum_step(), 0.0f);
  return sums;
}

void WinogradKernelGradient::add_image(const float* image, const float* dz, Sums& sums) const {
  const profile::TimedProduct timed;
  for (std::int64_t tile = 0; tile < tiles_.in_plane();) {
    const IndexRange tiles{tile, std::min(tiles_.in_plane(), tile + block_ - sums.waiting)};
    const std::int64_t rows = tiles.end - tiles.begin;
    float* const inputs = sums.scratch + sums.waiting * inputs_.channels;
    float* const errors = sums.scratch + inputs_.floats() + sums.waiting * errors_.channels;
    for (std::int64_t plane = 0; plane < tiles_.cell_planes(); ++plane) {
      transform_tiles<winograd::InputTransform>(tiles_, tiles, plane_of(tiles_, plane, image),
                                                inputs_, inputs + plane * rows * inputs_.channels);
    }
    for (std::int64_t plane = 0; plane < tiles_.planes; ++plane) {
      transform_tiles<winograd::ErrorTransform>(tiles_, tiles, plane_inside(output_, plane, dz),
                                                errors_, errors + plane * rows * errors_.channels);
    }
    if (tiles_.cell_planes() > 1) {
      add_rows(tiles_.planes * rows, rows, sums);
    } else {
      sums.waiting += rows;
      if (sums.waiting == block_) add_rows(std::exchange(sums.waiting, 0), 0, sums);
    }
    tile = tiles.end;
  }
}

void WinogradKernelGradient::add_rows(std::int64_t rows, std::int64_t plane_rows,
                                      const Sums& sums) const {
  const std::int64_t channels = inputs_.channels;
  for (std::int64_t k = 0; k < kProducts; ++k) {
    for (std::int64_t panel = 0; panel < panels_.count(); ++panel) {
      const std::int64_t width = panels_.width(panel);
      for (std::int64_t plane = 0; plane < tiles_.depth; ++plane) {
        tile_products()->add_products(
            {.rows = channels,
             .x = sums.scratch + k * inputs_.step + plane * plane_rows * channels,
             .dz = sums.scratch + inputs_.floats() + k * errors_.step + panels_.first_column(panel),
             .two_vectors = panels_.wide(panel),
             .extents = {1, rows},
             .x_steps = {0, channels},
             .dz_steps = {0, errors_.channels},
             .fresh = false,
             .sums =
                 values(sums) + k * sum_step() + panels_.offset(panel) + plane * channels * width,
             .sums_step = width,
             .columns = width});
      }
    }
  }
}

void WinogradKernelGradient::finish(Sums& sums, float* kernel) const {
  const profile::TimedProduct timed;
  if (sums.waiting > 0) add_rows(std::exchange(sums.waiting, 0), 0, sums);
  const float* const all = values(sums);
  const std::int64_t channels = inputs_.channels;
  const std::int64_t filters = errors_.channels;
  with_vector_units([&] {
    for (std::int64_t row = 0; row < panels_.rows(); ++row) {
      float* const first = kernel + first_cell(row, channels) * filters;
      for (std::int64_t filter = 0; filter < filters; filter += kFloatsWide) {
        Floats summed[kProducts];
#pragma GCC unroll 16
        for (std::int64_t k = 0; k < kProducts; ++k)
          load_vector(all + k * sum_step() + panels_.at(row, filter), summed[k]);
        Floats gradient[kWindow * kWindow];
        winograd::transform<winograd::KernelGradientTransform>(summed, gradient);
#pragma GCC unroll 9
        for (std::int64_t cell = 0; cell < kWindow * kWindow; ++cell) {
          float* const to = first + cell * channels * filters + filter;
          Floats before;
          load_vector(to, before);
          store_vector(before + gradient[cell], to);
        }
      }
    }
  });
}

}  // namespace strata::kernels
