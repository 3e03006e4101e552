#include "kernels/tiled_gemm.hpp"

#include <algorithm>
#include <utility>

#include "core/parallel.hpp"
#include "core/profile.hpp"
#include "kernels/epilogue.hpp"
#include "kernels/panels.hpp"
#include "kernels/tile_products.hpp"

namespace strata::kernels {
namespace {

constexpr std::int64_t kFewRows = 16;         // below, laying out b costs more than it saves
constexpr std::int64_t kDepthBlock = 1024;    // of a row of a that meets a panel in one go
constexpr std::int64_t kPositionBlock = 128;  // of a panel's rows that stay in the nearest cache
constexpr std::int64_t kRowsWorthPacking = 64;

// A product, but for where the panels of its right factor lie.
struct TiledProduct {
  const Product& product;
  const float* start;  // one a column, filled up as the panels are; null for zeros
  bool relu;
  Panels panels;
  const TileProducts& tiles;

  // The columns of a panel, whose rows are `step` floats apart, in rows [first, first + count).
  void run(std::int64_t panel, const float* b, std::int64_t step, std::int64_t first,
           std::int64_t count) const {
    const profile::TimedProduct timed;
    const Matrix& a = product.a;
    const std::int64_t inner = product.inner;
    const std::int64_t column = panels.first_column(panel);
    const std::int64_t block = a.transposed ? kPositionBlock : kDepthBlock;
    float* const out = product.c + first * product.c_stride + column;
    for (std::int64_t k = 0; k < inner; k += block) {
      const std::int64_t depth = std::min(block, inner - k);
      if (a.transposed) {
        tiles.add_products({.x = a.data + k * a.stride + first,
                            .dz = b + k * step,
                            .extents = {1, depth},
                            .x_steps = {0, a.stride},
                            .dz_steps = {0, step},
                            .fresh = k == 0 && !product.add,
                            .sums = out,
                            .sums_step = product.c_stride,
                            .columns = panels.columns(panel)},
                           count, panels.wide(panel));
      } else {
        constexpr std::int64_t kNoOffset = 0;
        tiles.multiply_rows({.a = a.data + first * a.stride + k,
                             .a_step = a.stride,
                             .stretches = {&kNoOffset, 1, depth},
                             .panel = b + k * step,
                             .panel_step = step,
                             .start = k == 0 && start != nullptr ? start + column : nullptr,
                             .relu = relu && k + depth == inner,
                             .add = k > 0 || product.add,
                             .y = out,
                             .y_step = product.c_stride,
                             .columns = panels.columns(panel)},
                            count, panels.wide(panel));
      }
    }
  }
};

// Each panel of b is laid out where it is needed next, and forgotten: its columns lie one behind the
// other. Where there are few panels, several parts lay out the same one.
void multiply_by_transposed(const TiledProduct& tiled) {
  constexpr std::int64_t kFewestItems = 8;
  constexpr std::int64_t kWorthACore = 1 << 24;
  const Product& product = tiled.product;
  const Panels& panels = tiled.panels;
  const std::int64_t wanted = most_parts(product.size(), kFewestItems, kWorthACore);
  const std::int64_t pieces = std::clamp<std::int64_t>(
      product.rows / kRowsWorthPacking, 1, (wanted + panels.count() - 1) / panels.count());
  const std::int64_t items = panels.count() * pieces;
  const std::int64_t parts =
      product_parts(product.size(), items, most_product_parts(product.size()));
  const int workers = worker_count(parts);
  const std::int64_t floats = product.inner * panels.width(0);
  const Buffer packed = Buffer::uninitialized(static_cast<std::size_t>(workers * floats));
  parallel_parts(parts, workers, [&](std::int64_t part, int worker) {
    float* const own = packed.data() + worker * floats;
    const Part range = Part::of(items, part, parts);
    for (std::int64_t item = range.begin; item < range.end; ++item) {
      const std::int64_t panel = item / pieces;
      if (item == range.begin || item % pieces == 0)
        panels.copy_transposed(panel, product.b.data, product.b.stride, own);
      const Part rows = Part::of(product.rows, item % pieces, pieces);
      tiled.run(panel, own, panels.width(panel), rows.begin, rows.end - rows.begin);
    }
  });
}

// b in panels: laid out anew, or as it is.
class RightFactor {
 public:
  RightFactor(const Product& product, const Panels& panels) : panels_(panels), b_(product.b) {
    const std::int64_t last = panels_.count() - 1;
    const bool ends_with_vector = panels_.columns(last) == panels_.width(last);
    if (product.rows < kRowsWorthPacking && ends_with_vector) return;
    packed_ = Buffer::uninitialized(static_cast<std::size_t>(panels_.floats()));
    parallel_for(product.inner, panels_.columns(), [&](std::int64_t begin, std::int64_t end) {
      panels_.copy_rows(begin, end, b_.data, b_.stride, packed_.data());
    });
  }

  std::int64_t step(std::int64_t panel) const { return packed_ ? panels_.width(panel) : b_.stride; }
  const float* at(std::int64_t panel) const {
    return packed_ ? packed_.data() + panels_.offset(panel) : b_.data + panels_.first_column(panel);
  }

 private:
  Panels panels_;
  Matrix b_;
  Buffer packed_;
};

// Calls `run(panel, first row, rows)` for pieces of c, over a partition that follows from the work.
template <class Run>
void for_each_piece(const TiledProduct& tiled, Run run) {
  const std::int64_t rows = tiled.product.rows;
  const std::int64_t tile_rows = tiled.tiles.tile_rows;
  const std::int64_t blocks = (rows + tile_rows - 1) / tile_rows;
  const std::int64_t items = tiled.panels.count() * blocks;
  const std::int64_t parts =
      product_parts(tiled.product.size(), items, most_product_parts(tiled.product.size()));
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

// `c = activation(c + bias)`
void finish(const Product& product, const float* bias, bool relu) {
  const auto activation = relu ? ops::FusedActivation::relu : ops::FusedActivation::linear;
  parallel_for(product.rows, product.columns * finish_cost(activation),
               [&](std::int64_t begin, std::int64_t end) {
                 for (std::int64_t i = begin; i < end; ++i)
                   finish_rows(1, product.columns, bias, activation,
                               product.c + i * product.c_stride);
               });
}

}  // namespace

bool tiles_gain(const Product& product) {
  return tile_products() != nullptr && product.rows >= kFewRows && product.columns > 0 &&
         product.inner > 0 && !(product.a.transposed && product.b.transposed);
}

void tiled_gemm(const Product& product, const float* bias, bool relu) {
  const bool finishes = bias != nullptr || relu;
  if (product.a.transposed &&
      finishes) {  // the tiles of a transposed left factor can only accumulate
    tiled_gemm(product, nullptr, false);
    return finish(product, bias, relu);
  }
  const TileProducts& tiles = *tile_products();
  const std::int64_t columns = product.columns;
  const Buffer start =
      bias == nullptr ? Buffer() : Panels(1, columns, tiles.lanes).pack_rows(bias, columns);
  const TiledProduct tiled{.product = product,
                           .start = start.data(),
                           .relu = relu,
                           .panels = Panels(product.inner, columns, tiles.lanes),
                           .tiles = tiles};
  if (product.b.transposed) return multiply_by_transposed(tiled);
  const RightFactor factor(product, tiled.panels);
  for_each_piece(tiled, [&](std::int64_t panel, std::int64_t first, std::int64_t count) {
    tiled.run(panel, factor.at(panel), factor.step(panel), first, count);
  });
}

}  // namespace strata::kernels
