// Gathering and scattering of im2col columns: two directions over the same walk.
#include "kernels/convolution/im2col.hpp"

#include <algorithm>
#include <cstring>

#include "core/vector_units.hpp"

namespace strata::kernels {
namespace {

// A window's line is a few dozen floats: copying them inline instead of calling memcpy saves a
// third of the time of gathering.
inline void copy_few(float* to, const float* from, std::int64_t count) {
  constexpr std::int64_t kStep = 8;
  if (count >= kStep) {
    for (std::int64_t i = 0; i < count - kStep; i += kStep)
      std::memcpy(to + i, from + i, kStep * sizeof(float));
    std::memcpy(to + count - kStep, from + count - kStep, kStep * sizeof(float));
  } else {
    if ((count & 4) != 0) std::memcpy(to, from, 4 * sizeof(float));
    if ((count & 2) != 0) std::memcpy(to + (count & 4), from + (count & 4), 2 * sizeof(float));
    if ((count & 1) != 0) to[count - 1] = from[count - 1];
  }
}

// The two directions of the walk. `step`: floats from one element in x to the next.
struct Gather {
  float* columns;
  const float* x;

  void outside(std::int64_t column, std::int64_t count) const {
    for (std::int64_t i = 0; i < count; ++i) columns[column + i] = 0.0f;
  }
  void line(std::int64_t column, std::int64_t from, std::int64_t count) const {
    copy_few(columns + column, x + from, count);
  }
  void steps(std::int64_t column, std::int64_t from, std::int64_t count, std::int64_t step) const {
    for (std::int64_t i = 0; i < count; ++i) columns[column + i] = x[from + i * step];
  }
};

struct Scatter {
  const float* columns;
  float* x;

  void outside(std::int64_t, std::int64_t) const {}
  void line(std::int64_t column, std::int64_t to, std::int64_t count) const {
    for (std::int64_t i = 0; i < count; ++i) x[to + i] += columns[column + i];
  }
  void steps(std::int64_t column, std::int64_t to, std::int64_t count, std::int64_t step) const {
    for (std::int64_t i = 0; i < count; ++i) x[to + i * step] += columns[column + i];
  }
};

// Calls `visit(line of the window, offset of the input's line, or -1 in the padding)`.
template <class Visit>
void for_each_line(const Windows& windows, const PositionRun& run, Visit visit) {
  const auto& [outer, middle, inner] = windows.axes;
  const auto within = [](const WindowAxis& axis, std::int64_t at) {
    return at >= 0 && at < axis.input;
  };
  for (std::int64_t i = 0; i < outer.window; ++i) {
    const std::int64_t plane = outer.at(run.position[0], i);
    for (std::int64_t j = 0; j < middle.window; ++j) {
      const std::int64_t line = middle.at(run.position[1], j);
      const bool inside = within(outer, plane) && within(middle, line);
      visit(i * middle.window + j,
            inside ? run.image * windows.image_size() +
                         (plane * middle.input + line) * inner.input * windows.channels
                   : -1);
    }
  }
}

// A piece of a window's line that is contiguous in x, for a run of positions: one by one where it
// reaches into the padding, in a plain loop elsewhere.
template <class Direction>
void walk_piece(const ColumnLayout& layout, std::int64_t first, std::int64_t piece,
                std::int64_t count, std::int64_t column, std::int64_t line,
                const Direction& direction) {
  const WindowAxis& inner = layout.windows.axes[2];
  const std::int64_t channels = layout.group_channels;
  const std::int64_t step = inner.stride * layout.windows.channels;
  const auto clipped = [&](std::int64_t i) {
    const std::int64_t start = first + i * inner.stride;
    const std::int64_t low = std::clamp<std::int64_t>(-start, 0, piece);
    const std::int64_t high = std::clamp(inner.input - start, low, piece);
    const std::int64_t to = column + i * layout.depth();
    direction.outside(to, low * channels);
    direction.line(to + low * channels, line + i * step + low * layout.windows.channels,
                   (high - low) * channels);
    direction.outside(to + high * channels, (piece - high) * channels);
  };
  const std::int64_t last = inner.input - piece - first;  // where the piece ends with the line
  const std::int64_t low =
      std::clamp<std::int64_t>((-first + inner.stride - 1) / inner.stride, 0, count);
  const std::int64_t high =
      last < 0 ? low : std::clamp<std::int64_t>(last / inner.stride + 1, low, count);
  for (std::int64_t i = 0; i < low; ++i) clipped(i);
  for (std::int64_t i = low; i < high; ++i)
    direction.line(column + i * layout.depth(), line + i * step, piece * channels);
  for (std::int64_t i = high; i < count; ++i) clipped(i);
}

// Position by position: a window's line is contiguous in x unless dilated or split into groups.
template <class Direction>
void walk_positions(const ColumnLayout& layout, const ColumnBlock& block,
                    const Direction& direction) {
  const Windows& windows = layout.windows;
  const WindowAxis& inner = windows.axes[2];
  const std::int64_t channels = layout.group_channels;
  const bool contiguous = inner.dilation == 1 && channels == windows.channels;
  const std::int64_t piece = contiguous ? inner.window : 1;
  for_each_position_run(windows, block.begin, block.end, [&](const PositionRun& run) {
    for_each_line(windows, run, [&](std::int64_t window_line, std::int64_t line) {
      for (std::int64_t cell = 0; cell < inner.window; cell += piece) {
        const std::int64_t column = (run.row - block.begin) * layout.depth() +
                                    (window_line * inner.window + cell) * channels;
        if (line < 0) {
          for (std::int64_t i = 0; i < run.count; ++i)
            direction.outside(column + i * layout.depth(), piece * channels);
        } else {
          const std::int64_t first = inner.at(run.position[2], cell);
          walk_piece(layout, first, piece, run.count, column,
                     line + first * windows.channels + block.first_channel, direction);
        }
      }
    });
  });
}

// Cell by cell: neighbouring positions are `stride` input cells apart.
template <class Direction>
void walk_cells(const ColumnLayout& layout, const ColumnBlock& block, const Direction& direction) {
  const Windows& windows = layout.windows;
  const WindowAxis& inner = windows.axes[2];
  const std::int64_t channels = layout.group_channels;
  for_each_position_run(windows, block.begin, block.end, [&](const PositionRun& run) {
    for_each_line(windows, run, [&](std::int64_t window_line, std::int64_t line) {
      for (std::int64_t cell = 0; cell < inner.window; ++cell) {
        const std::int64_t first = inner.at(run.position[2], cell);
        const auto positions_below = [&](std::int64_t edge) {  // whose cell lies before the edge
          return std::clamp<std::int64_t>((edge - first + inner.stride - 1) / inner.stride, 0,
                                          run.count);
        };
        const std::int64_t low = line < 0 || first >= 0 ? 0 : positions_below(0);
        const std::int64_t high =
            line < 0 || first >= inner.input ? low : std::max(low, positions_below(inner.input));
        for (std::int64_t channel = 0; channel < channels; ++channel) {
          const std::int64_t column =
              ((window_line * inner.window + cell) * channels + channel) * block.rows() + run.row -
              block.begin;
          direction.outside(column, low);
          direction.steps(column + low,
                          line + (first + low * inner.stride) * windows.channels +
                              block.first_channel + channel,
                          high - low, inner.stride * windows.channels);
          direction.outside(column + high, run.count - high);
        }
      }
    });
  });
}

template <class Direction>
void walk(const ColumnLayout& layout, const ColumnBlock& block, const Direction& direction) {
  with_vector_units([&] {
    if (layout.transposed()) {
      walk_cells(layout, block, direction);
    } else {
      walk_positions(layout, block, direction);
    }
  });
}

}  // namespace

bool ColumnLayout::is_input() const {
  return std::all_of(windows.axes.begin(), windows.axes.end(), [](const WindowAxis& axis) {
    return axis.window == 1 && axis.stride == 1 && axis.output == axis.input;
  });
}

void gather_columns(const ColumnLayout& layout, const float* x, const ColumnBlock& block,
                    float* columns) {
  walk(layout, block, Gather{columns, x});
}

void scatter_columns(const ColumnLayout& layout, const float* columns, const ColumnBlock& block,
                     float* x) {
  walk(layout, block, Scatter{columns, x});
}

}  // namespace strata::kernels
