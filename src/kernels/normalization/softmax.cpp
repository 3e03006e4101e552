// Softmax, its logarithm and their gradients, as ops on lines.
#include "kernels/normalization/softmax.hpp"

#include <bit>
#include <numbers>

#include "kernels/elementwise/vector_math.hpp"
#include "kernels/normalization/line_op.hpp"

namespace strata::kernels {
namespace {

/// log(x) for x in [1, 2^52], with a relative error of 1e-10: x = 2^k m with m near 1, and log(m) =
/// 2 artanh((m - 1) / (m + 1)) by its series. Without branches or calls, so that loops are
/// vectorized.
inline double log_from_one(double x) {
  constexpr std::int64_t kRootOfHalf = 0x3FE6A09E667F3BCD;
  constexpr std::int64_t kWhole = 0x4338000000000000;  // 1.5 * 2^52: adding whole numbers is exact
  const auto bits = std::bit_cast<std::int64_t>(x);
  const auto power =
      static_cast<std::int64_t>(static_cast<std::uint64_t>(bits - kRootOfHalf) >> 52);
  const auto k = std::bit_cast<double>(power + kWhole) - std::bit_cast<double>(kWhole);
  const auto m = std::bit_cast<double>(bits - (power << 52));
  const double z = (m - 1.0) / (m + 1.0);
  const double s = z * z;
  const double series =
      1.0 + s * (1.0 / 3 + s * (1.0 / 5 + s * (1.0 / 7 + s * (1.0 / 9 + s * (1.0 / 11)))));
  const double value = k * std::numbers::ln2 + 2.0 * z * series;
  return x != x ? x : value;
}

// Sums what `first` returns.
struct SumOfFirst {
  double term(float, float, float first) const { return static_cast<double>(first); }
};

struct Softmax : SumOfFirst {
  static constexpr LineOpTraits kTraits{.cost = 20, .shifts = true, .keeps = true};

  float first(float x, float, float shift) const { return exp(x - shift); }
  void coefficients(double sum, double, float& scale, float&) const {
    scale = static_cast<float>(1.0 / sum);
  }
  float result(float, float, float kept, float, float scale, float) const { return kept * scale; }
};

struct SoftmaxGradient : SumOfFirst {
  static constexpr LineOpTraits kTraits{.cost = 4};

  float first(float y, float dy, float) const { return dy * y; }
  void coefficients(double dot, double, float& mean, float&) const {
    mean = static_cast<float>(dot);
  }
  float result(float y, float dy, float, float, float mean, float) const { return y * (dy - mean); }
};

struct LogSoftmax : SumOfFirst {
  static constexpr LineOpTraits kTraits{.cost = 20, .shifts = true};

  float first(float x, float, float shift) const { return exp(x - shift); }
  void coefficients(double sum, double, float& log_sum, float&) const {
    log_sum = static_cast<float>(log_from_one(sum));
  }
  float result(float x, float, float, float shift, float log_sum, float) const {
    return (x - shift) - log_sum;
  }
};

struct LogSoftmaxGradient : SumOfFirst {
  static constexpr LineOpTraits kTraits{.cost = 20};

  float first(float, float dy, float) const { return dy; }
  void coefficients(double total, double, float& sum, float&) const {
    sum = static_cast<float>(total);
  }
  float result(float y, float dy, float, float, float sum, float) const {
    return dy - exp(y) * sum;
  }
};

}  // namespace

void softmax(const AxisView& view, const float* x, float* y) {
  apply_along(view, Softmax(), x, x, y);
}

void softmax_gradient(const AxisView& view, const float* y, const float* dy, float* dx) {
  apply_along(view, SoftmaxGradient(), y, dy, dx);
}

void log_softmax(const AxisView& view, const float* x, float* y) {
  apply_along(view, LogSoftmax(), x, x, y);
}

void log_softmax_gradient(const AxisView& view, const float* y, const float* dy, float* dx) {
  apply_along(view, LogSoftmaxGradient(), y, dy, dx);
}

}  // namespace strata::kernels
