// The passes of optimizers over one weight's elements.
#include "kernels/weights/optimizer.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

#include "core/parallel.hpp"
#include "core/vector_units.hpp"
#include "kernels/reduction/block_sum.hpp"
#include "kernels/weights/optimizer_pass.hpp"

namespace strata::kernels {
namespace {

// The steps of a range. Their arrays are parameters with __restrict, which is what lets the
// compiler vectorize.

template <class Gradient, class End>
void sgd_plain(IndexRange range, const SgdStep& step, const Gradient gradient, float* __restrict w,
               End end) {
  const auto [rate, decay, momentum, nesterov] = step;
  for (std::int64_t i = range.begin; i < range.end; ++i) {
    w[i] = end(i, w[i], w[i] - decay * w[i] - rate * gradient(i, w[i]), Undivided());
  }
}

template <class Gradient, class End>
void sgd_momentum(IndexRange range, const SgdStep& step, const Gradient gradient,
                  float* __restrict w, float* __restrict velocity, End end) {
  const auto [rate, decay, momentum, nesterov] = step;
  for (std::int64_t i = range.begin; i < range.end; ++i) {
    const float push = rate * gradient(i, w[i]);
    const float v = momentum * velocity[i] - push;
    velocity[i] = v;
    w[i] = end(i, w[i], w[i] - decay * w[i] + (nesterov ? momentum * v - push : v), Undivided());
  }
}

template <bool kAmsgrad, class Gradient, class End>
void adam_range(IndexRange range, const AdamStep& step, const Gradient gradient,
                float* __restrict w, float* __restrict m, float* __restrict v,
                float* __restrict largest, End end) {
  const float new_1 = 1.0f - step.beta_1;
  const float new_2 = 1.0f - step.beta_2;
  const auto [rate, decay, beta_1, beta_2, epsilon] = step;
  for (std::int64_t i = range.begin; i < range.end; ++i) {
    const float g = gradient(i, w[i]);
    m[i] += (g - m[i]) * new_1;
    v[i] += (g * g - v[i]) * new_2;
    float second = v[i];
    if constexpr (kAmsgrad) second = largest[i] = largest[i] > second ? largest[i] : second;
    const typename End::Divided by{std::sqrt(second) + epsilon};
    w[i] = end(i, w[i], w[i] - decay * w[i] - by(rate * m[i]), by);
  }
}

template <bool kMomentum, bool kCentered, class Gradient, class End>
void rmsprop_range(IndexRange range, const RmspropStep& step, const Gradient gradient,
                   float* __restrict w, float* __restrict v, float* __restrict velocity,
                   float* __restrict mean, End end) {
  const auto [rate, decay, rho, momentum, epsilon] = step;
  const float fresh = 1.0f - rho;
  for (std::int64_t i = range.begin; i < range.end; ++i) {
    const float g = gradient(i, w[i]);
    v[i] = rho * v[i] + fresh * g * g;
    float variance = v[i];
    if constexpr (kCentered) {
      mean[i] = rho * mean[i] + fresh * g;
      // Rounding can carry a variance of large gradients below 0, and the root to NaN.
      variance -= mean[i] * mean[i];
      variance = variance < 0.0f ? 0.0f : variance;
    }
    const typename End::Divided by{std::sqrt(variance + epsilon)};
    float change = by(rate * g);
    if constexpr (kMomentum) change = velocity[i] = momentum * velocity[i] + change;
    w[i] = end(i, w[i], w[i] - decay * w[i] - change, by);
  }
}

template <class Gradient, class End>
void adamax_range(IndexRange range, const AdamaxStep& step, const Gradient gradient,
                  float* __restrict w, float* __restrict m, float* __restrict u, End end) {
  const auto [rate, decay, beta_1, beta_2, epsilon] = step;
  const float new_1 = 1.0f - beta_1;
  for (std::int64_t i = range.begin; i < range.end; ++i) {
    const float g = gradient(i, w[i]);
    m[i] += (g - m[i]) * new_1;
    const float past = beta_2 * u[i];
    const float size = std::fabs(g);
    u[i] = past > size ? past : size;
    const typename End::Divided by{u[i] + epsilon};
    w[i] = end(i, w[i], w[i] - decay * w[i] - by(rate * m[i]), by);
  }
}

template <class Gradient, class End>
void nadam_range(IndexRange range, const NadamStep& step, const Gradient gradient,
                 float* __restrict w, float* __restrict m, float* __restrict v, End end) {
  const auto [rate, decay, beta_1, beta_2, epsilon, of_m, of_g, of_v] = step;
  const float new_1 = 1.0f - beta_1;
  const float new_2 = 1.0f - beta_2;
  for (std::int64_t i = range.begin; i < range.end; ++i) {
    const float g = gradient(i, w[i]);
    m[i] += (g - m[i]) * new_1;
    v[i] += (g * g - v[i]) * new_2;
    const float ahead = of_m * m[i] + of_g * g;
    const typename End::Divided by{std::sqrt(of_v * v[i]) + epsilon};
    w[i] = end(i, w[i], w[i] - decay * w[i] - by(rate * ahead), by);
  }
}

template <class Gradient, class End>
void adagrad_range(IndexRange range, const AdagradStep& step, const Gradient gradient,
                   float* __restrict w, float* __restrict sum, End end) {
  const auto [rate, decay, epsilon] = step;
  for (std::int64_t i = range.begin; i < range.end; ++i) {
    const float g = gradient(i, w[i]);
    sum[i] += g * g;
    const typename End::Divided by{std::sqrt(sum[i] + epsilon)};
    w[i] = end(i, w[i], w[i] - decay * w[i] - by(rate * g), by);
  }
}

template <class Gradient, class End>
void adadelta_range(IndexRange range, const AdadeltaStep& step, const Gradient gradient,
                    float* __restrict w, float* __restrict square, float* __restrict change,
                    End end) {
  const auto [rate, decay, rho, epsilon] = step;
  const float fresh = 1.0f - rho;
  for (std::int64_t i = range.begin; i < range.end; ++i) {
    const float g = gradient(i, w[i]);
    square[i] = rho * square[i] + fresh * g * g;
    const typename End::Divided by{std::sqrt(square[i] + epsilon)};
    const float root = std::sqrt(change[i] + epsilon);
    const float d = by(root * g);
    change[i] = rho * change[i] + fresh * d * d;
    w[i] = end(i, w[i], w[i] - decay * w[i] - rate * d, by, root);
  }
}

template <class Gradient>
void lion_range(IndexRange range, const LionStep& step, const Gradient gradient,
                float* __restrict w, float* __restrict m) {
  const auto [rate, decay, beta_1, beta_2] = step;
  const float new_1 = 1.0f - beta_1;
  const float new_2 = 1.0f - beta_2;
  for (std::int64_t i = range.begin; i < range.end; ++i) {
    const float g = gradient(i, w[i]);
    const float direction = beta_1 * m[i] + new_1 * g;
    // The last is 0 or NaN, which stay what they are.
    const float sign = direction > 0.0f ? 1.0f : direction < 0.0f ? -1.0f : direction;
    m[i] = beta_2 * m[i] + new_2 * g;
    w[i] = w[i] - decay * w[i] - rate * sign;
  }
}

// `power` tells `sum^step.power`.
template <class Gradient, class Power>
void ftrl_range(IndexRange range, const FtrlStep& step, const Gradient gradient,
                float* __restrict w, float* __restrict sum, float* __restrict linear, Power power) {
  const float per_rate = 1.0f / step.learning_rate;
  for (std::int64_t i = range.begin; i < range.end; ++i) {
    const float g = gradient(i, w[i]);
    const float weight = w[i] - step.decay * w[i];
    const float next = sum[i] + g * g;
    const float next_power = power(next);
    const float z = linear[i] + g + 2.0f * step.shrinkage * weight -
                    (next_power - power(sum[i])) * per_rate * weight;
    const float within = z > step.l1 ? step.l1 : z < -step.l1 ? -step.l1 : z;
    linear[i] = z;
    sum[i] = next;
    w[i] = (within - z) / (next_power * per_rate + 2.0f * step.l2);
  }
}

void lamb_range(IndexRange range, const LambStep& step, const float* __restrict gradient,
                float* __restrict m, float* __restrict v, float* __restrict direction) {
  const auto [beta_1, beta_2, epsilon, of_m, of_v] = step;
  const float new_1 = 1.0f - beta_1;
  const float new_2 = 1.0f - beta_2;
  for (std::int64_t i = range.begin; i < range.end; ++i) {
    const float g = gradient[i];
    m[i] += (g - m[i]) * new_1;
    v[i] += (g * g - v[i]) * new_2;
    direction[i] = of_m * m[i] / (std::sqrt(of_v * v[i]) + epsilon);
  }
}

constexpr std::uint32_t kInfinity = 0x7f800000;  // as bits; those of NaN are more

// The bits of the largest magnitude: the order of floats is that of their bits as integers, of which
// several are compared per cycle.
template <class At>
std::uint32_t largest_magnitude(At at, std::int64_t begin, std::int64_t end) {
  constexpr std::uint32_t kMagnitude = 0x7fffffff;
  std::uint32_t largest = 0;
#pragma GCC unroll 4
  for (std::int64_t i = begin; i < end; ++i)
    largest = std::max(largest, std::bit_cast<std::uint32_t>(at(i)) & kMagnitude);
  return largest;
}

constexpr std::int64_t kFinitePerAddition = 4;

template <class At>
bool all_finite_of(std::int64_t count, At at) {
  std::array<std::uint32_t, kMostPartsOfAll> largest;
  const std::int64_t parts = part_count(count / kFinitePerAddition);
  parallel_parts(parts, [&](std::int64_t part) {
    const IndexRange range = IndexRange::of_part(count, part, parts);
    with_vector_units([&] {
      largest[static_cast<std::size_t>(part)] = largest_magnitude(at, range.begin, range.end);
    });
  });
  return *std::max_element(largest.begin(), largest.begin() + parts) < kInfinity;
}

template <class Body>
void for_each_element(std::int64_t count, Body body) {
  parallel_for(count, 1, [=](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) body(i);
  });
}

}  // namespace

void proximal(std::int64_t count, const ProximalPass& pass, float* weight) {
  const AnyProximal<false> end{pass};
  for_each_element(count,
                   [=](std::int64_t i) { weight[i] = end(i, weight[i], weight[i], Undivided()); });
}

void clamp(std::int64_t count, const float* lowest, const float* highest, float* weight) {
  for_each_element(count,
                   [=](std::int64_t i) { weight[i] = within(weight[i], lowest[i], highest[i]); });
}

void take_zeros(std::int64_t count, const float* weight, float* average) {
  for_each_element(count, [=](std::int64_t i) {
    if (weight[i] == 0.0f) average[i] = 0.0f;
  });
}

void clip_gradient(std::int64_t count, RawGradient gradient, float* result) {
  const ClippedGradient<> clipped{gradient};
  for_each_element(count, [=](std::int64_t i) { result[i] = clipped(i, 0.0f); });
}

void add_scaled(std::int64_t count, const float* values, float scale, float* sum) {
  for_each_element(count, [=](std::int64_t i) { sum[i] += scale * values[i]; });
}

double norm(std::int64_t count, const float* values) {
  const double total = sum_of_parts(count, [values](std::int64_t begin, std::int64_t end) {
    return block_sum(values, begin, end, [](float value) { return value * value; });
  });
  if (std::isfinite(total)) return std::sqrt(total);
  // The square of a float may exceed its range.
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
  for_each_element(count, [=](std::int64_t i) { weight[i] -= decay * weight[i]; });
}

void moving_average(std::int64_t count, float momentum, const float* weight, float* average) {
  const float fresh = 1.0f - momentum;
  for_each_element(count,
                   [=](std::int64_t i) { average[i] = momentum * average[i] + fresh * weight[i]; });
}

void sgd(std::int64_t count, const SgdStep& step, RawGradient raw, float* weight, float* velocity,
         const ProximalPass& proximal) {
  for_each_range(count, raw, proximal, [&](IndexRange range, auto gradient, auto end) {
    if (velocity == nullptr) return sgd_plain(range, step, gradient, weight, end);
    sgd_momentum(range, step, gradient, weight, velocity, end);
  });
}

void adam(std::int64_t count, const AdamStep& step, RawGradient raw, float* weight, AdamSlots slots,
          const ProximalPass& proximal) {
  // v loses no more than the share of new squares, and the largest v nothing.
  const auto lowest_divisor = [&](IndexRange range) {
    const float lowest = slots.largest == nullptr ? step.beta_2 * least_of(slots.v, range)
                                                  : least_of(slots.largest, range);
    return std::sqrt(lowest) + step.epsilon;
  };
  for_each_range(
      count, raw, proximal, lowest_divisor, [&](IndexRange range, auto gradient, auto end) {
        if (slots.largest == nullptr)
          return adam_range<false>(range, step, gradient, weight, slots.m, slots.v, nullptr, end);
        adam_range<true>(range, step, gradient, weight, slots.m, slots.v, slots.largest, end);
      });
}

void rmsprop(std::int64_t count, const RmspropStep& step, RawGradient raw, float* weight,
             RmspropSlots slots, const ProximalPass& proximal) {
  for_each_range(count, raw, proximal, [&](IndexRange range, auto gradient, auto end) {
    const auto run = [&](auto momentum, auto centered) {
      rmsprop_range<momentum.value, centered.value>(range, step, gradient, weight, slots.v,
                                                    slots.velocity, slots.mean, end);
    };
    const bool centered = slots.mean != nullptr;
    if (slots.velocity == nullptr)
      return centered ? run(std::false_type(), std::true_type())
                      : run(std::false_type(), std::false_type());
    centered ? run(std::true_type(), std::true_type()) : run(std::true_type(), std::false_type());
  });
}

void adamax(std::int64_t count, const AdamaxStep& step, RawGradient raw, float* weight, float* m,
            float* u, const ProximalPass& proximal) {
  for_each_range(count, raw, proximal, [&](IndexRange range, auto gradient, auto end) {
    adamax_range(range, step, gradient, weight, m, u, end);
  });
}

void nadam(std::int64_t count, const NadamStep& step, RawGradient raw, float* weight, float* m,
           float* v, const ProximalPass& proximal) {
  for_each_range(count, raw, proximal, [&](IndexRange range, auto gradient, auto end) {
    nadam_range(range, step, gradient, weight, m, v, end);
  });
}

void adagrad(std::int64_t count, const AdagradStep& step, RawGradient raw, float* weight,
             float* sum, const ProximalPass& proximal) {
  for_each_range(count, raw, proximal, [&](IndexRange range, auto gradient, auto end) {
    adagrad_range(range, step, gradient, weight, sum, end);
  });
}

void adadelta(std::int64_t count, const AdadeltaStep& step, RawGradient raw, float* weight,
              float* square, float* change, const ProximalPass& proximal) {
  for_each_range(count, raw, proximal, [&](IndexRange range, auto gradient, auto end) {
    adadelta_range(range, step, gradient, weight, square, change, end);
  });
}

void lion(std::int64_t count, const LionStep& step, RawGradient gradient, float* weight, float* m) {
  for_each_range(count, [&](IndexRange range) {
    lion_range(range, step, ClippedGradient<>{gradient}, weight, m);
  });
}

void ftrl(std::int64_t count, const FtrlStep& step, RawGradient gradient, float* weight, float* sum,
          float* linear) {
  const float power = step.power;
  for_each_range(count, [&](IndexRange range) {
    if (power == 0.5f) {  // the usual one, which vector units have
      return ftrl_range(range, step, ClippedGradient<>{gradient}, weight, sum, linear,
                        [](float value) { return std::sqrt(value); });
    }
    ftrl_range(range, step, ClippedGradient<>{gradient}, weight, sum, linear,
               [power](float value) { return std::pow(value, power); });
  });
}

void lamb_direction(std::int64_t count, const LambStep& step, const float* gradient, float* m,
                    float* v, float* direction) {
  for_each_range(count,
                 [&](IndexRange range) { lamb_range(range, step, gradient, m, v, direction); });
}

}  // namespace strata::kernels
