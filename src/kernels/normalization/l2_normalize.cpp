// L2 normalization and its gradient, as ops on lines.
#include "kernels/normalization/l2_normalize.hpp"

#include <algorithm>
#include <cmath>

#include "kernels/normalization/line_op.hpp"

namespace strata::kernels {
namespace {

// The sum of a line's squares, which both directions of `l2_normalize` need first.
struct SumOfSquares {
  double epsilon;

  float first(float x, float, float) const { return x; }
  double term(float x, float, float) const {
    return static_cast<double>(x) * static_cast<double>(x);
  }
};

struct L2Normalize : SumOfSquares {
  static constexpr LineOpTraits kTraits{.cost = 4};

  void coefficients(double squares, double, float& scale, float&) const {
    scale = static_cast<float>(1.0 / std::max(std::sqrt(squares), epsilon));
  }
  float result(float x, float, float, float, float scale, float) const { return x * scale; }
};

struct L2NormalizeGradient : SumOfSquares {
  static constexpr LineOpTraits kTraits{.cost = 8, .sums = 2};

  double second_term(float x, float dy) const {
    return static_cast<double>(x) * static_cast<double>(dy);
  }
  void coefficients(double squares, double dot, float& scale, float& along) const {
    const bool is_short = squares <= epsilon * epsilon;
    const double inverse = 1.0 / std::max(std::sqrt(squares), epsilon);
    const double projection = dot * inverse * inverse;
    scale = static_cast<float>(inverse);
    along = static_cast<float>(is_short ? 0.0 : projection);
  }
  float result(float x, float dy, float, float, float scale, float along) const {
    return (dy - x * along) * scale;
  }
};

}  // namespace

void l2_normalize(const AxisView& view, const float* x, float epsilon, float* y) {
  apply_along(view, L2Normalize{{static_cast<double>(epsilon)}}, x, x, y);
}

void l2_normalize_gradient(const AxisView& view, const float* x, const float* dy, float epsilon,
                           float* dx) {
  apply_along(view, L2NormalizeGradient{{static_cast<double>(epsilon)}}, x, dy, dx);
}

}  // namespace strata::kernels
