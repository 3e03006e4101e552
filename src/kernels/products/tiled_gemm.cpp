// Packing, blocking and splitting of products in register tiles.
#include "kernels/products/tiled_gemm.hpp"

#include <algorithm>
#include <utility>

#include "core/cache_sizes.hpp"
#include "core/parallel.hpp"
#include "core/profile.hpp"
#include "kernels/products/epilogue.hpp"
#include "kernels/products/few_rows.hpp"
#include "kernels/products/packed_panels.hpp"
#include "kernels/products/tile_products.hpp"

namespace strata::kernels {
namespace {

constexpr std::int64_t kDepthBlock = 1024;    // floats of a row of a per pass over a panel
constexpr std::int64_t kPositionBlock = 128;  // rows of a panel that stay in the L1 cache
constexpr std::int64_t kRowsWorthPacking = 64;

// One panel of the right factor: its rows are `step` floats apart.
struct Panel {
  std::int64_t number;
  const float* data;
  std::int64_t step;
};

// What all parts of a product read.
struct TiledProduct {
  const Product& product;
  const float* start;  // the bias, padded to whole panels; null for zeros
  bool relu;
  PackedPanels panels;
  const TileProducts& tiles;

  // Computes rows [begin, end) of a panel's columns.
  void run(const Panel& b, std::int64_t begin, std::int64_t end) const {
    const profile::TimedProduct timed;
    const Matrix& a = product.a;
    const std::int64_t inner = product.inner;
    const std::int64_t column = panels.first_column(b.number);
    const std::int64_t block = a.transposed ? kPositionBlock : kDepthBlock;
    float* const out = product.c + begin * product.c_stride + column;
    for (std::int64_t k = 0; k < inner; k += block) {
      const std::int64_t depth = std::min(block, inner - k);
      if (a.transposed) {
        tiles.add_products({.rows = end - begin,
                            .x = a.data + k * a.stride + begin,
                            .dz = b.data + k * b.step,
                            .two_vectors = panels.wide(b.number),
                            .extents = {1, depth},
                            .x_steps = {0, a.stride},
                            .dz_steps = {0, b.step},
                            .fresh = k == 0 && !product.add,
                            .sums = out,
                            .sums_step = product.c_stride,
                            .columns = panels.columns(b.number)});
      } else {
        constexpr std::int64_t kNoOffset = 0;
        tiles.multiply_rows({.rows = end - begin,
                             .a = a.data + begin * a.stride + k,
                             .a_step = a.stride,
                             .runs = {&kNoOffset, 1, depth},
                             .panel = b.data + k * b.step,
                             .panel_step = b.step,
                             .two_vectors = panels.wide(b.number),
                             .start = k == 0 && start != nullptr ? start + column : nullptr,
                             .relu = relu && k + depth == inner,
                             .add = k > 0 || product.add,
                             .y = out,
                             .y_step = product.c_stride,
                             .columns = panels.columns(b.number)});
      }
    }
  }
};

// For a transposed b, whose columns are contiguous: each part packs the panel that it multiplies
// next into its worker's own memory. Where there are few panels, several parts pack the same one.
void multiply_by_transposed(const TiledProduct& tiled) {
  constexpr std::int64_t kFewestItems = 8;
  constexpr std::int64_t kWorthACore = 1 << 24;
  const Product& product = tiled.product;
  const PackedPanels& panels = tiled.panels;
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
    const IndexRange range = IndexRange::of_part(items, part, parts);
    for (std::int64_t item = range.begin; item < range.end; ++item) {
      const std::int64_t panel = item / pieces;
      if (item == range.begin || item % pieces == 0)
        panels.copy_transposed(panel, product.b.data, product.b.stride, own);
      const IndexRange rows = IndexRange::of_part(product.rows, item % pieces, pieces);
      tiled.run({panel, own, panels.width(panel)}, rows.begin, rows.end);
    }
  });
}

// The panels of b: packed, or in place where packing would not pay.
class RightFactor {
 public:
  RightFactor(const Product& product, const PackedPanels& panels) : panels_(panels), b_(product.b) {
    const std::int64_t last = panels_.count() - 1;
    const bool ends_with_vector = panels_.columns(last) == panels_.width(last);
    if (product.rows < kRowsWorthPacking && ends_with_vector) return;
    packed_ = Buffer::uninitialized(static_cast<std::size_t>(panels_.floats()));
    parallel_for(product.inner, panels_.columns(), [&](std::int64_t begin, std::int64_t end) {
      panels_.copy_rows(begin, end, b_.data, b_.stride, packed_.data());
    });
  }

  Panel panel(std::int64_t number) const {
    if (packed_) return {number, packed_.data() + panels_.offset(number), panels_.width(number)};
    return {number, b_.data + panels_.first_column(number), b_.stride};
  }

 private:
  PackedPanels panels_;
  Matrix b_;
  Buffer packed_;
};

// Calls `body(panel, first row, end of the rows)` for pieces of c, split by the work alone.
template <class Body>
void for_each_piece(const TiledProduct& tiled, Body body) {
  const std::int64_t rows = tiled.product.rows;
  const std::int64_t tile_rows = tiled.tiles.tile_rows;
  const std::int64_t blocks = (rows + tile_rows - 1) / tile_rows;
  const std::int64_t items = tiled.panels.count() * blocks;
  const std::int64_t parts =
      product_parts(tiled.product.size(), items, most_product_parts(tiled.product.size()));
  parallel_parts(parts, [&](std::int64_t part) {
    const IndexRange range = IndexRange::of_part(items, part, parts);
    for (std::int64_t item = range.begin; item < range.end;) {
      const std::int64_t panel = item / blocks;
      const std::int64_t next = std::min(range.end, (panel + 1) * blocks);
      const std::int64_t first = (item - panel * blocks) * tile_rows;
      body(panel, first, std::min(rows, (next - panel * blocks) * tile_rows));
      item = next;
    }
  });
}

// `c = activation(c + bias)`
void apply(const TileEpilogue& epilogue, const Product& product) {
  const auto activation = epilogue.relu ? ops::FusedActivation::relu : ops::FusedActivation::linear;
  parallel_for(product.rows, product.columns * epilogue_cost(activation),
               [&](std::int64_t begin, std::int64_t end) {
                 for (std::int64_t i = begin; i < end; ++i)
                   apply_epilogue(1, product.columns, epilogue.bias, activation,
                                  product.c + i * product.c_stride);
               });
}

// Whether the BLAS, which packs both factors block by block, is faster.
bool outgrows_tiles(const Product& product) {
  // A tile reads a transposed a at positions that lie a row apart, once for each panel of b: half as many
  // times where vectors are twice as long.
  const std::int64_t wide = 64 * tile_products()->lanes;
  if (product.a.transposed) return product.rows >= kRowsWorthPacking && product.columns >= wide;
  // b is packed whole, into panels that are written to side by side: the wider they are, the fewer.
  // One that is transposed is packed panel by panel.
  const std::int64_t second_levels = tile_products()->lanes / 4;
  const std::int64_t bytes = product.inner * product.columns * std::int64_t{sizeof(float)};
  return !product.b.transposed && product.rows >= kRowsWorthPacking &&
         bytes > second_levels * cache_sizes().second;
}

}  // namespace

bool tiles_gain(const Product& product) {
  return tile_products() != nullptr && product.rows >= kFewRows && product.columns > 0 &&
         product.inner > 0 && !(product.a.transposed && product.b.transposed) &&
         !outgrows_tiles(product);
}

void tiled_gemm(const Product& product, const TileEpilogue& epilogue) {
  // The tiles of a transposed left factor only add, so its epilogue is a pass of its own.
  if (product.a.transposed && (epilogue.bias != nullptr || epilogue.relu)) {
    tiled_gemm(product);
    return apply(epilogue, product);
  }
  const TileProducts& tiles = *tile_products();
  const std::int64_t columns = product.columns;
  const Buffer start =
      epilogue.bias == nullptr
          ? Buffer()
          : PackedPanels(1, columns, tiles.lanes).pack_rows(epilogue.bias, columns);
  const TiledProduct tiled{.product = product,
                           .start = start.data(),
                           .relu = epilogue.relu,
                           .panels = PackedPanels(product.inner, columns, tiles.lanes),
                           .tiles = tiles};
  if (product.b.transposed) return multiply_by_transposed(tiled);
  const RightFactor factor(product, tiled.panels);
  for_each_piece(tiled, [&](std::int64_t panel, std::int64_t begin, std::int64_t end) {
    tiled.run(factor.panel(panel), begin, end);
  });
}

}  // namespace strata::kernels
