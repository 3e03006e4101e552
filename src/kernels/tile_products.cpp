#include "kernels/tile_products.hpp"

#include <algorithm>
#include <cstring>
#include <type_traits>

namespace strata::kernels {
namespace {

struct Avx2 {
  using Vector = float __attribute__((vector_size(32)));
  static constexpr int kLanes = 8;
  static constexpr int kMostRows = 6;  // 12 sums, 2 factors and a spare in 16 registers
  template <int kRows, int kVectors>
  static void multiply(const RowsTimesPanel& task);
  template <int kRows, int kVectors>
  static void add(const GridProduct& task);
};

struct Avx512 {
  using Vector = float __attribute__((vector_size(64)));
  static constexpr int kLanes = 16;
  static constexpr int kMostRows = 8;  // 16 sums hide the latency of multiply-add
  template <int kRows, int kVectors>
  static void multiply(const RowsTimesPanel& task);
  template <int kRows, int kVectors>
  static void add(const GridProduct& task);
};

template <class Isa>
[[gnu::always_inline]] inline void load(const float* from, typename Isa::Vector& to) {
  std::memcpy(&to, from, sizeof(to));
}

// By calls, and through copies: sums whose own address goes further would not stay in registers.
[[gnu::noinline]] void copy_part(const float* from, std::int64_t columns, float* to) {
  std::copy_n(from, columns, to);
}

template <class Isa, int kRows, int kVectors>
[[gnu::always_inline]] inline void store_rows(const typename Isa::Vector (&sums)[kRows][kVectors],
                                              float* to, std::int64_t step) {
#pragma GCC unroll 8
  for (int i = 0; i < kRows; ++i, to += step) {
#pragma GCC unroll 2
    for (int v = 0; v < kVectors; ++v)
      std::memcpy(to + v * Isa::kLanes, &sums[i][v], sizeof(sums[i][v]));
  }
}

template <class Isa, int kRows, int kVectors>
[[gnu::always_inline]] inline void store_tile(const typename Isa::Vector (&sums)[kRows][kVectors],
                                              float* to, std::int64_t step, std::int64_t columns) {
  constexpr int kWidth = kVectors * Isa::kLanes;
  if (columns >= kWidth) return store_rows<Isa>(sums, to, step);
  float copies[kRows * kWidth];
  store_rows<Isa>(sums, copies, kWidth);
  for (int i = 0; i < kRows; ++i) copy_part(copies + i * kWidth, columns, to + i * step);
}

template <class Isa, int kVectors>
[[gnu::always_inline]] inline void load_columns(const float* from, std::int64_t columns,
                                                typename Isa::Vector* values) {
  float copies[kVectors * Isa::kLanes] = {};
  if (columns < kVectors * Isa::kLanes) {
    copy_part(from, columns, copies);
    from = copies;
  }
#pragma GCC unroll 2
  for (int v = 0; v < kVectors; ++v) load<Isa>(from + v * Isa::kLanes, values[v]);
}

template <class Isa, int kRows, int kVectors>
[[gnu::always_inline]] inline void multiply_tile(const RowsTimesPanel task) {
  using Vector = typename Isa::Vector;
  Vector start[kVectors] = {};
  if (task.start != nullptr) {
#pragma GCC unroll 2
    for (int v = 0; v < kVectors; ++v) load<Isa>(task.start + v * Isa::kLanes, start[v]);
  }
  Vector sums[kRows][kVectors];
#pragma GCC unroll 8
  for (int i = 0; i < kRows; ++i) {
#pragma GCC unroll 2
    for (int v = 0; v < kVectors; ++v) sums[i][v] = start[v];
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
  if (task.add) {
#pragma GCC unroll 8
    for (int i = 0; i < kRows; ++i) {
      Vector before[kVectors];
      load_columns<Isa, kVectors>(task.y + i * task.y_step, task.columns, before);
#pragma GCC unroll 2
      for (int v = 0; v < kVectors; ++v) sums[i][v] += before[v];
    }
  }
  if (task.relu) {
#pragma GCC unroll 8
    for (int i = 0; i < kRows; ++i) {
#pragma GCC unroll 2
      for (int v = 0; v < kVectors; ++v) sums[i][v] = sums[i][v] < 0.0f ? Vector{} : sums[i][v];
    }
  }
  store_tile<Isa, kRows, kVectors>(sums, task.y, task.y_step, task.columns);
}

template <class Isa, int kRows, int kVectors>
[[gnu::always_inline]] inline void add_tile(const GridProduct task) {
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
  store_tile<Isa, kRows, kVectors>(sums, task.sums, task.sums_step, task.columns);
}

/// Calls `visit(std::integral_constant<int, n>)` for n in [1, kMost].
template <int kMost, class Visit>
void with_constant(std::int64_t n, const Visit& visit) {
  if constexpr (kMost > 1) {
    if (n < kMost) return with_constant<kMost - 1>(n, visit);
  }
  visit(std::integral_constant<int, kMost>());
}

// Tiles of even size, since small ones don't fill the pipeline: `run(first row, constant rows)`.
template <class Isa, class Run>
void for_each_tile(std::int64_t rows, const Run& run) {
  const std::int64_t tiles = (rows + Isa::kMostRows - 1) / Isa::kMostRows;
  for (std::int64_t i = 0; i < tiles; ++i) {
    const std::int64_t begin = rows * i / tiles;
    with_constant<Isa::kMostRows>(rows * (i + 1) / tiles - begin,
                                  [&](auto count) { run(begin, count); });
  }
}

#if defined(__x86_64__)

// A function each, lest the compiler run out of registers for the sums of all of them together.
template <int kRows, int kVectors>
[[gnu::target("avx2,fma"), gnu::noinline]] void Avx2::multiply(const RowsTimesPanel& task) {
  multiply_tile<Avx2, kRows, kVectors>(task);
}
template <int kRows, int kVectors>
[[gnu::target("avx2,fma"), gnu::noinline]] void Avx2::add(const GridProduct& task) {
  add_tile<Avx2, kRows, kVectors>(task);
}
template <int kRows, int kVectors>
[[gnu::target("avx512f,fma"), gnu::noinline]] void Avx512::multiply(const RowsTimesPanel& task) {
  multiply_tile<Avx512, kRows, kVectors>(task);
}
template <int kRows, int kVectors>
[[gnu::target("avx512f,fma"), gnu::noinline]] void Avx512::add(const GridProduct& task) {
  add_tile<Avx512, kRows, kVectors>(task);
}

template <class Isa>
void multiply_rows(const RowsTimesPanel& product, std::int64_t rows, bool wide) {
  for_each_tile<Isa>(rows, [&](std::int64_t begin, auto count) {
    RowsTimesPanel tile = product;
    tile.a += begin * product.a_step;
    tile.y += begin * product.y_step;
    if (wide) return Isa::template multiply<count(), 2>(tile);
    Isa::template multiply<count(), 1>(tile);
  });
}

template <class Isa>
void add_products(const GridProduct& product, std::int64_t rows, bool wide) {
  for_each_tile<Isa>(rows, [&](std::int64_t begin, auto count) {
    GridProduct tile = product;
    tile.x += begin;
    tile.sums += begin * product.sums_step;
    if (wide) return Isa::template add<count(), 2>(tile);
    Isa::template add<count(), 1>(tile);
  });
}

#endif

}  // namespace

const TileProducts* tile_products(VectorUnits units) {
#if defined(__x86_64__)
  static constexpr TileProducts avx512{Avx512::kLanes, Avx512::kMostRows, multiply_rows<Avx512>,
                                       add_products<Avx512>};
  static constexpr TileProducts avx2{Avx2::kLanes, Avx2::kMostRows, multiply_rows<Avx2>,
                                     add_products<Avx2>};
  if (units == VectorUnits::avx512) return &avx512;
  if (units == VectorUnits::avx2_fma) return &avx2;
#endif
  return nullptr;
}

}  // namespace strata::kernels
