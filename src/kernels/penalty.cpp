#include "kernels/penalty.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "core/parallel.hpp"
#include "core/vector_units.hpp"
#include "kernels/block_sum.hpp"

namespace strata::kernels {
namespace {

// A penalty with both factors, or with one: what a factor of 0 is multiplied by may be infinite,
// and takes no time. Values are floats or vectors of them.
struct ElasticNet {
  static constexpr std::size_t kSums = 2;
  float l1;
  float slope;  // 2 l2

  template <class Value>
  void add_terms(const Value& x, Value* sums) const {
    sums[0] += x < 0.0f ? -x : x;
    sums[1] += x * x;
  }
  float gradient(float x) const { return l1 * sign(x) + slope * x; }
  double value(const double* sums) const { return l1 * sums[0] + 0.5 * slope * sums[1]; }

  static float sign(float x) { return static_cast<float>((x > 0.0f) - (x < 0.0f)); }
};

struct Lasso {
  static constexpr std::size_t kSums = 1;
  float l1;

  template <class Value>
  void add_terms(const Value& x, Value* sums) const {
    sums[0] += x < 0.0f ? -x : x;
  }
  float gradient(float x) const { return l1 * ElasticNet::sign(x); }
  double value(const double* sums) const { return l1 * sums[0]; }
};

struct Ridge {
  static constexpr std::size_t kSums = 1;
  float slope;

  template <class Value>
  void add_terms(const Value& x, Value* sums) const {
    sums[0] += x * x;
  }
  float gradient(float x) const { return slope * x; }
  double value(const double* sums) const { return 0.5 * slope * sums[0]; }
};

template <class Visit>
auto with_kind(float l1, float l2, Visit visit) {
  if (l2 == 0.0f) return visit(Lasso{l1});
  if (l1 == 0.0f) return visit(Ridge{2.0f * l2});
  return visit(ElasticNet{l1, 2.0f * l2});
}

/// `write(out[i], gradient of x[i])` for i in [begin, end).
template <class Kind, class Write>
void write_gradient(const Kind kind, std::int64_t begin, std::int64_t end,
                    const float* __restrict x, float* __restrict out, Write write) {
  for (std::int64_t i = begin; i < end; ++i) write(out[i], kind.gradient(x[i]));
}

constexpr auto assign = [](float& slot, float term) { slot = term; };
constexpr auto add = [](float& slot, float term) { slot += term; };

template <class Write>
void write_in_parallel(const float* x, std::int64_t count, float l1, float l2, float* out,
                       Write write) {
  with_kind(l1, l2, [=](auto kind) {
    parallel_for(count, 1, [=](std::int64_t begin, std::int64_t end) {
      with_vector_units([=] { write_gradient(kind, begin, end, x, out, write); });
    });
  });
}

// The value over [first, last), and the gradient where one is wanted: each block, short enough to be
// summed in float, is read from memory once.
template <class Kind>
double part_of_penalty(const Kind kind, std::int64_t first, std::int64_t last, const float* x,
                       float* gradient) {
  constexpr std::int64_t kBlock = 1024;
  constexpr std::int64_t kStep = 2 * kFloatsWide;
  std::array<double, Kind::kSums> totals{};
  for (std::int64_t begin = first; begin < last; begin += kBlock) {
    const std::int64_t end = std::min(last, begin + kBlock);
    Floats sums[2][Kind::kSums] = {};
    std::int64_t i = begin;
    for (; i + kStep <= end; i += kStep) {
      for (std::int64_t half = 0; half < 2; ++half) {
        Floats values;
        std::memcpy(&values, x + i + half * kFloatsWide, sizeof(values));
        kind.add_terms(values, sums[half]);
      }
    }
    float rest[Kind::kSums] = {};
    for (; i < end; ++i) kind.add_terms(x[i], rest);
    for (std::size_t sum = 0; sum < Kind::kSums; ++sum) {
      const Floats both = sums[0][sum] + sums[1][sum];
      totals[sum] += static_cast<double>(rest[sum]);
      for (int lane = 0; lane < kFloatsWide; ++lane) totals[sum] += static_cast<double>(both[lane]);
    }
    if (gradient != nullptr) write_gradient(kind, begin, end, x, gradient, assign);
  }
  return kind.value(totals.data());
}

}  // namespace

float penalty(const float* x, std::int64_t count, float l1, float l2, float* gradient) {
  const double sum = with_kind(l1, l2, [=](auto kind) {
    return sum_of_parts(count, [=](std::int64_t begin, std::int64_t end) {
      double value = 0.0;
      with_vector_units([=, &value] { value = part_of_penalty(kind, begin, end, x, gradient); });
      return value;
    });
  });
  return static_cast<float>(sum);
}

void penalty_gradient(const float* x, std::int64_t count, float l1, float l2, float* gradient) {
  write_in_parallel(x, count, l1, l2, gradient, assign);
}

void add_penalty_gradient(const float* x, std::int64_t count, float l1, float l2, float* sum) {
  write_in_parallel(x, count, l1, l2, sum, add);
}

}  // namespace strata::kernels
