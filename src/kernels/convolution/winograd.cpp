// The transforms, with channels side by side in vectors, and the products between them.
#include "kernels/convolution/winograd.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>

#include "core/cache_sizes.hpp"
#include "core/profile.hpp"
#include "core/vector_units.hpp"
#include "kernels/products/tile_products.hpp"

namespace strata::kernels {
namespace {

constexpr std::int64_t kWindow = 3;
constexpr std::int64_t kExtent = WinogradTiles::kExtent;
constexpr std::int64_t kCells = WinogradTiles::kCells;
constexpr std::int64_t kProducts = WinogradTiles::kProducts;

// Tiles at a time, whose matrices, with so many columns in all, fit half of the second level of
// cache; but enough to pay for reading the transformed kernel once more.
std::int64_t block_of(std::int64_t columns) {
  constexpr std::int64_t kFewest = 32;
  constexpr std::int64_t kMost = 128;
  const std::int64_t tile_bytes = kProducts * columns * static_cast<std::int64_t>(sizeof(float));
  return std::clamp(cache_sizes().second / 2 / tile_bytes, kFewest, kMost);
}

template <class Visit>
void for_each_block(const IndexRange& tiles, std::int64_t block, const Visit& visit) {
  for (std::int64_t tile = tiles.begin; tile < tiles.end; tile += block)
    visit(IndexRange{tile, std::min(tiles.end, tile + block)});
}

[[gnu::always_inline]] inline void load(const float* from, Floats& to) {
  std::memcpy(&to, from, sizeof(to));
}
[[gnu::always_inline]] inline void store(const Floats& from, float* to) {
  std::memcpy(to, &from, sizeof(from));
}

// Each transform of a line or a column reads and writes elements `step` apart.
struct Step {
  int from;
  int to;
};

// G = (1, 0, 0), (1/2, 1/2, 1/2), (1/2, -1/2, 1/2), (0, 0, 1)
struct KernelTransform {
  static constexpr int kFrom = kWindow;
  static constexpr int kTo = kCells;
  [[gnu::always_inline]] static void apply(const Floats* from, Floats* to, Step step) {
    const Floats outer = (from[0] + from[2 * step.from]) * 0.5f;
    const Floats middle = from[step.from] * 0.5f;
    to[0] = from[0];
    to[step.to] = outer + middle;
    to[2 * step.to] = outer - middle;
    to[3 * step.to] = from[2 * step.from];
  }
};

// Gᵀ
struct KernelGradientTransform {
  static constexpr int kFrom = kCells;
  static constexpr int kTo = kWindow;
  [[gnu::always_inline]] static void apply(const Floats* from, Floats* to, Step step) {
    const Floats sum = (from[step.from] + from[2 * step.from]) * 0.5f;
    to[0] = from[0] + sum;
    to[step.to] = (from[step.from] - from[2 * step.from]) * 0.5f;
    to[2 * step.to] = sum + from[3 * step.from];
  }
};

// Bᵀ = (1, 0, -1, 0), (0, 1, 1, 0), (0, -1, 1, 0), (0, 1, 0, -1)
struct InputTransform {
  static constexpr int kFrom = kCells;
  static constexpr int kTo = kCells;
  [[gnu::always_inline]] static void apply(const Floats* from, Floats* to, Step step) {
    to[0] = from[0] - from[2 * step.from];
    to[step.to] = from[step.from] + from[2 * step.from];
    to[2 * step.to] = from[2 * step.from] - from[step.from];
    to[3 * step.to] = from[step.from] - from[3 * step.from];
  }
};

// Aᵀ = (1, 1, 1, 0), (0, 1, -1, -1)
struct OutputTransform {
  static constexpr int kFrom = kCells;
  static constexpr int kTo = kExtent;
  [[gnu::always_inline]] static void apply(const Floats* from, Floats* to, Step step) {
    to[0] = from[0] + from[step.from] + from[2 * step.from];
    to[step.to] = from[step.from] - from[2 * step.from] - from[3 * step.from];
  }
};

// A
struct ErrorTransform {
  static constexpr int kFrom = kExtent;
  static constexpr int kTo = kCells;
  [[gnu::always_inline]] static void apply(const Floats* from, Floats* to, Step step) {
    to[0] = from[0];
    to[step.to] = from[0] + from[step.from];
    to[2 * step.to] = from[0] - from[step.from];
    to[3 * step.to] = Floats{} - from[step.from];
  }
};

// T from Tᵀ, of matrices in row-major order: first the columns, then the lines.
template <class Transform>
[[gnu::always_inline]] inline void transform(const Floats* from, Floats* to) {
  constexpr int kFrom = Transform::kFrom;
  constexpr int kTo = Transform::kTo;
  Floats between[kTo * kFrom];
#pragma GCC unroll 4
  for (int j = 0; j < kFrom; ++j) Transform::apply(from + j, between + j, {kFrom, kFrom});
#pragma GCC unroll 4
  for (int i = 0; i < kTo; ++i) Transform::apply(between + i * kFrom, to + i * kTo, {1, 1});
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
    for (std::int64_t k = 0; k < kFrom; ++k) load(at(k) + channel, from[k]);
    Floats transformed[kProducts];
    transform<Transform>(from, transformed);
#pragma GCC unroll 16
    for (std::int64_t k = 0; k < kProducts; ++k)
      store(transformed[k], to + k * matrices.step + channel);
  }
}

// What tiles are cut from: `lines` x `columns` positions, with zeros behind them.
struct Positions {
  const float* first;
  std::int64_t line_step;
  std::int64_t column_step;
  std::int64_t lines;
  std::int64_t columns;
};

Positions all_of(const PaddedImage& padded, const float* image) {
  return {image, padded.at(0, 1, 0), padded.at(0, 0, 1), padded.extents[1], padded.extents[2]};
}

Positions inside_of(const PaddedImage& padded, const float* image) {
  return {image + padded.at(0, padded.front[1], padded.front[2]), padded.at(0, 1, 0),
          padded.at(0, 0, 1), padded.inside[1], padded.inside[2]};
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

// Whether tiles of so many positions take few enough products, in spite of those that reach beyond,
// to pay for the transforms.
bool pays(const WindowAxis& lines, const WindowAxis& columns, std::int64_t WindowAxis::*extent) {
  const std::int64_t positions = lines.*extent * (columns.*extent);
  const WinogradTiles tiles{{}, lines.*extent, columns.*extent};
  return 5 * tiles.count() * kProducts <= 3 * positions * kWindow * kWindow;
}

}  // namespace

bool suits_winograd(const Convolution& convolution) {
  constexpr std::int64_t kFewestChannels = 16;
  constexpr std::int64_t kFewestPositions = 64;
  const auto& [outer, middle, inner] = convolution.windows.axes;
  const auto suits = [](const WindowAxis& axis) {
    return axis.window == kWindow && axis.stride == 1 && axis.dilation == 1;
  };
  const auto are_whole_vectors = [](std::int64_t channels) {
    return channels >= kFewestChannels && channels % kFloatsWide == 0;
  };
  return convolution.groups == 1 && outer.input == 1 && outer.output == 1 && suits(middle) &&
         suits(inner) && are_whole_vectors(convolution.windows.channels) &&
         are_whole_vectors(convolution.filters) && pays(middle, inner, &WindowAxis::output) &&
         pays(middle, inner, &WindowAxis::input) && convolution.windows.rows() >= kFewestPositions;
}

WinogradConvolution::WinogradConvolution(const WinogradTiles& tiles, std::int64_t filters,
                                         const float* kernel, const float* bias, bool relu)
    : tiles_(tiles),
      filters_(filters),
      bias_(bias),
      relu_(relu),
      block_(std::min(block_of(tiles.padded.channels + filters), tiles.count())),
      inputs_(block_, tiles.padded.channels),
      outputs_(block_, filters),
      panels_(tiles.padded.channels, filters, tile_products()->lanes),
      kernel_step_(panels_.floats() + WinogradMatrices::kApart),
      kernel_(scratch(kProducts, kernel_step_)) {
  const std::int64_t channels = inputs_.channels;
  if (filters % tile_products()->lanes != 0)
    std::fill_n(kernel_.data(), kProducts * kernel_step_, 0.0f);
  with_vector_units([&] {
    for (std::int64_t channel = 0; channel < channels; ++channel) {
      for (std::int64_t filter = 0; filter < filters; filter += kFloatsWide) {
        Floats cells[kWindow * kWindow];
#pragma GCC unroll 9
        for (std::int64_t cell = 0; cell < kWindow * kWindow; ++cell)
          load(kernel + (cell * channels + channel) * filters + filter, cells[cell]);
        Floats transformed[kProducts];
        transform<KernelTransform>(cells, transformed);
        float* const to = kernel_.data() + panels_.at(channel, filter);
#pragma GCC unroll 16
        for (std::int64_t k = 0; k < kProducts; ++k) store(transformed[k], to + k * kernel_step_);
      }
    }
  });
}

void WinogradConvolution::multiply(std::int64_t tiles, const float* inputs, float* to) const {
  const std::int64_t whole = 0;
  for (std::int64_t k = 0; k < kProducts; ++k) {
    for (std::int64_t panel = 0; panel < panels_.count(); ++panel) {
      tile_products()->multiply_rows(
          {.rows = tiles,
           .a = inputs + k * inputs_.step,
           .a_step = inputs_.channels,
           .runs = {&whole, 1, inputs_.channels},
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
        for (std::int64_t k = 0; k < kProducts; ++k) load(from + k * step + filter, summed[k]);
        Floats outputs[kExtent * kExtent];
        transform<OutputTransform>(summed, outputs);
        Floats start{};
        if (bias != nullptr) load(bias + filter, start);
#pragma GCC unroll 4
        for (Floats& output : outputs) {
          output += start;
          zeros += output - output;
          if (relu) output = output < 0.0f ? Floats{} : output;
        }
        store(outputs[0], to + filter);
        if (right) store(outputs[1], to + filters + filter);
        if (below) store(outputs[2], to + line_floats + filter);
        if (below && right) store(outputs[3], to + line_floats + filters + filter);
      }
      from += filters;
    });
    for (std::int64_t lane = 0; lane < kFloatsWide; ++lane) finite = finite && zeros[lane] == 0.0f;
  });
  return finite;
}

// Returns whether all outputs are finite. `y` is where the output's first line would go.
bool WinogradConvolution::try_lines(const float* image, const IndexRange& tile_lines, float* y,
                                    float* scratch) const {
  const profile::TimedProduct timed;
  float* const products = scratch + inputs_.floats();
  bool finite = true;
  for_each_block({tile_lines.begin * tiles_.across(), tile_lines.end * tiles_.across()}, block_,
                 [&](const IndexRange& block) {
                   transform_tiles<InputTransform>(tiles_, block, all_of(tiles_.padded, image),
                                                   inputs_, scratch);
                   multiply(block.end - block.begin, scratch, products);
                   finite = write_outputs(products, block, y) && finite;
                 });
  return finite;
}

void WinogradConvolution::run(const float* image, const IndexRange& tile_lines, float* y,
                              float* scratch, const Directly& directly) const {
  const std::int64_t line_floats = tiles_.columns * filters_;
  float* const first = y - tile_lines.begin * kExtent * line_floats;
  if (try_lines(image, tile_lines, first, scratch)) return;
  for (std::int64_t i = tile_lines.begin; i < tile_lines.end; ++i) {
    if (try_lines(image, {i, i + 1}, first, scratch)) continue;
    directly({i * kExtent, std::min((i + 1) * kExtent, tiles_.lines)},
             first + i * kExtent * line_floats);
  }
}

WinogradKernelGradient::WinogradKernelGradient(const WinogradTiles& tiles,
                                               const PaddedImage& output)
    : tiles_(tiles),
      output_(output),
      block_(block_of(tiles.padded.channels + output.channels)),
      inputs_(block_, tiles.padded.channels),
      errors_(block_, output.channels),
      panels_(tiles.padded.channels, output.channels, tile_products()->lanes) {}

void WinogradKernelGradient::add_image(const float* image, const float* dz, Sums& sums) const {
  const profile::TimedProduct timed;
  for (std::int64_t tile = 0; tile < tiles_.count();) {
    const IndexRange tiles{tile, std::min(tiles_.count(), tile + block_ - sums.waiting)};
    transform_tiles<InputTransform>(tiles_, tiles, all_of(tiles_.padded, image), inputs_,
                                    sums.scratch + sums.waiting * inputs_.channels);
    transform_tiles<ErrorTransform>(
        tiles_, tiles, inside_of(output_, dz), errors_,
        sums.scratch + inputs_.floats() + sums.waiting * errors_.channels);
    sums.waiting += tiles.end - tiles.begin;
    if (sums.waiting == block_) add_waiting(sums);
    tile = tiles.end;
  }
}

void WinogradKernelGradient::add_waiting(Sums& sums) const {
  const profile::TimedProduct timed;
  for (std::int64_t k = 0; k < kProducts; ++k) {
    for (std::int64_t panel = 0; panel < panels_.count(); ++panel) {
      tile_products()->add_products(
          {.rows = inputs_.channels,
           .x = sums.scratch + k * inputs_.step,
           .dz = sums.scratch + inputs_.floats() + k * errors_.step + panels_.first_column(panel),
           .two_vectors = panels_.wide(panel),
           .extents = {1, sums.waiting},
           .x_steps = {0, inputs_.channels},
           .dz_steps = {0, errors_.channels},
           .fresh = false,
           .sums = sums.values + k * panels_.floats() + panels_.offset(panel),
           .sums_step = panels_.width(panel),
           .columns = panels_.width(panel)});
    }
  }
  sums.waiting = 0;
}

void WinogradKernelGradient::add_to_kernel(const float* sums, float* kernel) const {
  const std::int64_t channels = inputs_.channels;
  const std::int64_t filters = errors_.channels;
  with_vector_units([&] {
    for (std::int64_t channel = 0; channel < channels; ++channel) {
      for (std::int64_t filter = 0; filter < filters; filter += kFloatsWide) {
        Floats summed[kProducts];
#pragma GCC unroll 16
        for (std::int64_t k = 0; k < kProducts; ++k)
          load(sums + k * panels_.floats() + panels_.at(channel, filter), summed[k]);
        Floats gradient[kWindow * kWindow];
        transform<KernelGradientTransform>(summed, gradient);
#pragma GCC unroll 9
        for (std::int64_t cell = 0; cell < kWindow * kWindow; ++cell) {
          float* const to = kernel + (cell * channels + channel) * filters + filter;
          Floats before;
          load(to, before);
          store(before + gradient[cell], to);
        }
      }
    }
  });
}

}  // namespace strata::kernels
