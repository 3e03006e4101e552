#include "kernels/pooling.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "core/parallel.hpp"
#include "kernels/vector_units.hpp"

namespace strata::kernels {
namespace {

// Channels whose running value stays in registers while a window is walked.
constexpr std::int64_t kChannelTile = 16;
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
// end), tile by tile of channels. A whole tile comes with a constant number, for the compiler.
template <class Visit>
void for_each_tile(const Windows& windows, std::int64_t begin, std::int64_t end, Visit visit) {
  for_each_run(windows, begin, end, [&](const Run& run) {
    for (std::int64_t i = 0; i < run.count; ++i) {
      const Clipped window(windows, run, i);
      const std::int64_t to = (run.row + i) * windows.channels;
      std::int64_t channel = 0;
      for (; channel + kChannelTile <= windows.channels; channel += kChannelTile)
        visit(window, channel, std::integral_constant<std::int64_t, kChannelTile>(), to + channel);
      if (channel < windows.channels)
        visit(window, channel, windows.channels - channel, to + channel);
    }
  });
}

// The values of y: each part makes some positions of its own.
template <class Visit>
void forward(const Windows& windows, Visit visit) {
  const std::int64_t cost = windows.cells() * windows.channels;
  parallel_for(windows.rows(), cost, [&](std::int64_t begin, std::int64_t end) {
    with_vector_units([&] { for_each_tile(windows, begin, end, visit); });
  });
}

// Windows may overlap, so an image's gradient belongs to one part.
template <class Visit>
void backward(const Windows& windows, bool fresh, float* dx, Visit visit) {
  const std::int64_t size = windows.image_size();
  const std::int64_t cost = size + windows.positions() * windows.cells() * windows.channels;
  parallel_for(windows.images, cost, [&](std::int64_t begin, std::int64_t end) {
    if (fresh) std::fill_n(dx + begin * size, (end - begin) * size, 0.0f);
    with_vector_units([&] {
      for_each_tile(windows, begin * windows.positions(), end * windows.positions(), visit);
    });
  });
}

template <class Sum>
void average(const Windows& windows, const float* x, float* y) {
  forward(windows,
          [&](const Clipped& window, std::int64_t channel, auto channels, std::int64_t to) {
            Tile<Sum> sums{};
            window.for_each_cell(windows, [&](std::int64_t cell) {
              const float* values = x + cell + channel;
              for (std::int64_t c = 0; c < channels; ++c)
                sums[static_cast<std::size_t>(c)] += static_cast<Sum>(values[c]);
            });
            const auto count = static_cast<Sum>(window.cells());
            for (std::int64_t c = 0; c < channels; ++c)
              y[to + c] = static_cast<float>(sums[static_cast<std::size_t>(c)] / count);
          });
}

}  // namespace

void max_pool(const Windows& windows, const float* x, float* y) {
  forward(windows,
          [=](const Clipped& window, std::int64_t channel, auto channels, std::int64_t to) {
            Tile<float> largest;
            largest.fill(-std::numeric_limits<float>::infinity());
            window.for_each_cell(windows, [&](std::int64_t cell) {
              const float* values = x + cell + channel;
              for (std::int64_t c = 0; c < channels; ++c) {
                float& best = largest[static_cast<std::size_t>(c)];
                best = values[c] > best || values[c] != values[c] ? values[c] : best;
              }
            });
            std::copy_n(largest.begin(), static_cast<std::int64_t>(channels), y + to);
          });
}

void max_pool_backward(const Windows& windows, const float* x, const float* y, const float* dy,
                       bool fresh, float* dx) {
  backward(windows, fresh, dx,
           [=](const Clipped& window, std::int64_t channel, auto channels, std::int64_t from) {
             Tile<float> rest;  // what no cell has got yet
             std::copy_n(dy + from, static_cast<std::int64_t>(channels), rest.begin());
             window.for_each_cell(windows, [&](std::int64_t cell) {
               const float* values = x + cell + channel;
               float* sums = dx + cell + channel;
               for (std::int64_t c = 0; c < channels; ++c) {
                 float& mine = rest[static_cast<std::size_t>(c)];
                 const bool hit = values[c] == y[from + c] || values[c] != values[c];
                 sums[c] += hit ? mine : 0.0f;
                 mine = hit ? 0.0f : mine;
               }
             });
           });
}

void average_pool(const Windows& windows, const float* x, float* y) {
  constexpr std::int64_t kShort = 64;  // cells added up in float
  windows.cells() <= kShort ? average<float>(windows, x, y) : average<double>(windows, x, y);
}

void average_pool_backward(const Windows& windows, const float* dy, bool fresh, float* dx) {
  backward(windows, fresh, dx,
           [=](const Clipped& window, std::int64_t channel, auto channels, std::int64_t from) {
             Tile<float> share;
             const float count = static_cast<float>(window.cells());
             for (std::int64_t c = 0; c < channels; ++c)
               share[static_cast<std::size_t>(c)] = dy[from + c] / count;
             window.for_each_cell(windows, [&](std::int64_t cell) {
               float* sums = dx + cell + channel;
               for (std::int64_t c = 0; c < channels; ++c)
                 sums[c] += share[static_cast<std::size_t>(c)];
             });
           });
}

}  // namespace strata::kernels
