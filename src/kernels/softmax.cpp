#include "kernels/softmax.hpp"

#include <algorithm>
#include <cmath>
#include <type_traits>

#include "core/parallel.hpp"
#include "kernels/block_sum.hpp"
#include "kernels/vector_math.hpp"

namespace strata::kernels {
namespace {

constexpr std::int64_t kExpCost = 20;

// Calls `body(first, stride)` for each line of `extent` elements, with the index of its first one.
// A stride known to be 1 lets the compiler vectorize.
template <class Body>
void for_each_line(const Layout& l, std::int64_t cost, Body body) {
  parallel_for(l.outer * l.inner, l.extent * cost, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      if (l.inner == 1) {
        body(i * l.extent, std::integral_constant<std::int64_t, 1>());
      } else {
        body(i / l.inner * l.extent * l.inner + i % l.inner, l.inner);
      }
    }
  });
}

float largest(std::int64_t extent, const float* x, std::int64_t stride) {
  float best = *x;
  for (std::int64_t k = 1; k < extent; ++k) best = x[k * stride] > best ? x[k * stride] : best;
  return best;
}

template <class Stride>
double sum_of(std::int64_t extent, const float* x, Stride stride) {
  if constexpr (!std::is_same_v<Stride, std::int64_t>) {
    return block_sum(x, 0, extent, [](float v) { return v; });
  } else {
    double sum = 0.0;
    for (std::int64_t k = 0; k < extent; ++k) sum += static_cast<double>(x[k * stride]);
    return sum;
  }
}

}  // namespace

void softmax(const Layout& layout, const float* x, float* y) {
  for_each_line(layout, kExpCost, [=, n = layout.extent](std::int64_t first, auto stride) {
    const float* from = x + first;
    float* to = y + first;
    const float shift = largest(n, from, stride);
    for (std::int64_t k = 0; k < n; ++k) to[k * stride] = exp(from[k * stride] - shift);
    const auto scale = static_cast<float>(1.0 / sum_of(n, to, stride));
    for (std::int64_t k = 0; k < n; ++k) to[k * stride] *= scale;
  });
}

void softmax_gradient(const Layout& layout, const float* y, const float* dy, float* dx) {
  for_each_line(layout, 4, [=, n = layout.extent](std::int64_t first, auto stride) {
    double dot = 0.0;
    for (std::int64_t k = 0; k < n; ++k)
      dot += static_cast<double>(dy[first + k * stride] * y[first + k * stride]);
    const auto mean = static_cast<float>(dot);
    for (std::int64_t k = 0; k < n; ++k) {
      const std::int64_t i = first + k * stride;
      dx[i] = y[i] * (dy[i] - mean);
    }
  });
}

void log_softmax(const Layout& layout, const float* x, float* y) {
  for_each_line(layout, kExpCost, [=, n = layout.extent](std::int64_t first, auto stride) {
    const float* from = x + first;
    float* to = y + first;
    const float shift = largest(n, from, stride);
    for (std::int64_t k = 0; k < n; ++k) to[k * stride] = exp(from[k * stride] - shift);
    const auto log_sum = static_cast<float>(std::log(sum_of(n, to, stride)));
    for (std::int64_t k = 0; k < n; ++k) to[k * stride] = (from[k * stride] - shift) - log_sum;
  });
}

void log_softmax_gradient(const Layout& layout, const float* y, const float* dy, float* dx) {
  for_each_line(layout, kExpCost, [=, n = layout.extent](std::int64_t first, auto stride) {
    const auto sum = static_cast<float>(sum_of(n, dy + first, stride));
    for (std::int64_t k = 0; k < n; ++k) {
      const std::int64_t i = first + k * stride;
      dx[i] = dy[i] - exp(y[i]) * sum;
    }
  });
}

void l2_normalize(const Layout& layout, const float* x, float epsilon, float* y) {
  for_each_line(layout, 4, [=, n = layout.extent](std::int64_t first, auto stride) {
    double squares = 0.0;
    for (std::int64_t k = 0; k < n; ++k) {
      const auto v = static_cast<double>(x[first + k * stride]);
      squares += v * v;
    }
    const auto scale =
        static_cast<float>(std::min(1.0 / std::sqrt(squares), 1.0 / static_cast<double>(epsilon)));
    for (std::int64_t k = 0; k < n; ++k) y[first + k * stride] = x[first + k * stride] * scale;
  });
}

void l2_normalize_gradient(const Layout& layout, const float* x, const float* dy, float epsilon,
                           float* dx) {
  for_each_line(layout, 8, [=, n = layout.extent](std::int64_t first, auto stride) {
    double squares = 0.0;
    double dot = 0.0;
    for (std::int64_t k = 0; k < n; ++k) {
      const auto v = static_cast<double>(x[first + k * stride]);
      squares += v * v;
      dot += v * static_cast<double>(dy[first + k * stride]);
    }
    const double length = std::sqrt(squares);
    const bool is_short = length <= static_cast<double>(epsilon);
    const auto scale = static_cast<float>(1.0 / (is_short ? static_cast<double>(epsilon) : length));
    const auto along = static_cast<float>(is_short ? 0.0 : dot / squares);
    for (std::int64_t k = 0; k < n; ++k) {
      const std::int64_t i = first + k * stride;
      dx[i] = (dy[i] - x[i] * along) * scale;
    }
  });
}

}  // namespace strata::kernels
