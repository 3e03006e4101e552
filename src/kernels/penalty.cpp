#include "kernels/penalty.hpp"

#include <algorithm>
#include <cmath>

#include "core/parallel.hpp"
#include "core/vector_units.hpp"
#include "kernels/block_sum.hpp"

namespace strata::kernels {
namespace {

/// `write(out[i], l1 * sign(x[i]) + 2 * l2 * x[i])` for every i.
template <class Write>
void write_terms(std::int64_t count, const float* __restrict x, float l1, float l2,
                 float* __restrict out, Write write) {
  const float slope = 2.0f * l2;
  for (std::int64_t i = 0; i < count; ++i) {
    float term = l1 * static_cast<float>((x[i] > 0.0f) - (x[i] < 0.0f));
    if (slope != 0.0f) term += slope * x[i];  // else an infinite weight would give NaN
    write(out[i], term);
  }
}

constexpr auto assign_term = [](float& slot, float term) { slot = term; };

template <class Write>
void write_in_parallel(const float* x, std::int64_t count, float l1, float l2, float* out,
                       Write write) {
  parallel_for(count, 1, [&](std::int64_t begin, std::int64_t end) {
    with_vector_units([&] { write_terms(end - begin, x + begin, l1, l2, out + begin, write); });
  });
}

}  // namespace

float penalty(const float* x, std::int64_t count, float l1, float l2, float* gradient) {
  constexpr std::int64_t kChunk = 4096;  // is read from memory once, whatever is done with it
  const auto value = [&](std::int64_t first, std::int64_t last) {
    double l1_sum = 0.0;
    double l2_sum = 0.0;
    with_vector_units([&] {
      for (std::int64_t begin = first; begin < last; begin += kChunk) {
        const std::int64_t end = std::min(last, begin + kChunk);
        if (l1 != 0.0f) l1_sum += block_sum(x, begin, end, [](float v) { return std::abs(v); });
        if (l2 != 0.0f) l2_sum += block_sum(x, begin, end, [](float v) { return v * v; });
        if (gradient != nullptr)
          write_terms(end - begin, x + begin, l1, l2, gradient + begin, assign_term);
      }
    });
    double sum = 0.0;
    if (l1 != 0.0f) sum += static_cast<double>(l1) * l1_sum;
    if (l2 != 0.0f) sum += static_cast<double>(l2) * l2_sum;
    return sum;
  };
  return static_cast<float>(sum_of_parts(count, value));
}

void penalty_gradient(const float* x, std::int64_t count, float l1, float l2, float* gradient) {
  write_in_parallel(x, count, l1, l2, gradient, assign_term);
}

void add_penalty_gradient(const float* x, std::int64_t count, float l1, float l2, float* sum) {
  write_in_parallel(x, count, l1, l2, sum, [](float& slot, float term) { slot += term; });
}

}  // namespace strata::kernels
