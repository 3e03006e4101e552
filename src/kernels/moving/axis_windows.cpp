// Loops over the windows of one axis, in parallel over what lies outside of it.
#include "kernels/moving/axis_windows.hpp"

#include <algorithm>

#include "core/parallel.hpp"
#include "core/vector_units.hpp"

namespace strata::kernels {
namespace {

// Calls `visit(offset in x, offset in y)` for each element outside of the axis, in parallel.
template <class Visit>
void for_each_outer(const AxisWindows& windows, Visit visit) {
  std::int64_t elements = 0;
  for (const AxisWindow& window : windows.outputs) elements += window.end - window.begin;
  const std::int64_t x_step = windows.input * windows.inner;
  const std::int64_t y_step = static_cast<std::int64_t>(windows.outputs.size()) * windows.inner;
  parallel_for(windows.outer, std::max(elements * windows.inner, y_step),
               [&](std::int64_t begin, std::int64_t end) {
                 with_vector_units([&] {
                   for (std::int64_t i = begin; i < end; ++i) visit(i * x_step, i * y_step);
                 });
               });
}

}  // namespace

void sum_windows(const AxisWindows& windows, const float* x, float* y) {
  const std::int64_t inner = windows.inner;
  for_each_outer(windows, [&, inner](std::int64_t from, std::int64_t to) {
    for (const AxisWindow& window : windows.outputs) {
      float* __restrict sums = y + to;
      to += inner;
      if (window.begin == window.end) std::fill_n(sums, inner, 0.0f);
      for (std::int64_t i = window.begin; i < window.end; ++i) {
        const float weight =
            windows.weights[static_cast<std::size_t>(window.weights + i - window.begin)];
        const float* const values = x + from + i * inner;
        if (i == window.begin) {
          for (std::int64_t j = 0; j < inner; ++j) sums[j] = weight * values[j];
        } else {
          for (std::int64_t j = 0; j < inner; ++j) sums[j] += weight * values[j];
        }
      }
    }
  });
}

void sum_windows_backward(const AxisWindows& windows, const float* dy, float* dx) {
  const std::int64_t inner = windows.inner;
  for_each_outer(windows, [&, inner](std::int64_t to, std::int64_t from) {
    std::fill_n(dx + to, windows.input * inner, 0.0f);
    for (const AxisWindow& window : windows.outputs) {
      const float* const values = dy + from;
      from += inner;
      for (std::int64_t i = window.begin; i < window.end; ++i) {
        const float weight =
            windows.weights[static_cast<std::size_t>(window.weights + i - window.begin)];
        float* __restrict sums = dx + to + i * inner;
        for (std::int64_t j = 0; j < inner; ++j) sums[j] += weight * values[j];
      }
    }
  });
}

void max_windows(const AxisWindows& windows, const float* x, float* y) {
  const std::int64_t inner = windows.inner;
  for_each_outer(windows, [&, inner](std::int64_t from, std::int64_t to) {
    for (const AxisWindow& window : windows.outputs) {
      float* __restrict largest = y + to;
      to += inner;
      std::copy_n(x + from + window.begin * inner, inner, largest);
      for (std::int64_t i = window.begin + 1; i < window.end; ++i) {
        const float* const values = x + from + i * inner;
        for (std::int64_t j = 0; j < inner; ++j) {
          const bool is_nan = values[j] != values[j];  // NOLINT(misc-redundant-expression)
          largest[j] = ((values[j] > largest[j]) | is_nan) ? values[j] : largest[j];
        }
      }
    }
  });
}

void max_windows_backward(const AxisWindows& windows, const float* x, const float* y,
                          const float* dy, float* dx) {
  const std::int64_t inner = windows.inner;
  for_each_outer(windows, [&, inner](std::int64_t to, std::int64_t from) {
    std::fill_n(dx + to, windows.input * inner, 0.0f);
    for (const AxisWindow& window : windows.outputs) {
      for (std::int64_t j = 0; j < inner; ++j) {
        std::int64_t at = to + window.begin * inner + j;
        const std::int64_t last = to + (window.end - 1) * inner + j;
        const auto is_hit = [&] {
          return x[at] == y[from + j] || x[at] != x[at];  // NOLINT(misc-redundant-expression)
        };
        while (at < last && !is_hit()) at += inner;
        dx[at] += dy[from + j];
      }
      from += inner;
    }
  });
}

}  // namespace strata::kernels
