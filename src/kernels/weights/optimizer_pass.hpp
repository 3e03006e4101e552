// What the passes of optimizers share: the gradient that they take at a weight, how they end, and how they
// go over all weights.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "core/parallel.hpp"
#include "core/vector_units.hpp"
#include "kernels/weights/optimizer.hpp"
#include "kernels/weights/penalty_slope.hpp"

namespace strata::kernels {

// What a pass takes of the gradient at a weight: completed and clipped.

struct NothingMissing {
  float operator()(float gradient, float) const { return gradient; }
};

template <class Slope>
struct WithSlope {
  Slope slope;
  float operator()(float gradient, float weight) const { return gradient + slope(weight); }
};

template <class Missing = NothingMissing>
struct ClippedGradient {
  RawGradient raw;
  Missing completed = {};
  float operator()(std::int64_t i, float weight) const {
    const float value = completed(raw.values[i], weight) * raw.scale;
    const float below = value > raw.limit ? raw.limit : value;
    return below < -raw.limit ? -raw.limit : below;
  }
};

inline float soft(float value, float threshold) {
  const float below = value > threshold ? threshold : value;
  return value - (below < -threshold ? -threshold : below);  // within it exactly 0, and never -0
}

// By what a pass ends: how it divides, and what it makes of a weight after its own step.

struct Undivided {
  float operator()(float value) const { return value; }
};

struct AsItIs {
  struct Divided {
    float divisor;
    float operator()(float value) const { return value / divisor; }
  };
  template <class By>
  float operator()(std::int64_t, float, float weight, By, float = 1.0f) const {
    return weight;
  }
};

// Divides once for step and threshold together, for a division takes as long as all the rest.
struct Multiplied {
  explicit Multiplied(float divisor) : inverse(1.0f / divisor) {}
  float inverse;
  float operator()(float value) const { return value * inverse; }
};

inline float within(float value, float lowest, float highest) {
  const float below = value > highest ? highest : value;
  return below < lowest ? lowest : below;
}

// How far a proximal step may carry an element that the pass itself has carried so far; `longest` is
// `kMostSteps` times the pass's.
inline float most_of(float longest, float before, float after) {
  const float own = ProximalPass::kMostSteps * std::fabs(after - before);
  return own > longest ? own : longest;
}

// Loops are compiled for each choice that is the same for all elements, since a branch in a loop as long
// as these keeps the compiler from vectorizing it.
template <bool kBounded>
struct SoftThreshold {
  using Divided = Multiplied;
  explicit SoftThreshold(const ProximalPass& pass)
      : threshold(pass.rate * pass.l1), longest(ProximalPass::kMostSteps * pass.longest) {}
  float threshold;
  float longest;
  template <class By>
  float operator()(std::int64_t, float before, float weight, By by, float factor = 1.0f) const {
    const float wanted = by(threshold * factor);
    if constexpr (!kBounded) return soft(weight, wanted);
    const float most = most_of(longest, before, weight);
    return soft(weight, wanted < most ? wanted : most);
  }
};

template <bool kStoresSteps>
struct AnyProximal {
  using Divided = Multiplied;
  ProximalPass pass;
  float longest = ProximalPass::kMostSteps * pass.longest;
  float* __restrict steps = pass.steps;
  float* __restrict lowest = pass.lowest;
  float* __restrict highest = pass.highest;
  template <class By>
  float operator()(std::int64_t i, float before, float weight, By by, float factor = 1.0f) const {
    const float step = by(pass.rate * factor);
    const float shrink = 1.0f + 2.0f * step * pass.l2;
    const float most = most_of(longest, before, weight);
    if constexpr (kStoresSteps) {
      steps[i] = step / shrink;
      lowest[i] = weight - most;
      highest[i] = weight + most;
    }
    return within(soft(weight, step * pass.l1) / shrink, weight - most, weight + most);
  }
};

// `pass(end)` with what `proximal` says a pass ends by.
template <class Pass>
void with_end(const ProximalPass& proximal, Pass pass) {
  if (!proximal.any) return pass(AsItIs{});
  if (proximal.l2 == 0.0f && proximal.steps == nullptr) {
    if (std::isinf(proximal.longest)) return pass(SoftThreshold<false>(proximal));
    return pass(SoftThreshold<true>(proximal));
  }
  if (proximal.steps == nullptr) return pass(AnyProximal<false>{proximal});
  pass(AnyProximal<true>{proximal});
}

// `pass(range)` over all elements, with the widest vector units of this CPU.
template <class Pass>
void for_each_range(std::int64_t count, Pass pass) {
  parallel_for(count, 1, [&](std::int64_t begin, std::int64_t end) {
    with_vector_units([&] { pass(IndexRange{begin, end}); });
  });
}

// The least of values that aren't negative. As integers, since the compiler takes minima of floats one
// by one; several side by side, so that none waits for the one before.
inline float least_of(const float* values, IndexRange range) {
  constexpr std::int64_t kSideBySide = 32;
  std::array<std::int32_t, kSideBySide> least;
  least.fill(std::bit_cast<std::int32_t>(std::numeric_limits<float>::infinity()));
  std::int64_t i = range.begin;
  for (; i + kSideBySide <= range.end; i += kSideBySide) {
    for (std::int64_t k = 0; k < kSideBySide; ++k) {
      std::int32_t& slot = least[static_cast<std::size_t>(k)];
      slot = std::min(slot, std::bit_cast<std::int32_t>(values[i + k]));
    }
  }
  for (; i < range.end; ++i) least[0] = std::min(least[0], std::bit_cast<std::int32_t>(values[i]));
  return std::bit_cast<float>(*std::min_element(least.begin(), least.end()));
}

// `pass`, without the bound of its steps where none of them, divided by `divisor` or more, reaches it.
inline ProximalPass without_idle_bound(ProximalPass pass, float divisor) {
  constexpr float kForRounding = 0.99f;
  const float reached = kForRounding * ProximalPass::kMostSteps * pass.longest * divisor;
  if (pass.rate * pass.l1 <= reached) pass.longest = std::numeric_limits<float>::infinity();
  return pass;
}

// `pass(gradient, end)` with the gradient completed by what is missing, or with what `proximal` says a
// pass ends by: the two don't come together.
template <class Pass>
void with_gradient_and_end(const RawGradient& raw, const ProximalPass& proximal, Pass pass) {
  if (raw.missing.l1 == 0.0f && raw.missing.l2 == 0.0f)
    return with_end(proximal, [&](auto end) { pass(ClippedGradient<>{raw}, end); });
  with_penalty_slope(raw.missing, [&](auto slope) {
    pass(ClippedGradient<WithSlope<decltype(slope)>>{raw, {slope}}, AsItIs{});
  });
}

// `pass(range, gradient, end)` over all elements. `lowest_divisor(range)` says how much each proximal
// step is divided by at least: most weights are far from the bound, which takes as long as all the rest.
template <class LowestDivisor, class Pass>
void for_each_range(std::int64_t count, const RawGradient& raw, const ProximalPass& proximal,
                    LowestDivisor lowest_divisor, Pass pass) {
  constexpr std::int64_t kBlock = 1024;
  const bool bounded = proximal.any && proximal.l2 == 0.0f && proximal.steps == nullptr &&
                       std::isfinite(proximal.longest);
  for_each_range(count, [&](IndexRange range) {
    const std::int64_t length = bounded ? kBlock : range.end - range.begin;
    for (std::int64_t begin = range.begin; begin < range.end; begin += length) {
      const IndexRange block{begin, std::min(range.end, begin + length)};
      with_gradient_and_end(
          raw, bounded ? without_idle_bound(proximal, lowest_divisor(block)) : proximal,
          [&](auto gradient, auto end) { pass(block, gradient, end); });
    }
  });
}

// The same where that isn't known.
template <class Pass>
void for_each_range(std::int64_t count, const RawGradient& raw, const ProximalPass& proximal,
                    Pass pass) {
  for_each_range(
      count, raw, proximal, [](IndexRange) { return 0.0f; }, pass);
}

}  // namespace strata::kernels
