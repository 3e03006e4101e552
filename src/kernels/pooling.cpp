#include "kernels/pooling.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <type_traits>
#include <vector>

#include "core/parallel.hpp"
#include "core/vector_units.hpp"

namespace strata::kernels {
namespace {

// Channels whose running values stay close at hand while a window is walked.
constexpr std::int64_t kChannelTile = 64;
template <class Value>
using Tile = std::array<Value, kChannelTile>;

/// A window clipped to the input: [low, high) along each axis.
struct Clipped {
  Clipped(const Windows& windows, const Run& run, std::int64_t i) {
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
  for_each_run(windows, begin, end, [&](const Run& run) {
    for (std::int64_t i = 0; i < run.count; ++i) {
      const Clipped window(windows, run, i);
      const std::int64_t to = (run.row + i) * windows.channels;
      for (std::int64_t channel = 0; channel < windows.channels; channel += kChannelTile)
        visit(window, channel, std::min(kChannelTile, windows.channels - channel), to + channel);
    }
  });
}

// Where the cells of a window lie in x, the channel left out. Most windows are whole and share one
// list, moved along.
class CellList {
 public:
  explicit CellList(const Windows& windows) {
    const auto& [outer, middle, inner] = windows.axes;
    for (std::int64_t i = 0; i < outer.window; ++i) {
      for (std::int64_t j = 0; j < middle.window; ++j) {
        for (std::int64_t k = 0; k < inner.window; ++k)
          whole_.push_back(((i * middle.input + j) * inner.input + k) * windows.channels);
      }
    }
  }

  void move_to(const Windows& windows, const Clipped& window) {
    const bool is_whole = window.cells() == static_cast<std::int64_t>(whole_.size());
    used_ = is_whole ? &whole_ : &clipped_;
    start_ = 0;
    if (is_whole) {
      start_ = window.first_cell(windows);
    } else {
      clipped_.clear();
      window.for_each_cell(windows, [this](std::int64_t cell) { clipped_.push_back(cell); });
    }
  }

  std::size_t count() const { return used_->size(); }
  std::int64_t at(std::size_t i) const { return start_ + (*used_)[i]; }

 private:
  std::vector<std::int64_t> whole_;
  std::vector<std::int64_t> clipped_;
  const std::vector<std::int64_t>* used_ = &whole_;
  std::int64_t start_ = 0;
};

// Calls `visit(cells, offset in y)` for the windows of positions [begin, end).
template <class Visit>
void for_each_cell_list(const Windows& windows, std::int64_t begin, std::int64_t end, Visit visit) {
  CellList cells(windows);
  for_each_run(windows, begin, end, [&](const Run& run) {
    for (std::int64_t i = 0; i < run.count; ++i) {
      cells.move_to(windows, Clipped(windows, run, i));
      visit(cells, (run.row + i) * windows.channels);
    }
  });
}

template <class Value>
void get(const float* from, Value& to) {
  std::memcpy(&to, from, sizeof(to));
}
template <class Value>
void put(const Value& from, float* to) {
  std::memcpy(to, &from, sizeof(from));
}

// Calls `visit(the type to compute with: vectors, then floats; first channel)`.
template <class Visit>
void for_each_vector(std::int64_t channels, Visit visit) {
  std::int64_t channel = 0;
  for (; channel + kFloatsWide <= channels; channel += kFloatsWide)
    visit(std::type_identity<Floats>(), channel);
  for (; channel < channels; ++channel) visit(std::type_identity<float>(), channel);
}

// The values of y, by `visit(first position, last position)`: each part makes some of its own.
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

// Calls `visit(first position, last position, whether to overwrite)` for each image. Windows may
// overlap, so an image's gradient belongs to one part.
template <class Visit>
void for_each_image(const Windows& windows, bool fresh, float* dx, Visit visit) {
  const std::int64_t size = windows.image_size();
  const std::int64_t cost = size + windows.positions() * windows.cells() * windows.channels;
  const bool overwrites = fresh && windows_tile(windows);
  parallel_for(windows.images, cost, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t image = begin; image < end; ++image) {  // while it is in the cache
      if (fresh && !overwrites) std::fill_n(dx + image * size, size, 0.0f);
      const std::int64_t row = image * windows.positions();
      with_vector_units([&] { visit(row, row + windows.positions(), overwrites); });
    }
  });
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

}  // namespace

void max_pool(const Windows& windows, const float* x, float* y) {
  forward(windows, [&](std::int64_t begin, std::int64_t end) {
    for_each_cell_list(windows, begin, end, [&](const CellList& cells, std::int64_t to) {
      for_each_vector(windows.channels, [&](auto type, std::int64_t channel) {
        using Value = typename decltype(type)::type;
        Value largest;
        get(x + cells.at(0) + channel, largest);
        for (std::size_t i = 1; i < cells.count(); ++i) {
          Value value;
          get(x + cells.at(i) + channel, value);
          const auto is_nan = value != value;  // NOLINT(misc-redundant-expression)
          largest = ((value > largest) | is_nan) ? value : largest;
        }
        put(largest, y + to + channel);
      });
    });
  });
}

void max_pool_backward(const Windows& windows, const float* x, const float* y, const float* dy,
                       bool fresh, float* dx) {
  for_each_image(windows, fresh, dx, [&](std::int64_t begin, std::int64_t end, bool overwrites) {
    for_each_cell_list(windows, begin, end, [&](const CellList& cells, std::int64_t from) {
      for_each_vector(windows.channels, [&](auto type, std::int64_t channel) {
        using Value = typename decltype(type)::type;
        Value largest;
        Value rest;  // what no cell has got yet
        get(y + from + channel, largest);
        get(dy + from + channel, rest);
        for (std::size_t i = 0; i < cells.count(); ++i) {
          Value value;
          Value sum{};
          get(x + cells.at(i) + channel, value);
          if (!overwrites) get(dx + cells.at(i) + channel, sum);
          const auto is_nan = value != value;  // NOLINT(misc-redundant-expression)
          const auto hit = (value == largest) | is_nan;
          sum += hit ? rest : Value{};
          rest = hit ? Value{} : rest;
          put(sum, dx + cells.at(i) + channel);
        }
      });
    });
  });
}

void average_pool(const Windows& windows, const float* x, float* y) {
  constexpr std::int64_t kShort = 64;  // cells added up in float
  windows.cells() <= kShort ? average<float>(windows, x, y) : average<double>(windows, x, y);
}

void average_pool_backward(const Windows& windows, const float* dy, bool fresh, float* dx) {
  for_each_image(windows, fresh, dx, [&](std::int64_t begin, std::int64_t end, bool overwrites) {
    for_each_cell_list(windows, begin, end, [&](const CellList& cells, std::int64_t from) {
      const float count = static_cast<float>(cells.count());
      for_each_vector(windows.channels, [&](auto type, std::int64_t channel) {
        using Value = typename decltype(type)::type;
        Value share;
        get(dy + from + channel, share);
        share /= count;
        for (std::size_t i = 0; i < cells.count(); ++i) {
          Value sum{};
          if (!overwrites) get(dx + cells.at(i) + channel, sum);
          sum += share;
          put(sum, dx + cells.at(i) + channel);
        }
      });
    });
  });
}

}  // namespace strata::kernels
