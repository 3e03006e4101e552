#include "kernels/tiled_gemm.hpp"

#include <algorithm>
#include <utility>

#include "core/parallel.hpp"
#include "core/profile.hpp"
#include "kernels/panels.hpp"
#include "kernels/tile_products.hpp"

namespace strata::kernels {
namespace {

constexpr std::int64_t kFewRows = 16;         // below, laying out b costs more than it saves
constexpr std::int64_t kDepthBlock = 1024;    // of a row of a that meets a panel in one go
constexpr std::int64_t kPositionBlock = 128;  // of a panel's rows that stay in the nearest cache

// b in panels: laid out anew, or as it is.
class RightFactor {
 public:
  RightFactor(std::int64_t rows, std::int64_t columns, std::int64_t inner, const Matrix& b,
              int lanes)
      : panels_(inner, columns, lanes), b_(b) {
    constexpr std::int64_t kRowsWorthPacking = 64;
    const bool ends_with_vector =
        panels_.columns(panels_.count() - 1) == panels_.width(panels_.count() - 1);
    if (!b.transposed && rows < kRowsWorthPacking && ends_with_vector) return;
    packed_ = Buffer::uninitialized(static_cast<std::size_t>(panels_.floats()));
    if (b.transposed) {
      parallel_for(panels_.count(), inner * panels_.width(0),
                   [&](std::int64_t begin, std::int64_t end) {
                     for (std::int64_t panel = begin; panel < end; ++panel)
                       panels_.copy_transposed(panel, b.data, b.stride, packed_.data());
                   });
    } else {
      parallel_for(inner, columns, [&](std::int64_t begin, std::int64_t end) {
        panels_.copy_rows(begin, end, b.data, b.stride, packed_.data());
      });
    }
  }

  const Panels& panels() const { return panels_; }
  std::int64_t step(std::int64_t panel) const { return packed_ ? panels_.width(panel) : b_.stride; }
  const float* at(std::int64_t panel, std::int64_t row) const {
    return packed_ ? packed_.data() + panels_.offset(panel) + row * panels_.width(panel)
                   : b_.data + row * b_.stride + panels_.first_column(panel);
  }

 private:
  Panels panels_;
  Matrix b_;
  Buffer packed_;
};

// Calls `run(panel, first row, rows)` for pieces of c, over a partition that follows from the work.
template <class Run>
void for_each_piece(std::int64_t rows, std::int64_t panels, std::int64_t products, int tile_rows,
                    Run run) {
  constexpr std::int64_t kMostPieces = 64;
  const std::int64_t blocks = (rows + tile_rows - 1) / tile_rows;
  const std::int64_t items = panels * blocks;
  const std::int64_t parts = product_parts(products, items, kMostPieces);
  parallel_parts(parts, [&](std::int64_t part) {
    const Part range = Part::of(items, part, parts);
    for (std::int64_t item = range.begin; item < range.end;) {
      const std::int64_t panel = item / blocks;
      const std::int64_t next = std::min(range.end, (panel + 1) * blocks);
      const std::int64_t first = (item - panel * blocks) * tile_rows;
      run(panel, first, std::min(rows, (next - panel * blocks) * tile_rows) - first);
      item = next;
    }
  });
}

}  // namespace

bool tiles_gain(std::int64_t rows, std::int64_t columns, std::int64_t inner, const Matrix& a,
                const Matrix& b) {
  return tile_products() != nullptr && rows >= kFewRows && columns > 0 && inner > 0 &&
         !(a.transposed && b.transposed);
}

void tiled_gemm(std::int64_t rows, std::int64_t columns, std::int64_t inner, const Matrix& a,
                const Matrix& b, const float* bias, bool relu, float beta, float* c,
                std::int64_t c_stride) {
  const TileProducts& tiles = *tile_products();
  const RightFactor factor(rows, columns, inner, b, tiles.lanes);
  const Panels& panels = factor.panels();
  const Buffer start =
      bias == nullptr ? Buffer() : Panels(1, columns, tiles.lanes).pack_rows(bias, columns);
  const std::int64_t block = a.transposed ? kPositionBlock : kDepthBlock;
  for_each_piece(rows, panels.count(), rows * columns * inner, tiles.tile_rows,
                 [&](std::int64_t panel, std::int64_t first, std::int64_t count) {
                   const profile::TimedProduct timed;
                   const std::int64_t column = panels.first_column(panel);
                   float* const out = c + first * c_stride + column;
                   for (std::int64_t k = 0; k < inner; k += block) {
                     const std::int64_t depth = std::min(block, inner - k);
                     if (a.transposed) {
                       tiles.add_products({.x = a.data + k * a.stride + first,
                                           .dz = factor.at(panel, k),
                                           .extents = {1, depth},
                                           .x_steps = {0, a.stride},
                                           .dz_steps = {0, factor.step(panel)},
                                           .fresh = k == 0 && beta == 0.0f,
                                           .sums = out,
                                           .sums_step = c_stride,
                                           .columns = panels.columns(panel)},
                                          count, panels.wide(panel));
                     } else {
                       constexpr std::int64_t kNoOffset = 0;
                       tiles.multiply_rows(
                           {.a = a.data + first * a.stride + k,
                            .a_step = a.stride,
                            .stretches = {&kNoOffset, 1, depth},
                            .panel = factor.at(panel, k),
                            .panel_step = factor.step(panel),
                            .start = k == 0 && start ? start.data() + column : nullptr,
                            .relu = relu && k + depth == inner,
                            .add = k > 0 || beta != 0.0f,
                            .y = out,
                            .y_step = c_stride,
                            .columns = panels.columns(panel)},
                           count, panels.wide(panel));
                     }
                   }
                 });
}

}  // namespace strata::kernels
