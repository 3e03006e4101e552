#include "kernels/optimizer.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

#include "core/parallel.hpp"
#include "core/vector_units.hpp"
#include "kernels/block_sum.hpp"

namespace strata::kernels {
namespace {

inline float finished(const RawGradient& gradient, std::int64_t i) {
  const float value = gradient.values[i] * gradient.scale;
  const float capped = value > gradient.limit ? gradient.limit : value;
  return capped < -gradient.limit ? -gradient.limit : capped;
}

// The arrays of a step never overlap, which lets the compiler vectorize.
struct Range {
  std::int64_t begin;
  std::int64_t end;
};

void sgd_plain(Range range, const SgdStep& step, const RawGradient gradient, float* __restrict w) {
  const auto [rate, decay, momentum, nesterov] = step;
  for (std::int64_t i = range.begin; i < range.end; ++i) {
    w[i] = w[i] - decay * w[i] - rate * finished(gradient, i);
  }
}

void sgd_momentum(Range range, const SgdStep& step, const RawGradient gradient, float* __restrict w,
                  float* __restrict velocity) {
  const auto [rate, decay, momentum, nesterov] = step;
  for (std::int64_t i = range.begin; i < range.end; ++i) {
    const float push = rate * finished(gradient, i);
    const float v = momentum * velocity[i] - push;
    velocity[i] = v;
    w[i] = w[i] - decay * w[i] + (nesterov ? momentum * v - push : v);
  }
}

void adam_range(Range range, const AdamStep& step, const RawGradient gradient, float* __restrict w,
                float* __restrict m, float* __restrict v, float* __restrict largest) {
  const float new_1 = 1.0f - step.beta_1;
  const float new_2 = 1.0f - step.beta_2;
  const auto [rate, decay, beta_1, beta_2, epsilon] = step;
  for (std::int64_t i = range.begin; i < range.end; ++i) {
    const float g = finished(gradient, i);
    m[i] += (g - m[i]) * new_1;
    v[i] += (g * g - v[i]) * new_2;
    float second = v[i];
    if (largest != nullptr) second = largest[i] = largest[i] > second ? largest[i] : second;
    w[i] = w[i] - decay * w[i] - rate * m[i] / (std::sqrt(second) + epsilon);
  }
}

void rmsprop_range(Range range, const RmspropStep& step, const RawGradient gradient,
                   float* __restrict w, float* __restrict v, float* __restrict velocity,
                   float* __restrict mean) {
  const auto [rate, decay, rho, momentum, epsilon] = step;
  const float fresh = 1.0f - rho;
  for (std::int64_t i = range.begin; i < range.end; ++i) {
    const float g = finished(gradient, i);
    v[i] = rho * v[i] + fresh * g * g;
    float variance = v[i];
    if (mean != nullptr) {
      mean[i] = rho * mean[i] + fresh * g;
      // Rounding can carry a variance of large gradients below 0, and the root to NaN.
      variance -= mean[i] * mean[i];
      variance = variance < 0.0f ? 0.0f : variance;
    }
    float change = rate * g / std::sqrt(variance + epsilon);
    if (velocity != nullptr) change = velocity[i] = momentum * velocity[i] + change;
    w[i] = w[i] - decay * w[i] - change;
  }
}

// Not 0 if an exponent is all ones: infinity or NaN. As integers, without branches, these are
// several a cycle.
template <class At>
std::uint32_t any_special(At at, std::int64_t begin, std::int64_t end) {
  constexpr std::uint32_t kExponent = 0x7f800000;
  std::uint32_t any = 0;
  for (std::int64_t i = begin; i < end; ++i) {
    const bool special = (std::bit_cast<std::uint32_t>(at(i)) & kExponent) == kExponent;
    any |= static_cast<std::uint32_t>(special);
  }
  return any;
}

constexpr std::int64_t kFinitePerAddition = 4;

template <class At>
bool all_finite_of(std::int64_t count, At at) {
  std::array<std::uint32_t, kMostPartsOfAll> found;
  const std::int64_t parts = part_count(count / kFinitePerAddition);
  parallel_parts(parts, [&](std::int64_t part) {
    const Part range = Part::of(count, part, parts);
    with_vector_units(
        [&] { found[static_cast<std::size_t>(part)] = any_special(at, range.begin, range.end); });
  });
  return std::all_of(found.begin(), found.begin() + parts,
                     [](std::uint32_t any) { return any == 0; });
}

}  // namespace

void finish_gradient(std::int64_t count, RawGradient gradient, float* result) {
  parallel_for(count, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) result[i] = finished(gradient, i);
  });
}

void add_scaled(std::int64_t count, const float* values, float scale, float* sum) {
  parallel_for(count, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) sum[i] += scale * values[i];
  });
}

double norm(std::int64_t count, const float* values) {
  const auto squares = [values](std::int64_t begin, std::int64_t end) {
    return block_sum(values, begin, end, [](float value) { return value * value; });
  };
  const double total = sum_of_parts(count, squares);
  if (std::isfinite(total)) return std::sqrt(total);
  // A float's square may be beyond float's range.
  const auto wide_squares = [values](std::int64_t begin, std::int64_t end) {
    double sum = 0.0;
    for (std::int64_t i = begin; i < end; ++i) sum += double{values[i]} * double{values[i]};
    return sum;
  };
  return std::sqrt(sum_of_parts(count, wide_squares));
}

bool all_finite(std::int64_t count, const float* values) {
  return all_finite_of(count, [values](std::int64_t i) { return values[i]; });
}

bool sum_finite(std::int64_t count, const float* values, float scale, const float* sum) {
  return all_finite_of(count, [=](std::int64_t i) { return sum[i] + scale * values[i]; });
}

void decay(std::int64_t count, float decay, float* weight) {
  parallel_for(count, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) weight[i] -= decay * weight[i];
  });
}

void moving_average(std::int64_t count, float momentum, const float* weight, float* average) {
  const float fresh = 1.0f - momentum;
  parallel_for(count, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      average[i] = momentum * average[i] + fresh * weight[i];
    }
  });
}

void sgd(std::int64_t count, const SgdStep& step, RawGradient gradient, float* weight,
         float* velocity) {
  parallel_for(count, 1, [&](std::int64_t begin, std::int64_t end) {
    with_vector_units([&] {
      if (velocity == nullptr) return sgd_plain({begin, end}, step, gradient, weight);
      sgd_momentum({begin, end}, step, gradient, weight, velocity);
    });
  });
}

void adam(std::int64_t count, const AdamStep& step, RawGradient gradient, float* weight, float* m,
          float* v, float* largest) {
  parallel_for(count, 1, [&](std::int64_t begin, std::int64_t end) {
    with_vector_units([&] { adam_range({begin, end}, step, gradient, weight, m, v, largest); });
  });
}

void rmsprop(std::int64_t count, const RmspropStep& step, RawGradient gradient, float* weight,
             float* v, float* velocity, float* mean) {
  parallel_for(count, 1, [&](std::int64_t begin, std::int64_t end) {
    with_vector_units([&] {
      rmsprop_range({begin, end}, step, gradient, weight, v, velocity, mean);
    });
  });
}

}  // namespace strata::kernels
