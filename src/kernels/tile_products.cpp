#include "kernels/tile_products.hpp"

#include <cstring>
#include <type_traits>

namespace strata::kernels {
namespace {

struct Avx2 {
  using Vector = float __attribute__((vector_size(32)));
  static constexpr int kLanes = 8;
  static constexpr int kMostRows = 6;  // 12 sums, 2 factors and a spare in 16 registers
};

struct Avx512 {
  using Vector = float __attribute__((vector_size(64)));
  static constexpr int kLanes = 16;
  static constexpr int kMostRows = 8;  // 16 sums hide the latency of multiply-add
};

template <class Isa>
[[gnu::always_inline]] inline void load(const float* from, typename Isa::Vector& to) {
  std::memcpy(&to, from, sizeof(to));
}

template <class Isa, int kVectors>
[[gnu::always_inline]] inline void store_columns(const typename Isa::Vector* values, float* to,
                                                 std::int64_t columns) {
  if (columns >= kVectors * Isa::kLanes) {
    std::memcpy(to, values, kVectors * sizeof(values[0]));
  } else {
    std::memcpy(to, values, static_cast<std::size_t>(columns) * sizeof(float));
  }
}

template <class Isa, int kVectors>
[[gnu::always_inline]] inline void load_columns(const float* from, std::int64_t columns,
                                                typename Isa::Vector* values) {
  if (columns >= kVectors * Isa::kLanes) {
    std::memcpy(values, from, kVectors * sizeof(values[0]));
  } else {
    std::memset(values, 0, kVectors * sizeof(values[0]));
    std::memcpy(values, from, static_cast<std::size_t>(columns) * sizeof(float));
  }
}

template <class Isa, int kRows, int kVectors>
[[gnu::always_inline]] inline void multiply_tile(const RowsTimesPanel& task) {
  using Vector = typename Isa::Vector;
  Vector sums[kRows][kVectors];
#pragma GCC unroll 8
  for (int i = 0; i < kRows; ++i) {
#pragma GCC unroll 2
    for (int v = 0; v < kVectors; ++v) {
      sums[i][v] = Vector{};
      if (task.start != nullptr) load<Isa>(task.start + v * Isa::kLanes, sums[i][v]);
    }
  }
  const float* panel = task.panel;
  const std::int64_t step = task.a_step;
  for (std::int64_t stretch = 0; stretch < task.stretches.count; ++stretch) {
    const float* a = task.a + task.stretches.offsets[stretch];
    const float* const end = a + task.stretches.length;
    for (; a != end; ++a, panel += task.panel_step) {
      Vector factors[kVectors];
#pragma GCC unroll 2
      for (int v = 0; v < kVectors; ++v) load<Isa>(panel + v * Isa::kLanes, factors[v]);
#pragma GCC unroll 8
      for (int i = 0; i < kRows; ++i) {
#pragma GCC unroll 2
        for (int v = 0; v < kVectors; ++v) sums[i][v] += a[i * step] * factors[v];
      }
    }
  }
#pragma GCC unroll 8
  for (int i = 0; i < kRows; ++i) {
    float* const y = task.y + i * task.y_step;
    if (task.add) {
      Vector before[kVectors];
      load_columns<Isa, kVectors>(y, task.columns, before);
#pragma GCC unroll 2
      for (int v = 0; v < kVectors; ++v) sums[i][v] += before[v];
    }
    if (task.relu) {
#pragma GCC unroll 2
      for (int v = 0; v < kVectors; ++v) sums[i][v] = sums[i][v] < 0.0f ? Vector{} : sums[i][v];
    }
    store_columns<Isa, kVectors>(sums[i], y, task.columns);
  }
}

template <class Isa, int kRows, int kVectors>
[[gnu::always_inline]] inline void add_tile(const GridProduct& task) {
  using Vector = typename Isa::Vector;
  Vector sums[kRows][kVectors];
#pragma GCC unroll 8
  for (int i = 0; i < kRows; ++i) {
    if (task.fresh) {
#pragma GCC unroll 2
      for (int v = 0; v < kVectors; ++v) sums[i][v] = Vector{};
    } else {
      load_columns<Isa, kVectors>(task.sums + i * task.sums_step, task.columns, sums[i]);
    }
  }
  for (std::int64_t line = 0; line < task.extents[0]; ++line) {
    const float* x = task.x + line * task.x_steps[0];
    const float* dz = task.dz + line * task.dz_steps[0];
    for (std::int64_t p = 0; p < task.extents[1]; ++p) {
      Vector factors[kVectors];
#pragma GCC unroll 2
      for (int v = 0; v < kVectors; ++v) load<Isa>(dz + v * Isa::kLanes, factors[v]);
#pragma GCC unroll 8
      for (int i = 0; i < kRows; ++i) {
#pragma GCC unroll 2
        for (int v = 0; v < kVectors; ++v) sums[i][v] += x[i] * factors[v];
      }
      x += task.x_steps[1];
      dz += task.dz_steps[1];
    }
  }
#pragma GCC unroll 8
  for (int i = 0; i < kRows; ++i)
    store_columns<Isa, kVectors>(sums[i], task.sums + i * task.sums_step, task.columns);
}

/// Calls `visit(std::integral_constant<int, n>)` for n in [1, kMost].
template <int kMost, class Visit>
[[gnu::always_inline]] inline void with_constant(std::int64_t n, const Visit& visit) {
  if constexpr (kMost > 1) {
    if (n < kMost) return with_constant<kMost - 1>(n, visit);
  }
  visit(std::integral_constant<int, kMost>());
}

// Tiles of even size, since small ones don't fill the pipeline: `run(first row, constant rows)`.
template <class Isa, class Run>
[[gnu::always_inline]] inline void for_each_tile(std::int64_t rows, const Run& run) {
  const std::int64_t tiles = (rows + Isa::kMostRows - 1) / Isa::kMostRows;
  for (std::int64_t i = 0; i < tiles; ++i) {
    const std::int64_t begin = rows * i / tiles;
    with_constant<Isa::kMostRows>(rows * (i + 1) / tiles - begin,
                                  [&](auto count) { run(begin, count); });
  }
}

template <class Isa>
[[gnu::always_inline]] inline void multiply_rows(const RowsTimesPanel& product, std::int64_t rows,
                                                 bool wide) {
  for_each_tile<Isa>(rows, [&](std::int64_t begin, auto count) {
    RowsTimesPanel tile = product;
    tile.a += begin * product.a_step;
    tile.y += begin * product.y_step;
    wide ? multiply_tile<Isa, count(), 2>(tile) : multiply_tile<Isa, count(), 1>(tile);
  });
}

template <class Isa>
[[gnu::always_inline]] inline void add_products(const GridProduct& product, std::int64_t rows,
                                                bool wide) {
  for_each_tile<Isa>(rows, [&](std::int64_t begin, auto count) {
    GridProduct tile = product;
    tile.x += begin;
    tile.sums += begin * product.sums_step;
    wide ? add_tile<Isa, count(), 2>(tile) : add_tile<Isa, count(), 1>(tile);
  });
}

#if defined(__x86_64__)

[[gnu::target("avx2,fma"), gnu::flatten]] void multiply_rows_avx2(const RowsTimesPanel& product,
                                                                  std::int64_t rows, bool wide) {
  multiply_rows<Avx2>(product, rows, wide);
}
[[gnu::target("avx2,fma"), gnu::flatten]] void add_products_avx2(const GridProduct& product,
                                                                 std::int64_t rows, bool wide) {
  add_products<Avx2>(product, rows, wide);
}
[[gnu::target("avx512f,fma"), gnu::flatten]] void multiply_rows_avx512(
    const RowsTimesPanel& product, std::int64_t rows, bool wide) {
  multiply_rows<Avx512>(product, rows, wide);
}
[[gnu::target("avx512f,fma"), gnu::flatten]] void add_products_avx512(const GridProduct& product,
                                                                      std::int64_t rows,
                                                                      bool wide) {
  add_products<Avx512>(product, rows, wide);
}

#endif

}  // namespace

const TileProducts* tile_products(VectorUnits units) {
#if defined(__x86_64__)
  static const TileProducts avx512{Avx512::kLanes, Avx512::kMostRows, multiply_rows_avx512,
                                   add_products_avx512};
  static const TileProducts avx2{Avx2::kLanes, Avx2::kMostRows, multiply_rows_avx2,
                                 add_products_avx2};
  if (units == VectorUnits::avx512) return &avx512;
  if (units == VectorUnits::avx2_fma) return &avx2;
#endif
  return nullptr;
}

}  // namespace strata::kernels
