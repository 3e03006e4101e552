#include "kernels/strided.hpp"

#include <algorithm>
#include <utility>

#include "core/parallel.hpp"

namespace strata::kernels {
namespace {

struct Axis {
  std::int64_t extent;
  std::int64_t from;
  std::int64_t to;
};

// Axes of extent 1 left out, neighbours that both sides walk alike made one; innermost first.
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

// Where the inner axis jumps through `from` and another one walks it step by step, both are cut
// into tiles, so that what is read of a cache line is read while it is there.
constexpr std::int64_t kTransposeTile = 32;

bool bring_tile_axis_forward(Walk& walk) {
  if (walk.axes[0].from <= 1) return false;
  for (std::size_t axis = 1; axis < walk.rank; ++axis) {
    if (walk.axes[axis].from != 1) continue;
    std::swap(walk.axes[1], walk.axes[axis]);
    return true;
  }
  return false;
}

template <Store store>
void copy_walk(Walk walk, const float* from, float* to) {
  const Axis inner = walk.axes[0];
  if (walk.rank == 1) {  // a single long run is cut, so that several threads can take part in it
    return parallel_for(inner.extent, 1, [=](std::int64_t begin, std::int64_t end) {
      copy_run<store>({end - begin, inner.from, inner.to}, from + begin * inner.from,
                      to + begin * inner.to);
    });
  }
  const bool tiled = bring_tile_axis_forward(walk);
  const Axis rows = walk.axes[1];
  const std::int64_t height = tiled ? kTransposeTile : 1;
  const std::int64_t width = tiled ? kTransposeTile : inner.extent;
  const std::int64_t strips = (rows.extent + height - 1) / height;
  std::int64_t blocks = strips;
  for (std::size_t axis = 2; axis < walk.rank; ++axis) blocks *= walk.axes[axis].extent;
  const auto copy_strip = [&](const float* source, float* target, std::int64_t first_row) {
    const std::int64_t last_row = std::min(rows.extent, first_row + height);
    for (std::int64_t column = 0; column < inner.extent; column += width) {
      const Axis run{std::min(width, inner.extent - column), inner.from, inner.to};
      for (std::int64_t row = first_row; row < last_row; ++row) {
        copy_run<store>(run, source + row * rows.from + column * inner.from,
                        target + row * rows.to + column * inner.to);
      }
    }
  };
  parallel_for(blocks, inner.extent * height, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t block = begin; block < end; ++block) {
      std::int64_t rest = block / strips;
      const float* source = from;
      float* target = to;
      for (std::size_t axis = 2; axis < walk.rank; ++axis) {
        const std::int64_t index = rest % walk.axes[axis].extent;
        rest /= walk.axes[axis].extent;
        source += index * walk.axes[axis].from;
        target += index * walk.axes[axis].to;
      }
      copy_strip(source, target, block % strips * height);
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

void copy(const Shape& extents, const float* from, const Strides& from_strides, float* to,
          const Strides& to_strides, Store store) {
  if (extents.element_count() == 0) return;
  const Walk walk(extents, from_strides, to_strides);
  if (store == Store::add) {
    copy_walk<Store::add>(walk, from, to);
  } else {
    copy_walk<Store::assign>(walk, from, to);
  }
}

}  // namespace strata::kernels
