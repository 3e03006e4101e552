// Register tiles for AVX2, AVX-512 and NEON: one template, compiled per tile height and vector unit.
#include "kernels/products/tile_products.hpp"

#include <algorithm>

#include "core/vector_units.hpp"
#include "core/with_constant.hpp"

namespace strata::kernels {
namespace {

#if defined(__x86_64__)

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

#elif defined(__aarch64__)

// Two registers of four floats, with the operations of one vector of eight.
struct TwoRegisters {
  using Register = float __attribute__((vector_size(16)));

  TwoRegisters& operator+=(const TwoRegisters& other) {
    low += other.low;
    high += other.high;
    return *this;
  }
  friend TwoRegisters operator*(float a, const TwoRegisters& b) { return {a * b.low, a * b.high}; }

  Register low;
  Register high;
};

struct Neon {
  using Vector = TwoRegisters;
  static constexpr int kLanes = 8;
  static constexpr int kMostRows = 6;  // 24 sums, 4 factors and spares in 32 registers
  template <int kRows, int kVectors>
  static void multiply(const RowsTimesPanel& task);
  template <int kRows, int kVectors>
  static void add(const GridProduct& task);
};

#endif

// sum = max(sum, 0), keeping NaN
template <class Vector>
[[gnu::always_inline]] inline void keep_positive(Vector& sum) {
  sum = sum < 0.0f ? Vector{} : sum;
}

#if defined(__aarch64__)
using strata::load_vector;
using strata::store_vector;

// Register by register, since sums that are copied as a struct would not stay in registers.
[[gnu::always_inline]] inline void load_vector(const float* from, TwoRegisters& to) {
  load_vector(from, to.low);
  load_vector(from + 4, to.high);
}
[[gnu::always_inline]] inline void store_vector(const TwoRegisters& from, float* to) {
  store_vector(from.low, to);
  store_vector(from.high, to + 4);
}
[[gnu::always_inline]] inline void keep_positive(TwoRegisters& sum) {
  keep_positive(sum.low);
  keep_positive(sum.high);
}
#endif

// Partial vectors go through a copy and a call: sums whose own address escaped would not stay in
// registers.
[[gnu::noinline]] void copy_part(const float* from, std::int64_t columns, float* to) {
  std::copy_n(from, columns, to);
}

template <class Isa, int kRows, int kVectors>
[[gnu::always_inline]] inline void store_rows(const typename Isa::Vector (&sums)[kRows][kVectors],
                                              float* to, std::int64_t step) {
#pragma GCC unroll 8
  for (int i = 0; i < kRows; ++i, to += step) {
#pragma GCC unroll 2
    for (int v = 0; v < kVectors; ++v) store_vector(sums[i][v], to + v * Isa::kLanes);
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
  for (int v = 0; v < kVectors; ++v) load_vector(from + v * Isa::kLanes, values[v]);
}

// One tile: rows of y from `y` on, of which `first` is the row of the left factor.
template <class Isa, int kRows, int kVectors>
[[gnu::always_inline]] inline void multiply_tile(const RowsTimesPanel& task, const float* first,
                                                 float* y) {
  using Vector = typename Isa::Vector;
  Vector start[kVectors] = {};
  if (task.start != nullptr) {
#pragma GCC unroll 2
    for (int v = 0; v < kVectors; ++v) load_vector(task.start + v * Isa::kLanes, start[v]);
  }
  Vector sums[kRows][kVectors];
#pragma GCC unroll 8
  for (int i = 0; i < kRows; ++i) {
#pragma GCC unroll 2
    for (int v = 0; v < kVectors; ++v) sums[i][v] = start[v];
  }
  const float* panel = task.panel;
  const std::int64_t step = task.a_step;
  for (std::int64_t run = 0; run < task.runs.count; ++run) {
    const float* a = first + task.runs.offsets[run];
    const float* const end = a + task.runs.length;
    for (; a != end; ++a, panel += task.panel_step) {
      Vector factors[kVectors];
#pragma GCC unroll 2
      for (int v = 0; v < kVectors; ++v) load_vector(panel + v * Isa::kLanes, factors[v]);
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
      load_columns<Isa, kVectors>(y + i * task.y_step, task.columns, before);
#pragma GCC unroll 2
      for (int v = 0; v < kVectors; ++v) sums[i][v] += before[v];
    }
  }
  if (task.relu) {
#pragma GCC unroll 8
    for (int i = 0; i < kRows; ++i) {
#pragma GCC unroll 2
      for (int v = 0; v < kVectors; ++v) keep_positive(sums[i][v]);
    }
  }
  store_tile<Isa, kRows, kVectors>(sums, y, task.y_step, task.columns);
}

// One tile: rows of sums from `to` on, of which `first` is the row of x.
template <class Isa, int kRows, int kVectors>
[[gnu::always_inline]] inline void add_tile(const GridProduct& task, const float* first,
                                            float* to) {
  using Vector = typename Isa::Vector;
  Vector sums[kRows][kVectors];
#pragma GCC unroll 8
  for (int i = 0; i < kRows; ++i) {
    if (task.fresh) {
#pragma GCC unroll 2
      for (int v = 0; v < kVectors; ++v) sums[i][v] = Vector{};
    } else {
      load_columns<Isa, kVectors>(to + i * task.sums_step, task.columns, sums[i]);
    }
  }
  for (std::int64_t line = 0; line < task.extents[0]; ++line) {
    const float* x = first + line * task.x_steps[0];
    const float* dz = task.dz + line * task.dz_steps[0];
    for (std::int64_t p = 0; p < task.extents[1]; ++p) {
      Vector factors[kVectors];
#pragma GCC unroll 2
      for (int v = 0; v < kVectors; ++v) load_vector(dz + v * Isa::kLanes, factors[v]);
#pragma GCC unroll 8
      for (int i = 0; i < kRows; ++i) {
#pragma GCC unroll 2
        for (int v = 0; v < kVectors; ++v) sums[i][v] += x[i] * factors[v];
      }
      x += task.x_steps[1];
      dz += task.dz_steps[1];
    }
  }
  store_tile<Isa, kRows, kVectors>(sums, to, task.sums_step, task.columns);
}

// The tiles of a task whose rows are a multiple of `kRows`. The task is a copy, which stores to the
// result can't alias.
template <class Isa, int kRows, int kVectors>
[[gnu::always_inline]] inline void multiply_tiles(const RowsTimesPanel task) {
  for (std::int64_t row = 0; row < task.rows; row += kRows)
    multiply_tile<Isa, kRows, kVectors>(task, task.a + row * task.a_step,
                                        task.y + row * task.y_step);
}
template <class Isa, int kRows, int kVectors>
[[gnu::always_inline]] inline void add_tiles(const GridProduct task) {
  for (std::int64_t row = 0; row < task.rows; row += kRows)
    add_tile<Isa, kRows, kVectors>(task, task.x + row, task.sums + row * task.sums_step);
}

// Splits rows into tiles of about equal height, since a small last tile would not fill the pipeline:
// calls `body(first row, rows, constant rows of a tile)` for those of the one height, then for those
// of the other, which is a row less.
template <class Isa, class Body>
void for_each_height(std::int64_t rows, const Body& body) {
  const std::int64_t tiles = (rows + Isa::kMostRows - 1) / Isa::kMostRows;
  if (tiles == 0) return;
  const std::int64_t height = rows / tiles;
  const std::int64_t higher = rows % tiles * (height + 1);
  const auto call = [&](std::int64_t begin, std::int64_t end, std::int64_t tile_rows) {
    if (begin == end) return;
    with_constant<Isa::kMostRows>(tile_rows, [&](auto count) { body(begin, end - begin, count); });
  };
  call(0, higher, height + 1);
  call(higher, rows, height);
}

// One function per tile size: inlined together, their sums would exceed the registers. It takes all
// tiles of that size, since a call takes as long as several positions of a tile.
#if defined(__x86_64__)

template <int kRows, int kVectors>
[[gnu::target("avx2,fma"), gnu::noinline]] void Avx2::multiply(const RowsTimesPanel& task) {
  multiply_tiles<Avx2, kRows, kVectors>(task);
}
template <int kRows, int kVectors>
[[gnu::target("avx2,fma"), gnu::noinline]] void Avx2::add(const GridProduct& task) {
  add_tiles<Avx2, kRows, kVectors>(task);
}
template <int kRows, int kVectors>
[[gnu::target("avx512f,fma"), gnu::noinline]] void Avx512::multiply(const RowsTimesPanel& task) {
  multiply_tiles<Avx512, kRows, kVectors>(task);
}
template <int kRows, int kVectors>
[[gnu::target("avx512f,fma"), gnu::noinline]] void Avx512::add(const GridProduct& task) {
  add_tiles<Avx512, kRows, kVectors>(task);
}

#elif defined(__aarch64__)

template <int kRows, int kVectors>
[[gnu::noinline]] void Neon::multiply(const RowsTimesPanel& task) {
  multiply_tiles<Neon, kRows, kVectors>(task);
}
template <int kRows, int kVectors>
[[gnu::noinline]] void Neon::add(const GridProduct& task) {
  add_tiles<Neon, kRows, kVectors>(task);
}

#endif

template <class Isa>
void multiply_rows(const RowsTimesPanel& product) {
  for_each_height<Isa>(product.rows, [&](std::int64_t begin, std::int64_t rows, auto count) {
    RowsTimesPanel part = product;
    part.rows = rows;
    part.a += begin * product.a_step;
    part.y += begin * product.y_step;
    if (product.two_vectors) return Isa::template multiply<count(), 2>(part);
    Isa::template multiply<count(), 1>(part);
  });
}

template <class Isa>
void add_products(const GridProduct& product) {
  for_each_height<Isa>(product.rows, [&](std::int64_t begin, std::int64_t rows, auto count) {
    GridProduct part = product;
    part.rows = rows;
    part.x += begin;
    part.sums += begin * product.sums_step;
    if (product.two_vectors) return Isa::template add<count(), 2>(part);
    Isa::template add<count(), 1>(part);
  });
}

}  // namespace

const TileProducts* tile_products([[maybe_unused]] VectorUnits units) {
#if defined(__x86_64__)
  static constexpr TileProducts avx512{Avx512::kLanes, Avx512::kMostRows, multiply_rows<Avx512>,
                                       add_products<Avx512>};
  static constexpr TileProducts avx2{Avx2::kLanes, Avx2::kMostRows, multiply_rows<Avx2>,
                                     add_products<Avx2>};
  if (units == VectorUnits::avx512) return &avx512;
  if (units == VectorUnits::avx2_fma) return &avx2;
#elif defined(__aarch64__)
  static constexpr TileProducts neon{Neon::kLanes, Neon::kMostRows, multiply_rows<Neon>,
                                     add_products<Neon>};
  if (units == VectorUnits::neon) return &neon;
#endif
  return nullptr;
}

}  // namespace strata::kernels
