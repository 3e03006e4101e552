// The functions of two and three tensors in elementwise.hpp, and prelu; those of one are in
// unary.cpp.
#include "strata/ops/elementwise.hpp"

#include <cmath>
#include <limits>
#include <utility>

#include "core/check.hpp"
#include "kernels/elementwise/map.hpp"
#include "kernels/elementwise/vector_math.hpp"
#include "ops/sum_to.hpp"
#include "ops/unary.hpp"
#include "strata/autodiff/record.hpp"
#include "strata/ops/nn.hpp"
#include "tensor/format.hpp"

namespace strata {

Tensor operator+(const Tensor& a, const Tensor& b) { return ops::add(a, b); }
Tensor operator-(const Tensor& a, const Tensor& b) { return ops::subtract(a, b); }
Tensor operator*(const Tensor& a, const Tensor& b) { return ops::multiply(a, b); }
Tensor operator/(const Tensor& a, const Tensor& b) { return ops::divide(a, b); }

namespace ops {
namespace {

using autodiff::InputGradients;

constexpr const char* kPowerName = "ops::power";
constexpr std::int64_t kPower = 4 * kTranscendental;

template <std::int64_t kCost, class F>
Tensor mapped(const char* who, const Tensor& a, const Tensor& b, F f) {
  check_defined(who, a);
  check_defined(who, b);
  Tensor result = TensorAccess::uninitialized(broadcast(a.shape(), b.shape(), who));
  kernels::map<kCost>(kernels::Broadcast<2>(result.shape(), {&a.shape(), &b.shape()}),
                      {a.data(), b.data()}, TensorAccess::data(result), f);
  return result;
}

// `f(gradient, a, b)`, element by element, summed to `shape`, from which an input was broadcast.
template <std::int64_t kCost, class F>
Tensor pulled_back(const Tensor& gradient, const Tensor& a, const Tensor& b, const Shape& shape,
                   F f) {
  Tensor result = TensorAccess::uninitialized(gradient.shape());
  kernels::map<kCost>(
      kernels::Broadcast<3>(gradient.shape(), {&gradient.shape(), &a.shape(), &b.shape()}),
      {gradient.data(), a.data(), b.data()}, TensorAccess::data(result), f);
  return sum_to(result, shape);
}

/// `f(a, b)`; the first pull-back(g, a, b) is `g * df/da`, the second `g * df/db`.
template <std::int64_t kCost, class F, class ByA, class ByB>
Tensor binary(const char* who, const Tensor& a, const Tensor& b, F f,
              std::pair<ByA, ByB> pull_backs) {
  return autodiff::record(who, mapped<kCost>(who, a, b, f), {a, b},
                          [a, b, pull_backs](const Tensor& gradient, InputGradients& inputs) {
                            const auto [by_a, by_b] = pull_backs;
                            if (inputs.wanted(0))
                              inputs.add(0, pulled_back<kCost>(gradient, a, b, a.shape(), by_a));
                            if (inputs.wanted(1))
                              inputs.add(1, pulled_back<kCost>(gradient, a, b, b.shape(), by_b));
                          });
}

/// A comparison: 1 where `holds(a, b)`, else 0. A constant.
template <class F>
Tensor comparison(const char* who, const Tensor& a, const Tensor& b, F holds) {
  return mapped<kCheap>(who, a, b, [holds](float x, float y) { return holds(x, y) ? 1.0f : 0.0f; });
}

// `x`, if `other`'s gradient is wanted, which needs it; else undefined, lest the tape keep it.
Tensor kept_for(const Tensor& other, const Tensor& x) {
  const Tensor* const input = &other;
  return autodiff::recording({&input, 1}) ? x : Tensor();
}

// The gradient goes to the larger one; equal ones get half of it each.
float share(float g, float mine, float other) {
  return mine > other ? g : (mine == other ? 0.5f * g : 0.0f);
}

// Whether the exponent is a single number that needs no gradient.
bool is_constant_number(const Tensor& exponent, const Tensor& base) {
  const Tensor* const input = &exponent;
  return exponent.size() == 1 && exponent.rank() <= base.rank() &&
         !autodiff::recording({&input, 1});
}

// Exponents that are common in penalties, norms and moments, computed in one or two instructions;
// undefined for other exponents. Zeros and infinities have the results of std::pow.
Tensor common_power(const Tensor& x, float exponent) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  if (exponent == 1.0f)
    return unary(
        kPowerName, kCheap, x, [](float v) { return v; }, [](float) { return 1.0f; });
  if (exponent == 2.0f)
    return unary(
        kPowerName, kCheap, x, [](float v) { return v * v; }, [](float v) { return 2.0f * v; });
  if (exponent == 3.0f) {
    return unary(
        kPowerName, kCheap, x, [](float v) { return v * v * v; },
        [](float v) { return 3.0f * (v * v); });
  }
  if (exponent == -1.0f) {
    return unary(
        kPowerName, kCheap, x, [](float v) { return 1.0f / v; },
        [](float v) { return -1.0f / v / v; });
  }
  if (exponent == 0.5f) {
    const auto root = [](float v) {  // -0 gives +0, and -infinity gives infinity
      return v == -kInfinity ? kInfinity : std::sqrt(v + 0.0f);
    };
    return unary(kPowerName, kCheap, x, root, [root](float v) { return 0.5f / root(v); });
  }
  return {};
}

}  // namespace

Tensor add(const Tensor& a, const Tensor& b) {
  return autodiff::record(
      "ops::add", mapped<kCheap>("ops::add", a, b, [](float x, float y) { return x + y; }), {a, b},
      [a_shape = a.shape(), b_shape = b.shape()](const Tensor& gradient, InputGradients& inputs) {
        if (inputs.wanted(0)) inputs.add(0, sum_to(gradient, a_shape));
        if (inputs.wanted(1)) inputs.add(1, sum_to(gradient, b_shape));
      });
}

Tensor subtract(const Tensor& a, const Tensor& b) {
  return autodiff::record(
      "ops::subtract",
      mapped<kCheap>("ops::subtract", a, b, [](float x, float y) { return x - y; }), {a, b},
      [a_shape = a.shape(), b_shape = b.shape()](const Tensor& gradient, InputGradients& inputs) {
        if (inputs.wanted(0)) inputs.add(0, sum_to(gradient, a_shape));
        if (inputs.wanted(1)) inputs.add(1, negative(sum_to(gradient, b_shape)));
      });
}

Tensor multiply(const Tensor& a, const Tensor& b) {
  constexpr const char* kWho = "ops::multiply";
  const auto product = [](float x, float y) { return x * y; };
  return autodiff::record(
      kWho, mapped<kCheap>(kWho, a, b, product), {a, b},
      [=, a = kept_for(b, a), b = kept_for(a, b), a_shape = a.shape(), b_shape = b.shape()](
          const Tensor& gradient, InputGradients& inputs) {
        if (inputs.wanted(0))
          inputs.add(0, sum_to(mapped<kCheap>(kWho, gradient, b, product), a_shape));
        if (inputs.wanted(1))
          inputs.add(1, sum_to(mapped<kCheap>(kWho, gradient, a, product), b_shape));
      });
}

// d/da = 1/b,   d/db = -a/b^2
Tensor divide(const Tensor& a, const Tensor& b) {
  constexpr const char* kWho = "ops::divide";
  const auto quotient = [](float x, float y) { return x / y; };
  return autodiff::record(
      kWho, mapped<kCheap>(kWho, a, b, quotient), {a, b},
      [=, a = kept_for(b, a), a_shape = a.shape()](const Tensor& gradient, InputGradients& inputs) {
        if (inputs.wanted(0))
          inputs.add(0, sum_to(mapped<kCheap>(kWho, gradient, b, quotient), a_shape));
        if (inputs.wanted(1)) {
          inputs.add(
              1, pulled_back<kCheap>(gradient, a, b, b.shape(),
                                     [](float g, float x, float y) { return -g * (x / y) / y; }));
        }
      });
}

// d/da = b a^(b-1), 0 where b is 0;   d/db = a^b log(a), 0 where a is 0
Tensor power(const Tensor& base, const Tensor& exponent) {
  check_defined(kPowerName, base);
  check_defined(kPowerName, exponent);
  if (is_constant_number(exponent, base)) {
    if (Tensor known = common_power(base, exponent.data()[0]); known.defined()) return known;
  }
  // Both products are computed and one is selected, since a branch would prevent vectorization.
  const auto by_base = [](float g, float x, float y) {
    const float slope = y * kernels::pow(x, y - 1.0f);
    return g * (y == 0.0f ? 0.0f : slope);
  };
  const auto by_exponent = [](float g, float x, float y) {
    const float slope = kernels::pow(x, y) * kernels::log(x);
    return g * (x == 0.0f ? 0.0f : slope);
  };
  return binary<kPower>(
      kPowerName, base, exponent, [](float x, float y) { return kernels::pow(x, y); },
      std::pair(by_base, by_exponent));
}

Tensor maximum(const Tensor& a, const Tensor& b) {
  return binary<kCheap>(
      "ops::maximum", a, b, [](float x, float y) { return kernels::larger(x, y); },
      std::pair([](float g, float x, float y) { return share(g, x, y); },
                [](float g, float x, float y) { return share(g, y, x); }));
}

Tensor minimum(const Tensor& a, const Tensor& b) {
  return binary<kCheap>(
      "ops::minimum", a, b, [](float x, float y) { return kernels::smaller(x, y); },
      std::pair([](float g, float x, float y) { return share(g, -x, -y); },
                [](float g, float x, float y) { return share(g, -y, -x); }));
}

// d/da = 1,   d/db = -floor(a / b)
Tensor mod(const Tensor& a, const Tensor& b) {
  const auto remainder = [](float x, float y) {
    const float rest = std::fmod(x, y);  // exact, with the sign of x
    return rest != 0.0f && (rest < 0.0f) != (y < 0.0f) ? rest + y : rest;
  };
  return binary<kTranscendental>(
      "ops::mod", a, b, remainder,
      std::pair([](float g, float, float) { return g; },
                [](float g, float x, float y) { return -g * std::floor(x / y); }));
}

// d/da = 1 / (1 + exp(b - a)),   d/db = 1 / (1 + exp(a - b)); equal infinities get half each.
Tensor logaddexp(const Tensor& a, const Tensor& b) {
  const auto sum = [](float x, float y) {
    const float high = kernels::larger(x, y);
    const float gap = x == y ? 0.0f : -std::abs(x - y);
    return high + kernels::log1p(kernels::exp(gap));
  };
  const auto share_of = [](float g, float mine, float other) {
    return g / (1.0f + (mine == other ? 1.0f : kernels::exp(other - mine)));
  };
  return binary<kPower>(
      "ops::logaddexp", a, b, sum,
      std::pair([share_of](float g, float x, float y) { return share_of(g, x, y); },
                [share_of](float g, float x, float y) { return share_of(g, y, x); }));
}

Tensor equal(const Tensor& a, const Tensor& b) {
  return comparison("ops::equal", a, b, [](float x, float y) { return x == y; });
}

Tensor not_equal(const Tensor& a, const Tensor& b) {
  return comparison("ops::not_equal", a, b, [](float x, float y) { return x != y; });
}

Tensor less(const Tensor& a, const Tensor& b) {
  return comparison("ops::less", a, b, [](float x, float y) { return x < y; });
}

Tensor less_equal(const Tensor& a, const Tensor& b) {
  return comparison("ops::less_equal", a, b, [](float x, float y) { return x <= y; });
}

Tensor greater(const Tensor& a, const Tensor& b) {
  return comparison("ops::greater", a, b, [](float x, float y) { return x > y; });
}

Tensor greater_equal(const Tensor& a, const Tensor& b) {
  return comparison("ops::greater_equal", a, b, [](float x, float y) { return x >= y; });
}

Tensor logical_and(const Tensor& a, const Tensor& b) {
  return comparison("ops::logical_and", a, b,
                    [](float x, float y) { return x != 0.0f && y != 0.0f; });
}

Tensor logical_or(const Tensor& a, const Tensor& b) {
  return comparison("ops::logical_or", a, b,
                    [](float x, float y) { return x != 0.0f || y != 0.0f; });
}

Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b) {
  constexpr const char* kWho = "ops::where";
  for (const Tensor* input : {&condition, &a, &b}) check_defined(kWho, *input);
  const Shape shape = broadcast(condition.shape(), broadcast(a.shape(), b.shape(), kWho), kWho);
  Tensor result = TensorAccess::uninitialized(shape);
  kernels::map<kCheap>(kernels::Broadcast<3>(shape, {&condition.shape(), &a.shape(), &b.shape()}),
                       {condition.data(), a.data(), b.data()}, TensorAccess::data(result),
                       [](float c, float x, float y) { return c != 0.0f ? x : y; });
  return autodiff::record(
      kWho, std::move(result), {condition, a, b},
      [condition, a_shape = a.shape(), b_shape = b.shape()](const Tensor& gradient,
                                                            InputGradients& inputs) {
        const auto taken = [](float c, float g) { return c != 0.0f ? g : 0.0f; };
        const auto left = [](float c, float g) { return c != 0.0f ? 0.0f : g; };
        if (inputs.wanted(1))
          inputs.add(1, sum_to(mapped<kCheap>(kWho, condition, gradient, taken), a_shape));
        if (inputs.wanted(2))
          inputs.add(2, sum_to(mapped<kCheap>(kWho, condition, gradient, left), b_shape));
      });
}

Tensor prelu(const Tensor& x, const Tensor& alpha) {
  constexpr const char* kWho = "ops::prelu";
  check_defined(kWho, x);
  check_defined(kWho, alpha);
  check<ShapeError>(broadcast(x.shape(), alpha.shape(), kWho) == x.shape(), kWho,
                    "alpha must broadcast to x's shape, {}. Received: shape={}.", x.shape(),
                    alpha.shape());
  return binary<kCheap>(
      kWho, x, alpha, [](float v, float slope) { return v < 0.0f ? slope * v : v; },
      std::pair([](float g, float v,
                   float slope) { return v > 0.0f ? g : (v < 0.0f ? slope * g : 0.0f); },
                [](float g, float v, float) { return v < 0.0f ? g * v : 0.0f; }));
}

}  // namespace ops
}  // namespace strata
