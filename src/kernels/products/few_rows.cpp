// Few rows times a matrix, for AVX2, AVX-512 and NEON: the matrix is read in order, a few of its rows at a
// time, since no other work hides how long memory takes.
#include "kernels/products/few_rows.hpp"

#include <algorithm>

#include "core/cache_sizes.hpp"
#include "core/vector_units.hpp"
#include "core/with_constant.hpp"

namespace strata::kernels {
namespace {

template <int kLanes>
struct VectorOf;
template <>
struct VectorOf<16> {
  using Type = float __attribute__((vector_size(64)));
};
template <>
struct VectorOf<8> {
  using Type = float __attribute__((vector_size(32)));
};
template <>
struct VectorOf<4> {
  using Type = float __attribute__((vector_size(16)));
};
template <>
struct VectorOf<1> {
  using Type = float;
};
template <int kLanes>
using Vector = typename VectorOf<kLanes>::Type;

// How many rows and columns a tile has, so that sums, vectors of b and a factor of a fit into 32 registers.
struct Of32Registers {
  static constexpr int kMostRows = 8;
  static constexpr int vectors(int rows) {
    return rows <= 2 ? 8 : rows == 3 ? 6 : rows <= 5 ? 4 : rows <= 7 ? 3 : 2;
  }
  static constexpr int kMostDotRows = 4;
  static constexpr int dots(int rows) { return rows <= 2 ? 8 : rows == 3 ? 6 : 4; }
};

#if defined(__x86_64__)

// The same for 16 registers.
struct Avx2 {
  static constexpr int kLanes = 8;
  static constexpr int kMostRows = 6;
  static constexpr int vectors(int rows) { return rows <= 2 ? 4 : rows <= 4 ? 3 : 2; }
  static constexpr int kMostDotRows = 3;
  static constexpr int dots(int rows) { return rows == 1 ? 8 : rows == 2 ? 4 : 3; }

  static void add_row(const RowsTimesMatrix& task);
  template <int kRows, int kWidth, int kVectors>
  static void multiply(const RowsTimesMatrix& task, int skip);
  template <int kRows, int kColumns>
  static void dot(const RowsTimesMatrix& task);
};

struct Avx512 : Of32Registers {
  static constexpr int kLanes = 16;

  static void add_row(const RowsTimesMatrix& task);
  template <int kRows, int kWidth, int kVectors>
  static void multiply(const RowsTimesMatrix& task, int skip);
  template <int kRows, int kColumns>
  static void dot(const RowsTimesMatrix& task);
};

#elif defined(__aarch64__)

struct Neon : Of32Registers {
  static constexpr int kLanes = 4;

  static void add_row(const RowsTimesMatrix& task);
  template <int kRows, int kWidth, int kVectors>
  static void multiply(const RowsTimesMatrix& task, int skip);
  template <int kRows, int kColumns>
  static void dot(const RowsTimesMatrix& task);
};

#endif

// One row: no column's sum stays in a register, so that eight rows of b are read side by side from
// end to end.

constexpr int kRowDepth = 8;

// Columns from `j` on, in whole vectors. Returns the first column that was not computed.
template <int kLanes, int kCount>
[[gnu::always_inline]] inline std::int64_t add_vectors(const RowsTimesMatrix& task,
                                                       const float (&a)[kRowDepth],
                                                       std::int64_t j) {
  for (; j + kLanes <= task.columns; j += kLanes) {
    Vector<kLanes> sum{};
#pragma GCC unroll 8
    for (int k = 0; k < kCount; ++k) {
      Vector<kLanes> factor;
      load_vector(task.b + k * task.b_step + j, factor);
      sum = k == 0 ? a[k] * factor : sum + a[k] * factor;
    }
    if (task.add) {
      Vector<kLanes> before;
      load_vector(task.y + j, before);
      sum += before;
    }
    store_vector(sum, task.y + j);
  }
  return j;
}

template <int kLanes, int kCount>
[[gnu::always_inline]] inline void add_rows_of_b(const RowsTimesMatrix task) {
  float a[kRowDepth];
  std::copy_n(task.a, kCount, a);
  std::int64_t j = add_vectors<kLanes, kCount>(task, a, 0);
  if constexpr (kLanes > 8) j = add_vectors<8, kCount>(task, a, j);
  j = add_vectors<4, kCount>(task, a, j);
  add_vectors<1, kCount>(task, a, j);
}

template <int kLanes>
[[gnu::always_inline]] inline void add_row(const RowsTimesMatrix& product) {
  RowsTimesMatrix task = product;
  std::int64_t k = 0;
  for (; k + kRowDepth <= product.inner; k += kRowDepth) {
    add_rows_of_b<kLanes, kRowDepth>(task);
    task.a += kRowDepth;
    task.b += kRowDepth * task.b_step;
    task.add = true;
  }
  for (; k < product.inner; ++k) {
    add_rows_of_b<kLanes, 1>(task);
    ++task.a;
    task.b += task.b_step;
    task.add = true;
  }
}

// Several rows: tiles of sums over a few rows of b.

[[gnu::noinline]] void copy_part(const float* from, std::int64_t count, float* to) {
  std::copy_n(from, count, to);
}

// The first `skip` columns of the tile are not stored.
template <int kLanes, int kRows, int kVectors>
[[gnu::always_inline]] inline void multiply_tile(const RowsTimesMatrix task, int skip) {
  Vector<kLanes> sums[kRows][kVectors] = {};
  const float* b = task.b;
  for (const float* a = task.a; a != task.a + task.inner; ++a, b += task.b_step) {
    Vector<kLanes> factors[kVectors];
#pragma GCC unroll 8
    for (int v = 0; v < kVectors; ++v) load_vector(b + v * kLanes, factors[v]);
#pragma GCC unroll 8
    for (int i = 0; i < kRows; ++i) {
#pragma GCC unroll 8
      for (int v = 0; v < kVectors; ++v) sums[i][v] += a[i * task.a_step] * factors[v];
    }
  }
  float copies[kRows * kVectors * kLanes];
#pragma GCC unroll 8
  for (int i = 0; i < kRows; ++i) {
#pragma GCC unroll 8
    for (int v = 0; v < kVectors; ++v) {
      float* const y = task.y + i * task.y_step + v * kLanes;
      Vector<kLanes> sum = sums[i][v];
      if (task.add) {
        Vector<kLanes> before;
        load_vector(y, before);
        sum += before;
      }
      float* const copy = copies + (i * kVectors + v) * kLanes;
      store_vector(sum, skip > 0 ? copy : y);
      if (skip > 0) copy_part(copy + skip, kLanes - skip, y + skip);
    }
  }
}

// Columns [j, end) in whole groups of `kVectors` vectors. Returns the first column that was not computed.
template <class Isa, int kRows, int kWidth, int kVectors>
std::int64_t multiply_groups(const RowsTimesMatrix& block, std::int64_t j, std::int64_t end) {
  RowsTimesMatrix tile = block;
  for (; j + kVectors * kWidth <= end; j += kVectors * kWidth) {
    tile.b = block.b + j;
    tile.y = block.y + j;
    Isa::template multiply<kRows, kWidth, kVectors>(tile, 0);
  }
  return j;
}

// Columns [j, end), by vectors and a last one that reaches back over columns which are done.
template <class Isa, int kRows, int kWidth>
void multiply_vectors(const RowsTimesMatrix& block, std::int64_t j, std::int64_t end) {
  j = multiply_groups<Isa, kRows, kWidth, 1>(block, j, end);
  if constexpr (kWidth > 1) {
    if (j == end) return;
    if (end < kWidth)
      return multiply_vectors < Isa, kRows, kWidth == 4 ? 1 : kWidth / 2 > (block, j, end);
    RowsTimesMatrix tile = block;
    tile.b = block.b + end - kWidth;
    tile.y = block.y + end - kWidth;
    Isa::template multiply<kRows, kWidth, 1>(tile, static_cast<int>(j - (end - kWidth)));
  }
}

// Calls `body(first row, constant rows)` for tiles of about equal height.
template <int kMost, class Body>
void for_each_tile(std::int64_t rows, const Body& body) {
  const std::int64_t tiles = (rows + kMost - 1) / kMost;
  for (std::int64_t i = 0; i < tiles; ++i) {
    const std::int64_t begin = rows * i / tiles;
    with_constant<kMost>(rows * (i + 1) / tiles - begin, [&](auto count) { body(begin, count); });
  }
}

template <class Isa>
void multiply_rows(const RowsTimesMatrix& product) {
  // So many rows of b are read side by side that each is fetched ahead; short ones lie together.
  constexpr std::int64_t kDepth = 16;
  constexpr std::int64_t kShort = 256;
  const std::int64_t depth = product.columns <= kShort ? 8 * kDepth : kDepth;
  // What each tile of rows reads again stays in half of the second level's cache.
  const std::int64_t block = std::max<std::int64_t>(
      kShort, cache_sizes().second / 8 / (product.rows + depth) / kShort * kShort);
  for (std::int64_t column = 0; column < product.columns; column += block) {
    const std::int64_t end = std::min(product.columns, column + block);
    for (std::int64_t k = 0; k < product.inner; k += depth) {
      for_each_tile<Isa::kMostRows>(product.rows, [&](std::int64_t row, auto rows) {
        constexpr int kRows = rows();
        RowsTimesMatrix tile = product;
        tile.inner = std::min(depth, product.inner - k);
        tile.a += row * product.a_step + k;
        tile.b += k * product.b_step;
        tile.y += row * product.y_step;
        tile.add = k > 0 || product.add;
        const std::int64_t next =
            multiply_groups<Isa, kRows, Isa::kLanes, Isa::vectors(kRows)>(tile, column, end);
        multiply_vectors<Isa, kRows, Isa::kLanes>(tile, next, end);
      });
    }
  }
}

template <class Isa>
void multiply(const RowsTimesMatrix& product) {
  if (product.rows == 1) return Isa::add_row(product);
  multiply_rows<Isa>(product);
}

// A transposed matrix: its columns are contiguous, and products of vectors are summed.

[[gnu::always_inline]] inline float sum_of(const VectorOf<4>::Type& values) {
  return (values[0] + values[1]) + (values[2] + values[3]);
}
[[gnu::always_inline]] inline float sum_of(const VectorOf<8>::Type& values) {
  return sum_of(__builtin_shufflevector(values, values, 0, 1, 2, 3) +
                __builtin_shufflevector(values, values, 4, 5, 6, 7));
}
[[gnu::always_inline]] inline float sum_of(const VectorOf<16>::Type& values) {
  return sum_of(__builtin_shufflevector(values, values, 0, 1, 2, 3, 4, 5, 6, 7) +
                __builtin_shufflevector(values, values, 8, 9, 10, 11, 12, 13, 14, 15));
}
[[gnu::always_inline]] inline float sum_of(float value) { return value; }

// Adds the products of elements from `k` on to `totals`, in whole vectors. Returns the first element
// that was not used.
template <int kLanes, int kRows, int kColumns>
[[gnu::always_inline]] inline std::int64_t add_dots(const RowsTimesMatrix& task, std::int64_t k,
                                                    float (&totals)[kRows][kColumns]) {
  if (k + kLanes > task.inner) return k;
  Vector<kLanes> sums[kRows][kColumns] = {};
  for (; k + kLanes <= task.inner; k += kLanes) {
    Vector<kLanes> a[kRows];
#pragma GCC unroll 4
    for (int i = 0; i < kRows; ++i) load_vector(task.a + i * task.a_step + k, a[i]);
#pragma GCC unroll 8
    for (int j = 0; j < kColumns; ++j) {
      Vector<kLanes> b;
      load_vector(task.b + j * task.b_step + k, b);
#pragma GCC unroll 4
      for (int i = 0; i < kRows; ++i) sums[i][j] += a[i] * b;
    }
  }
#pragma GCC unroll 4
  for (int i = 0; i < kRows; ++i) {
#pragma GCC unroll 8
    for (int j = 0; j < kColumns; ++j) totals[i][j] += sum_of(sums[i][j]);
  }
  return k;
}

template <int kLanes, int kRows, int kColumns>
[[gnu::always_inline]] inline void dot_tile(const RowsTimesMatrix task) {
  float totals[kRows][kColumns] = {};
  std::int64_t k = add_dots<kLanes>(task, 0, totals);
  if constexpr (kLanes > 8) k = add_dots<8>(task, k, totals);
  k = add_dots<4>(task, k, totals);
  add_dots<1>(task, k, totals);
  for (int i = 0; i < kRows; ++i) {
    float* const y = task.y + i * task.y_step;
    for (int j = 0; j < kColumns; ++j) y[j] = task.add ? y[j] + totals[i][j] : totals[i][j];
  }
}

template <class Isa>
void multiply_by_transposed(const RowsTimesMatrix& product) {
  constexpr std::int64_t kBlock = 24;  // columns that each tile of rows reads again
  for (std::int64_t column = 0; column < product.columns; column += kBlock) {
    const std::int64_t end = std::min(product.columns, column + kBlock);
    for_each_tile<Isa::kMostDotRows>(product.rows, [&](std::int64_t row, auto rows) {
      constexpr int kRows = rows();
      constexpr int kColumns = Isa::dots(kRows);
      RowsTimesMatrix tile = product;
      tile.a += row * product.a_step;
      tile.b += column * product.b_step;
      tile.y += row * product.y_step + column;
      std::int64_t left = end - column;
      for (; left >= kColumns; left -= kColumns) {
        Isa::template dot<kRows, kColumns>(tile);
        tile.b += kColumns * product.b_step;
        tile.y += kColumns;
      }
      for (; left > 0; --left) {
        Isa::template dot<kRows, 1>(tile);
        tile.b += product.b_step;
        ++tile.y;
      }
    });
  }
}

#if defined(__x86_64__)

[[gnu::target("avx2,fma")]] void Avx2::add_row(const RowsTimesMatrix& task) {
  kernels::add_row<kLanes>(task);
}
template <int kRows, int kWidth, int kVectors>
[[gnu::target("avx2,fma"), gnu::noinline]] void Avx2::multiply(const RowsTimesMatrix& task,
                                                               int skip) {
  multiply_tile<kWidth, kRows, kVectors>(task, skip);
}
template <int kRows, int kColumns>
[[gnu::target("avx2,fma"), gnu::noinline]] void Avx2::dot(const RowsTimesMatrix& task) {
  dot_tile<kLanes, kRows, kColumns>(task);
}
[[gnu::target("avx512f,fma")]] void Avx512::add_row(const RowsTimesMatrix& task) {
  kernels::add_row<kLanes>(task);
}
template <int kRows, int kWidth, int kVectors>
[[gnu::target("avx512f,fma"), gnu::noinline]] void Avx512::multiply(const RowsTimesMatrix& task,
                                                                    int skip) {
  multiply_tile<kWidth, kRows, kVectors>(task, skip);
}
template <int kRows, int kColumns>
[[gnu::target("avx512f,fma"), gnu::noinline]] void Avx512::dot(const RowsTimesMatrix& task) {
  dot_tile<kLanes, kRows, kColumns>(task);
}

#elif defined(__aarch64__)

void Neon::add_row(const RowsTimesMatrix& task) { kernels::add_row<kLanes>(task); }
template <int kRows, int kWidth, int kVectors>
[[gnu::noinline]] void Neon::multiply(const RowsTimesMatrix& task, int skip) {
  multiply_tile<kWidth, kRows, kVectors>(task, skip);
}
template <int kRows, int kColumns>
[[gnu::noinline]] void Neon::dot(const RowsTimesMatrix& task) {
  dot_tile<kLanes, kRows, kColumns>(task);
}

#endif

}  // namespace

const FewRowProducts* few_row_products([[maybe_unused]] VectorUnits units) {
#if defined(__x86_64__)
  static constexpr FewRowProducts avx512{multiply<Avx512>, multiply_by_transposed<Avx512>};
  static constexpr FewRowProducts avx2{multiply<Avx2>, multiply_by_transposed<Avx2>};
  if (units == VectorUnits::avx512) return &avx512;
  if (units == VectorUnits::avx2_fma) return &avx2;
#elif defined(__aarch64__)
  static constexpr FewRowProducts neon{multiply<Neon>, multiply_by_transposed<Neon>};
  if (units == VectorUnits::neon) return &neon;
#endif
  return nullptr;
}

}  // namespace strata::kernels
