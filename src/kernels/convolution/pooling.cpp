// Max and average pooling, window by window, with channels side by side in vectors.
#include "kernels/convolution/pooling.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <type_traits>
#include <vector>

#include "core/parallel.hpp"
#include "core/vector_units.hpp"

namespace strata::kernels {
namespace {

// Channels per tile: their running values stay in the L1 cache while a window is visited.
constexpr std::int64_t kChannelTile = 64;
template <class Value>
using Tile = std::array<Value, kChannelTile>;

/// A window clipped to the input: [low, high) along each axis.
struct Clipped {
  Clipped(const Windows& windows, const PositionRun& run, std::int64_t i) {
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const WindowAxis& a = windows.axes[axis];
      const std::int64_t first = a.at(run.position[axis] + (axis == 2 ? i : 0), 0);
      low[axis] = std::max<std::int64_t>(first, 0);
      high[axis] = std::min(first + a.window, a.input);
    }
    image = run.image * windows.image_size();
  }

  std::int64_t first_cell(const Windows& windows) const {
    const auto& [outer, middle, inner] = windows.axes;
    return image + ((low[0] * middle.input + low[1]) * inner.input + low[2]) * windows.channels;
  }

  std::int64_t cells() const {
    return (high[0] - low[0]) * (high[1] - low[1]) * (high[2] - low[2]);
  }

  /// Calls `visit(offset of the cell's first channel)` in order.
  template <class Visit>
  void for_each_cell(const Windows& windows, Visit visit) const {
    const auto& [outer, middle, inner] = windows.axes;
    for (std::int64_t i = low[0]; i < high[0]; ++i) {
      for (std::int64_t j = low[1]; j < high[1]; ++j) {
        const std::int64_t line = (i * middle.input + j) * inner.input;
        for (std::int64_t k = low[2]; k < high[2]; ++k)
          visit(image + (line + k) * windows.channels);
      }
    }
  }

  std::int64_t image;
  std::array<std::int64_t, 3> low;
  std::array<std::int64_t, 3> high;
};

// Calls `visit(window, first channel, channels, offset in y)` for the windows of positions [begin,
// end), tile by tile of channels.
template <class Visit>
void for_each_tile(const Windows& windows, std::int64_t begin, std::int64_t end, Visit visit) {
  for_each_position_run(windows, begin, end, [&](const PositionRun& run) {
    for (std::int64_t i = 0; i < run.count; ++i) {
      const Clipped window(windows, run, i);
      const std::int64_t to = (run.row + i) * windows.channels;
      for (std::int64_t channel = 0; channel < windows.channels; channel += kChannelTile)
        visit(window, channel, std::min(kChannelTile, windows.channels - channel), to + channel);
    }
  });
}

// Offsets of a window's cells from its first cell.
using Cells = std::span<const std::int64_t>;

// The cells of windows: most windows are not clipped, and share one list.
class CellLists {
 public:
  explicit CellLists(const Windows& windows) : windows_(windows) {
    const auto& [outer, middle, inner] = windows.axes;
    list({outer.window, middle.window, inner.window}, whole_);
  }

  Cells of(const Clipped& window) {
    if (window.cells() == static_cast<std::int64_t>(whole_.size())) return whole_;
    list({window.high[0] - window.low[0], window.high[1] - window.low[1],
          window.high[2] - window.low[2]},
         clipped_);
    return clipped_;
  }

 private:
  void list(const std::array<std::int64_t, 3>& extents, std::vector<std::int64_t>& cells) const {
    cells.clear();
    for (std::int64_t i = 0; i < extents[0]; ++i) {
      for (std::int64_t j = 0; j < extents[1]; ++j) {
        const std::int64_t line = (i * windows_.axes[1].input + j) * windows_.axes[2].input;
        for (std::int64_t k = 0; k < extents[2]; ++k)
          cells.push_back((line + k) * windows_.channels);
      }
    }
  }

  const Windows& windows_;
  std::vector<std::int64_t> whole_;
  std::vector<std::int64_t> clipped_;
};

// Calls `visit(first cell in x, cells, offset in y)` for the windows of positions [begin, end).
template <class Visit>
void for_each_cell_list(const Windows& windows, std::int64_t begin, std::int64_t end, Visit visit) {
  CellLists lists(windows);
  for_each_position_run(windows, begin, end, [&](const PositionRun& run) {
    for (std::int64_t i = 0; i < run.count; ++i) {
      const Clipped window(windows, run, i);
      visit(window.first_cell(windows), lists.of(window), (run.row + i) * windows.channels);
    }
  });
}

// Prefetches the input of the window below the one at `cell`: its lines are too short for the CPU's
// own prefetching. Always inlined, since g++ 12 drops calls of functions that only prefetch.
[[gnu::always_inline]] inline void prefetch_next_lines(const Windows& windows, const float* cell) {
  constexpr std::int64_t kFloatsPerLine = 16;  // of the cache
  const auto& [outer, middle, inner] = windows.axes;
  const std::int64_t line = inner.input * windows.channels;
  for (std::int64_t i = 0; i < outer.stride; ++i) {
    for (std::int64_t j = 0; j < middle.stride; ++j) {
      const float* const below = cell + (i * middle.input + middle.stride + j) * line;
      for (std::int64_t at = 0; at < inner.stride * windows.channels; at += kFloatsPerLine)
        __builtin_prefetch(below + at);
    }
  }
}

// Calls `visit(the type to compute with: vectors, then floats; first channel)`.
template <class Visit>
void for_each_vector(std::int64_t channels, Visit visit) {
  std::int64_t channel = 0;
  for (; channel + kFloatsWide <= channels; channel += kFloatsWide)
    visit(std::type_identity<Floats>(), channel);
  for (; channel < channels; ++channel) visit(std::type_identity<float>(), channel);
}

// Calls `visit(begin, end)` for ranges of output positions, in parallel.
template <class Visit>
void forward(const Windows& windows, Visit visit) {
  const std::int64_t cost = windows.cells() * windows.channels;
  parallel_for(windows.rows(), cost, [&](std::int64_t begin, std::int64_t end) {
    with_vector_units([&] { visit(begin, end); });
  });
}

// Whether every cell lies in exactly one window.
bool windows_tile(const Windows& windows) {
  return std::all_of(windows.axes.begin(), windows.axes.end(), [](const WindowAxis& axis) {
    return axis.stride == axis.window && axis.padding == 0 &&
           axis.input == axis.output * axis.window;
  });
}

// Computes the gradient dx of one image by `visit(windows of one image, whether to overwrite dx)`.
template <class Visit>
void backward(Windows windows, float* dx, Visit visit) {
  windows.images = 1;
  const bool overwrites = windows_tile(windows);
  if (!overwrites) std::fill_n(dx, windows.image_size(), 0.0f);
  with_vector_units([&] { visit(windows, overwrites); });
}

template <class Sum>
void average(const Windows& windows, const float* x, float* y) {
  const auto average_tile = [&](const Clipped& window, std::int64_t channel, std::int64_t channels,
                                std::int64_t to) {
    Tile<Sum> sums{};
    window.for_each_cell(windows, [&](std::int64_t cell) {
      const float* values = x + cell + channel;
      for (std::int64_t c = 0; c < channels; ++c)
        sums[static_cast<std::size_t>(c)] += static_cast<Sum>(values[c]);
    });
    const auto count = static_cast<Sum>(window.cells());
    for (std::int64_t c = 0; c < channels; ++c)
      y[to + c] = static_cast<float>(sums[static_cast<std::size_t>(c)] / count);
  };
  forward(windows, [&](std::int64_t begin, std::int64_t end) {
    for_each_tile(windows, begin, end, average_tile);
  });
}

template <class Value>
void write_largest(const float* x, Cells cells, float* y) {
  Value largest;
  load_vector(x, largest);
  for (const std::int64_t cell : cells.subspan(1)) {
    Value value;
    load_vector(x + cell, value);
    const auto is_nan = value != value;  // NOLINT(misc-redundant-expression)
    largest = ((value > largest) | is_nan) ? value : largest;
  }
  store_vector(largest, y);
}

// Where a window's gradient goes: its cells from dx on.
struct GradientCells {
  Cells cells;
  float* dx;
  bool overwrite;
};

template <class Value>
void give_to_largest(const float* x, const float* y, const float* dy, const GradientCells to) {
  const auto [cells, dx, overwrite] = to;
  Value largest;
  Value rest;  // the gradient until a cell has received it, then 0
  load_vector(y, largest);
  load_vector(dy, rest);
  for (const std::int64_t cell : cells) {
    Value value;
    Value sum{};
    load_vector(x + cell, value);
    if (!overwrite) load_vector(dx + cell, sum);
    const auto is_nan = value != value;  // NOLINT(misc-redundant-expression)
    const auto hit = (value == largest) | is_nan;
    sum += hit ? rest : Value{};
    rest = hit ? Value{} : rest;
    store_vector(sum, dx + cell);
  }
}

template <class Value>
void give_equal_shares(const float* dy, const GradientCells to) {
  const auto [cells, dx, overwrite] = to;
  Value share;
  load_vector(dy, share);
  share /= static_cast<float>(cells.size());
  for (const std::int64_t cell : cells) {
    Value sum{};
    if (!overwrite) load_vector(dx + cell, sum);
    sum += share;
    store_vector(sum, dx + cell);
  }
}

}  // namespace

void max_pool(const Windows& windows, const float* x, float* y) {
  forward(windows, [=](std::int64_t begin, std::int64_t end) {
    for_each_cell_list(windows, begin, end, [=](std::int64_t from, Cells cells, std::int64_t to) {
      prefetch_next_lines(windows, x + from);
      for_each_vector(windows.channels, [=](auto type, std::int64_t c) {
        write_largest<typename decltype(type)::type>(x + from + c, cells, y + to + c);
      });
    });
  });
}

void max_pool_backward(const Windows& windows, std::int64_t image, const float* x, const float* y,
                       const float* dy, float* dx) {
  const std::int64_t first_row = image * windows.positions() * windows.channels;
  x += image * windows.image_size();
  y += first_row;
  dy += first_row;
  backward(windows, dx, [=](const Windows& one, bool overwrite) {
    for_each_cell_list(one, 0, one.rows(), [=](std::int64_t to, Cells cells, std::int64_t from) {
      prefetch_next_lines(one, x + to);
      for_each_vector(one.channels, [=](auto type, std::int64_t c) {
        give_to_largest<typename decltype(type)::type>(x + to + c, y + from + c, dy + from + c,
                                                       {cells, dx + to + c, overwrite});
      });
    });
  });
}

void average_pool(const Windows& windows, const float* x, float* y) {
  constexpr std::int64_t kShort = 64;  // cells added up in float
  windows.cells() <= kShort ? average<float>(windows, x, y) : average<double>(windows, x, y);
}

void average_pool_backward(const Windows& windows, std::int64_t image, const float* dy, float* dx) {
  dy += image * windows.positions() * windows.channels;
  backward(windows, dx, [=](const Windows& one, bool overwrite) {
    for_each_cell_list(one, 0, one.rows(), [=](std::int64_t to, Cells cells, std::int64_t from) {
      for_each_vector(one.channels, [=](auto type, std::int64_t c) {
        give_equal_shares<typename decltype(type)::type>(dy + from + c,
                                                         {cells, dx + to + c, overwrite});
      });
    });
  });
}

}  // namespace strata::kernels
