// Bias and activation of rows, the gradient of the activation, and column sums.
#include "kernels/products/epilogue.hpp"

#include <algorithm>
#include <array>

#include "core/vector_units.hpp"
#include "kernels/elementwise/vector_math.hpp"

namespace strata::kernels {
namespace {

using ops::FusedActivation;

template <class Function>
void apply_rows(std::int64_t rows, std::int64_t columns, const float* bias, float* y,
                Function function) {
  with_vector_units([&] {
    if (bias == nullptr) {
      for (std::int64_t i = 0; i < rows * columns; ++i) y[i] = function(y[i]);
      return;
    }
    for (std::int64_t row = 0; row < rows; ++row) {
      float* __restrict out = y + row * columns;
      for (std::int64_t j = 0; j < columns; ++j) out[j] = function(out[j] + bias[j]);
    }
  });
}

template <class Slope>
void multiply_by_slope(std::int64_t count, const float* y, const float* dy, float* dz,
                       Slope slope) {
  with_vector_units([&] {
    for (std::int64_t i = 0; i < count; ++i) dz[i] = dy[i] * slope(y[i]);
  });
}

}  // namespace

void apply_epilogue(std::int64_t rows, std::int64_t columns, const float* bias,
                    FusedActivation activation, float* y) {
  switch (activation) {
    case FusedActivation::linear:
      if (bias != nullptr) apply_rows(rows, columns, bias, y, [](float z) { return z; });
      return;
    case FusedActivation::relu:  // keeps a NaN
      return apply_rows(rows, columns, bias, y, [](float z) { return z < 0.0f ? 0.0f : z; });
    case FusedActivation::sigmoid:
      return apply_rows(rows, columns, bias, y, [](float z) { return sigmoid(z); });
    case FusedActivation::tanh:
      return apply_rows(rows, columns, bias, y, [](float z) { return tanh(z); });
  }
}

void activation_gradient(std::int64_t count, const float* y, const float* dy,
                         FusedActivation activation, float* dz) {
  switch (activation) {
    case FusedActivation::linear:
      if (dz != dy) std::copy_n(dy, count, dz);
      return;
    case FusedActivation::relu:
      return multiply_by_slope(count, y, dy, dz, [](float v) { return v > 0.0f ? 1.0f : 0.0f; });
    case FusedActivation::sigmoid:
      return multiply_by_slope(count, y, dy, dz, [](float v) { return v * (1.0f - v); });
    case FusedActivation::tanh:
      return multiply_by_slope(count, y, dy, dz, [](float v) { return 1.0f - v * v; });
  }
}

void add_column_sums(std::int64_t rows, std::int64_t columns, const float* dz, double* sums) {
  constexpr std::int64_t kTile = 64;   // columns whose sums stay in registers or nearby
  constexpr std::int64_t kShort = 32;  // rows added up in float before they go into the double
  with_vector_units([&] {
    for (std::int64_t left = 0; left < columns; left += kTile) {
      const std::int64_t width = std::min(kTile, columns - left);
      for (std::int64_t top = 0; top < rows; top += kShort) {
        std::array<float, kTile> lanes{};
        for (std::int64_t row = top; row < std::min(rows, top + kShort); ++row) {
          const float* from = dz + row * columns + left;
          for (std::int64_t j = 0; j < width; ++j) lanes[static_cast<std::size_t>(j)] += from[j];
        }
        for (std::int64_t j = 0; j < width; ++j)
          sums[left + j] += static_cast<double>(lanes[static_cast<std::size_t>(j)]);
      }
    }
  });
}

}  // namespace strata::kernels
