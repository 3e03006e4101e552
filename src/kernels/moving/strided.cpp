// Strided copies: axes are merged where possible, then copied in tiles that stay in cache.
#include "kernels/moving/strided.hpp"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <utility>

#include "core/parallel.hpp"
#include "kernels/moving/transpose.hpp"

namespace strata::kernels {
namespace {

struct Axis {
  std::int64_t extent;
  std::int64_t from;
  std::int64_t to;
};

// The axes of a copy, innermost first, without those of extent 1. Neighbouring axes are merged
// where both arrays are contiguous across them.
struct Walk {
  std::size_t rank = 0;
  std::array<Axis, Shape::kMaxRank> axes;

  Walk(const Shape& extents, const Strides& from, const Strides& to) {
    for (int i = extents.rank(); i-- > 0;) {
      const auto at = static_cast<std::size_t>(i);
      const Axis axis{extents[i], from[at], to[at]};
      if (axis.extent == 1) continue;
      if (rank > 0 && follows(axes[rank - 1], axis)) {
        axes[rank - 1].extent *= axis.extent;
      } else {
        axes[rank++] = axis;
      }
    }
    if (rank == 0) axes[rank++] = {1, 1, 1};
  }

  static bool follows(const Axis& inner, const Axis& outer) {
    return outer.from == inner.from * inner.extent && outer.to == inner.to * inner.extent;
  }
};

template <Store store>
void put(float& to, float value) {
  if constexpr (store == Store::add) {
    to += value;
  } else {
    to = value;
  }
}

template <Store store>
void copy_run(const Axis& axis, const float* from, float* to) {
  if (axis.from == 1 && axis.to == 1) {
    for (std::int64_t i = 0; i < axis.extent; ++i) put<store>(to[i], from[i]);
  } else if (axis.from == 0 && axis.to == 1) {
    const float value = *from;
    for (std::int64_t i = 0; i < axis.extent; ++i) put<store>(to[i], value);
  } else {
    for (std::int64_t i = 0; i < axis.extent; ++i) put<store>(to[i * axis.to], from[i * axis.from]);
  }
}

// Copies runs of `extent` floats, or of one repeated float, as a few vectors of `Width`; the last
// vector overlaps the one before.
template <std::int64_t Width, bool kRepeats>
void copy_short_runs(const Axis& inner, const Axis& rows, const float* from, float* to) {
  const std::int64_t last = inner.extent - Width;
  for (std::int64_t row = 0; row < rows.extent; ++row, from += rows.from, to += rows.to) {
    float vector[Width];
    if constexpr (kRepeats) std::fill_n(vector, Width, *from);
    for (std::int64_t i = 0; i < last; i += Width) {
      if constexpr (!kRepeats) std::memcpy(vector, from + i, sizeof(vector));
      std::memcpy(to + i, vector, sizeof(vector));
    }
    if constexpr (!kRepeats) std::memcpy(vector, from + last, sizeof(vector));
    std::memcpy(to + last, vector, sizeof(vector));
  }
}

template <Store store>
void copy_tile(const Axis& inner, const Axis& rows, const float* from, float* to) {
  constexpr std::int64_t kShort = 128;
  if constexpr (store == Store::assign) {
    if (rows.from == 1 && inner.from > 1 && inner.to == 1)
      return transpose({inner.extent, rows.extent, from, inner.from, to, rows.to});
    if (inner.to == 1 && inner.from <= 1 && inner.extent < kShort) {
      const bool repeats = inner.from == 0;
      if (inner.extent >= 8)
        return (repeats ? copy_short_runs<8, true> : copy_short_runs<8, false>)(inner, rows, from,
                                                                                to);
      if (inner.extent >= 4)
        return (repeats ? copy_short_runs<4, true> : copy_short_runs<4, false>)(inner, rows, from,
                                                                                to);
      if (inner.extent >= 2)
        return (repeats ? copy_short_runs<2, true> : copy_short_runs<2, false>)(inner, rows, from,
                                                                                to);
    }
  }
  for (std::int64_t row = 0; row < rows.extent; ++row)
    copy_run<store>(inner, from + row * rows.from, to + row * rows.to);
}

// Chooses the axis that forms tiles with the innermost one. If the innermost axis jumps through
// `from`, it is the axis with stride 1 in `from`, so that a tile reads whole cache lines; otherwise
// a long axis. Returns whether a stride-1 axis was chosen.
bool choose_second_axis(Walk& walk) {
  constexpr std::int64_t kLong = 16;
  const auto begin = walk.axes.begin() + 1;
  const auto end = walk.axes.begin() + static_cast<std::ptrdiff_t>(walk.rank);
  if (walk.axes[0].from > 1) {
    const auto step = std::find_if(begin, end, [](const Axis& axis) { return axis.from == 1; });
    if (step != end) {
      std::swap(*begin, *step);
      return true;
    }
  }
  if (begin->extent >= kLong) return false;
  std::swap(*begin, *std::max_element(begin, end, [](const Axis& a, const Axis& b) {
    return a.extent < b.extent;
  }));
  return false;
}

template <Store store>
void copy_walk(Walk walk, const float* from, float* to) {
  constexpr std::int64_t kTile = 4096;         // elements
  constexpr std::int64_t kTransposeTile = 32;  // fewest rows of a tile, if there are as many
  const Axis inner = walk.axes[0];
  if (walk.rank == 1) {  // a single long run is split among threads
    return parallel_for(inner.extent, 1, [=](std::int64_t begin, std::int64_t end) {
      copy_run<store>({end - begin, inner.from, inner.to}, from + begin * inner.from,
                      to + begin * inner.to);
    });
  }
  const bool transposes = choose_second_axis(walk);
  const Axis rows = walk.axes[1];
  // Adjacent tiles of `to` follow each other, so that its cache lines are filled.
  const bool rows_last = transposes && walk.rank > 2 && rows.to > walk.axes[2].to;
  const std::int64_t most = rows_last ? std::min(rows.extent, kTransposeTile) : rows.extent;
  const std::int64_t few =
      transposes ? std::min(inner.extent, kTile / kTransposeTile) : inner.extent;
  const std::int64_t height = std::clamp<std::int64_t>(kTile / few, 1, most);
  const std::int64_t width = transposes ? std::min(inner.extent, kTile / height) : inner.extent;
  std::array<std::int64_t, Shape::kMaxRank> counts{(inner.extent + width - 1) / width,
                                                   (rows.extent + height - 1) / height};
  for (std::size_t axis = 2; axis < walk.rank; ++axis) counts[axis] = walk.axes[axis].extent;
  walk.axes[0] = {counts[0], width * inner.from, width * inner.to};
  walk.axes[1] = {counts[1], height * rows.from, height * rows.to};
  std::array<std::size_t, Shape::kMaxRank> order{};
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (rows_last) std::rotate(order.begin() + 1, order.begin() + 2, order.begin() + walk.rank);
  std::int64_t tiles = 1;
  for (std::size_t axis = 0; axis < walk.rank; ++axis) tiles *= counts[axis];
  parallel_for(tiles, width * height, [&](std::int64_t begin, std::int64_t end) {
    std::array<std::int64_t, Shape::kMaxRank> index{};
    std::int64_t rest = begin;
    for (std::size_t i = 0; i < walk.rank; ++i) {
      index[order[i]] = rest % counts[order[i]];
      rest /= counts[order[i]];
    }
    for (std::int64_t tile = begin; tile < end; ++tile) {
      std::int64_t source = 0;
      std::int64_t target = 0;
      for (std::size_t axis = 0; axis < walk.rank; ++axis) {
        source += index[axis] * walk.axes[axis].from;
        target += index[axis] * walk.axes[axis].to;
      }
      copy_tile<store>({std::min(width, inner.extent - index[0] * width), inner.from, inner.to},
                       {std::min(height, rows.extent - index[1] * height), rows.from, rows.to},
                       from + source, to + target);
      for (std::size_t i = 0; i < walk.rank && ++index[order[i]] == counts[order[i]]; ++i)
        index[order[i]] = 0;
    }
  });
}

}  // namespace

Strides strides_of(const Shape& shape) {
  Strides strides{};
  std::int64_t size = 1;
  for (int i = shape.rank(); i-- > 0;) {
    strides[static_cast<std::size_t>(i)] = size;
    size *= shape[i];
  }
  return strides;
}

Strides broadcast_strides(const Shape& shape, const Shape& result) {
  const Strides own = strides_of(shape);
  const auto offset = static_cast<std::size_t>(result.rank() - shape.rank());
  Strides strides{};
  for (int i = 0; i < shape.rank(); ++i) {
    const auto axis = static_cast<std::size_t>(i);
    if (shape[i] != 1) strides[offset + axis] = own[axis];
  }
  return strides;
}

void copy(const Shape& extents, const StridedArray<const float>& from,
          const StridedArray<float>& to, Store store) {
  if (extents.element_count() == 0) return;
  const Walk walk(extents, from.strides, to.strides);
  if (store == Store::add) return copy_walk<Store::add>(walk, from.data, to.data);
  copy_walk<Store::assign>(walk, from.data, to.data);
}

}  // namespace strata::kernels
