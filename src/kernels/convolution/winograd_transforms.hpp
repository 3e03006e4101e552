// The transforms of Winograd's filtering F(2 x 2, 3 x 3), which work on vectors of channels. Each class
// holds a matrix T of that method (Lavin and Gray, section 4.1) by what it makes of one line or column.
#pragma once

#include <cstdint>

#include "core/vector_units.hpp"

namespace strata::kernels::winograd {

inline constexpr std::int64_t kWindow = 3;  ///< cells of a window along each axis
inline constexpr std::int64_t kExtent = 2;  ///< positions of a tile along each axis
inline constexpr std::int64_t kCells = 4;   ///< cells that its windows cover, along each axis
inline constexpr std::int64_t kProducts = kCells * kCells;

/// How far apart the elements of a line or a column lie, where it is read and where it is written.
struct Step {
  int from;
  int to;
};

/// G = (1, 0, 0), (1/2, 1/2, 1/2), (1/2, -1/2, 1/2), (0, 0, 1)
struct KernelTransform {
  static constexpr int kFrom = kWindow;
  static constexpr int kTo = kCells;
  [[gnu::always_inline]] static void apply(const Floats* from, Floats* to, Step step) {
    const Floats outer = (from[0] + from[2 * step.from]) * 0.5f;
    const Floats middle = from[step.from] * 0.5f;
    to[0] = from[0];
    to[step.to] = outer + middle;
    to[2 * step.to] = outer - middle;
    to[3 * step.to] = from[2 * step.from];
  }
};

/// Gᵀ
struct KernelGradientTransform {
  static constexpr int kFrom = kCells;
  static constexpr int kTo = kWindow;
  [[gnu::always_inline]] static void apply(const Floats* from, Floats* to, Step step) {
    const Floats sum = (from[step.from] + from[2 * step.from]) * 0.5f;
    to[0] = from[0] + sum;
    to[step.to] = (from[step.from] - from[2 * step.from]) * 0.5f;
    to[2 * step.to] = sum + from[3 * step.from];
  }
};

/// Bᵀ = (1, 0, -1, 0), (0, 1, 1, 0), (0, -1, 1, 0), (0, 1, 0, -1)
struct InputTransform {
  static constexpr int kFrom = kCells;
  static constexpr int kTo = kCells;
  [[gnu::always_inline]] static void apply(const Floats* from, Floats* to, Step step) {
    to[0] = from[0] - from[2 * step.from];
    to[step.to] = from[step.from] + from[2 * step.from];
    to[2 * step.to] = from[2 * step.from] - from[step.from];
    to[3 * step.to] = from[step.from] - from[3 * step.from];
  }
};

/// Aᵀ = (1, 1, 1, 0), (0, 1, -1, -1)
struct OutputTransform {
  static constexpr int kFrom = kCells;
  static constexpr int kTo = kExtent;
  [[gnu::always_inline]] static void apply(const Floats* from, Floats* to, Step step) {
    to[0] = from[0] + from[step.from] + from[2 * step.from];
    to[step.to] = from[step.from] - from[2 * step.from] - from[3 * step.from];
  }
};

/// A
struct ErrorTransform {
  static constexpr int kFrom = kExtent;
  static constexpr int kTo = kCells;
  [[gnu::always_inline]] static void apply(const Floats* from, Floats* to, Step step) {
    to[0] = from[0];
    to[step.to] = from[0] + from[step.from];
    to[2 * step.to] = from[0] - from[step.from];
    to[3 * step.to] = Floats{} - from[step.from];
  }
};

/// T from Tᵀ, of matrices in row-major order: first the columns, then the lines.
template <class Transform>
[[gnu::always_inline]] inline void transform(const Floats* from, Floats* to) {
  constexpr int kFrom = Transform::kFrom;
  constexpr int kTo = Transform::kTo;
  Floats between[kTo * kFrom];
#pragma GCC unroll 4
  for (int j = 0; j < kFrom; ++j) Transform::apply(from + j, between + j, {kFrom, kFrom});
#pragma GCC unroll 4
  for (int i = 0; i < kTo; ++i) Transform::apply(between + i * kFrom, to + i * kTo, {1, 1});
}

}  // namespace strata::kernels::winograd
