// Register tiles for the baseline, AVX2 and AVX-512: one template, compiled per vector unit, vector
// and tile height.
#include "kernels/convolution/depthwise_loops.hpp"

#include "core/vector_units.hpp"
#include "core/with_constant.hpp"

namespace strata::kernels {
namespace {

// Written out: g++ takes a vector_size that depends on a template parameter for none.
template <int kLanes>
struct VectorOf;
template <>
struct VectorOf<1> {
  using Type = float;
};
template <>
struct VectorOf<4> {
  using Type = float __attribute__((vector_size(16)));
};
template <>
struct VectorOf<8> {
  using Type = float __attribute__((vector_size(32)));
};
template <>
struct VectorOf<16> {
  using Type = float __attribute__((vector_size(64)));
};

constexpr int kMostPositions = 8;  // as many sums hide the latency of multiply-add
constexpr int kMostCells = 12;     // sums that fit 16 registers with two factors; 3 x 3 is one tile

// Of the lanes from `lane` on, as many as the vector has.
template <class Vector, int kPositions>
[[gnu::always_inline]] inline void add_cells_tile(const DepthwiseSums task, std::int64_t lane) {
  Vector sums[kPositions];
  Vector start = Vector{};
  if (task.start != nullptr) load_vector(task.start + lane, start);
#pragma GCC unroll 8
  for (int p = 0; p < kPositions; ++p) sums[p] = start;
  const float* kernel = task.kernel + lane;
  for (const std::int64_t offset : task.offsets) {
    const float* const x = task.x + offset + lane;
    Vector factor;
    load_vector(kernel, factor);
    kernel += task.lanes;
#pragma GCC unroll 8
    for (int p = 0; p < kPositions; ++p) {
      Vector value;
      load_vector(x + p * task.x_step, value);
      sums[p] += value * factor;
    }
  }
#pragma GCC unroll 8
  for (int p = 0; p < kPositions; ++p) {
    float* const y = task.y + p * task.y_step + lane;
    if (task.add) {
      Vector before;
      load_vector(y, before);
      sums[p] += before;
    }
    store_vector(sums[p], y);
  }
}

template <class Vector, int kCells>
[[gnu::always_inline]] inline void add_positions_tile(const DepthwiseKernelSums task,
                                                      std::int64_t cell, std::int64_t lane) {
  Vector sums[kCells];
  const float* cells[kCells];
  float* const to = task.sums + cell * task.lanes + lane;
#pragma GCC unroll 12
  for (int t = 0; t < kCells; ++t) {
    load_vector(to + t * task.lanes, sums[t]);
    cells[t] = task.x + task.offsets[static_cast<std::size_t>(cell + t)] + lane;
  }
  for (std::int64_t line = 0; line < task.extents[0]; ++line) {
    const float* dz = task.dz + line * task.dz_steps[0] + lane;
    std::int64_t x = line * task.x_steps[0];
    for (std::int64_t p = 0; p < task.extents[1]; ++p) {
      Vector factor;
      load_vector(dz, factor);
#pragma GCC unroll 12
      for (int t = 0; t < kCells; ++t) {
        Vector value;
        load_vector(cells[t] + x, value);
        sums[t] += value * factor;
      }
      x += task.x_steps[1];
      dz += task.dz_steps[1];
    }
  }
#pragma GCC unroll 12
  for (int t = 0; t < kCells; ++t) store_vector(sums[t], to + t * task.lanes);
}

template <class Vector>
[[gnu::always_inline]] inline void scatter_lanes(const DepthwiseScatter task, std::int64_t lane) {
  for (std::int64_t p = 0; p < task.positions; ++p) {
    Vector factor;
    load_vector(task.dz + p * task.dz_step + lane, factor);
    const float* kernel = task.kernel + lane;
    for (const std::int64_t offset : task.offsets) {
      float* const dx = task.dx + p * task.dx_step + offset + lane;
      Vector sum;
      Vector value;
      load_vector(dx, sum);
      load_vector(kernel, value);
      kernel += task.lanes;
      sum += factor * value;
      store_vector(sum, dx);
    }
  }
}

// What the tiles are compiled for; on 64-bit Arm the baseline is NEON. One function per tile: inlined
// together, their sums would exceed the registers.
struct Baseline {
  static constexpr int kLanes = 4;
  template <int kWidth, int kPositions>
  [[gnu::noinline]] static void add_cells(const DepthwiseSums& task, std::int64_t lane) {
    add_cells_tile<typename VectorOf<kWidth>::Type, kPositions>(task, lane);
  }
  template <int kWidth, int kCells>
  [[gnu::noinline]] static void add_positions(const DepthwiseKernelSums& task, std::int64_t cell,
                                              std::int64_t lane) {
    add_positions_tile<typename VectorOf<kWidth>::Type, kCells>(task, cell, lane);
  }
  template <int kWidth>
  [[gnu::noinline]] static void scatter(const DepthwiseScatter& task, std::int64_t lane) {
    scatter_lanes<typename VectorOf<kWidth>::Type>(task, lane);
  }
};

#if defined(__x86_64__)

struct Avx2 {
  static constexpr int kLanes = 8;
  template <int kWidth, int kPositions>
  [[gnu::target("avx2,fma"), gnu::noinline]] static void add_cells(const DepthwiseSums& task,
                                                                   std::int64_t lane) {
    add_cells_tile<typename VectorOf<kWidth>::Type, kPositions>(task, lane);
  }
  template <int kWidth, int kCells>
  [[gnu::target("avx2,fma"), gnu::noinline]] static void add_positions(
      const DepthwiseKernelSums& task, std::int64_t cell, std::int64_t lane) {
    add_positions_tile<typename VectorOf<kWidth>::Type, kCells>(task, cell, lane);
  }
  template <int kWidth>
  [[gnu::target("avx2,fma"), gnu::noinline]] static void scatter(const DepthwiseScatter& task,
                                                                 std::int64_t lane) {
    scatter_lanes<typename VectorOf<kWidth>::Type>(task, lane);
  }
};

struct Avx512 {
  static constexpr int kLanes = 16;
  template <int kWidth, int kPositions>
  [[gnu::target("avx512f,fma"), gnu::noinline]] static void add_cells(const DepthwiseSums& task,
                                                                      std::int64_t lane) {
    add_cells_tile<typename VectorOf<kWidth>::Type, kPositions>(task, lane);
  }
  template <int kWidth, int kCells>
  [[gnu::target("avx512f,fma"), gnu::noinline]] static void add_positions(
      const DepthwiseKernelSums& task, std::int64_t cell, std::int64_t lane) {
    add_positions_tile<typename VectorOf<kWidth>::Type, kCells>(task, cell, lane);
  }
  template <int kWidth>
  [[gnu::target("avx512f,fma"), gnu::noinline]] static void scatter(const DepthwiseScatter& task,
                                                                    std::int64_t lane) {
    scatter_lanes<typename VectorOf<kWidth>::Type>(task, lane);
  }
};

#endif

// Calls `body(constant width, first lane)` for vectors of the widest kind, then of 4, then single
// lanes.
template <class Isa, class Body>
void for_each_vector(std::int64_t lanes, const Body& body) {
  constexpr int kNarrow = 4;
  std::int64_t lane = 0;
  for (; lane + Isa::kLanes <= lanes; lane += Isa::kLanes)
    body(std::integral_constant<int, Isa::kLanes>(), lane);
  for (; lane + kNarrow <= lanes; lane += kNarrow)
    body(std::integral_constant<int, kNarrow>(), lane);
  for (; lane < lanes; ++lane) body(std::integral_constant<int, 1>(), lane);
}

// Calls `body(first item, constant count)` for tiles of about equal height, since a small last tile
// would not fill the pipeline.
template <int kMost, class Body>
void for_each_tile(std::int64_t items, const Body& body) {
  const std::int64_t tiles = (items + kMost - 1) / kMost;
  for (std::int64_t i = 0; i < tiles; ++i) {
    const std::int64_t begin = items * i / tiles;
    with_constant<kMost>(items * (i + 1) / tiles - begin, [&](auto count) { body(begin, count); });
  }
}

template <class Isa>
void add_cells(const DepthwiseSums& sums) {
  for_each_tile<kMostPositions>(sums.positions, [&](std::int64_t begin, auto positions) {
    DepthwiseSums tile = sums;
    tile.x += begin * sums.x_step;
    tile.y += begin * sums.y_step;
    for_each_vector<Isa>(sums.lanes, [&](auto width, std::int64_t lane) {
      Isa::template add_cells<width(), positions()>(tile, lane);
    });
  });
}

template <class Isa>
void add_positions(const DepthwiseKernelSums& sums) {
  const auto cells = static_cast<std::int64_t>(sums.offsets.size());
  for_each_tile<kMostCells>(cells, [&](std::int64_t cell, auto count) {
    for_each_vector<Isa>(sums.lanes, [&](auto width, std::int64_t lane) {
      Isa::template add_positions<width(), count()>(sums, cell, lane);
    });
  });
}

template <class Isa>
void scatter(const DepthwiseScatter& task) {
  for_each_vector<Isa>(task.lanes, [&](auto width, std::int64_t lane) {
    Isa::template scatter<width()>(task, lane);
  });
}

template <class Isa>
constexpr DepthwiseLoops kLoops = {Isa::kLanes, add_cells<Isa>, add_positions<Isa>, scatter<Isa>};

}  // namespace

const DepthwiseLoops& depthwise_loops() {
#if defined(__x86_64__)
  switch (vector_units()) {
    case VectorUnits::avx512:
      return kLoops<Avx512>;
    case VectorUnits::avx2_fma:
      return kLoops<Avx2>;
    case VectorUnits::neon:
    case VectorUnits::none:
      break;
  }
#endif
  return kLoops<Baseline>;
}

}  // namespace strata::kernels
