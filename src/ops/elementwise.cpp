// The functions of two and three tensors in elementwise.hpp; those of one are in unary.cpp.
#include "strata/ops/elementwise.hpp"

#include <cmath>
#include <limits>

#include "kernels/map.hpp"
#include "kernels/vector_math.hpp"
#include "ops/sum_to.hpp"
#include "ops/unary.hpp"
#include "strata/autodiff/record.hpp"

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

template <class F>
Tensor mapped(const char* who, std::int64_t cost, const Tensor& a, const Tensor& b, F f) {
  check_defined(who, a);
  check_defined(who, b);
  Tensor result = TensorAccess::uninitialized(broadcast(a.shape(), b.shape(), who));
  kernels::map(kernels::Broadcast<2>(result.shape(), {&a.shape(), &b.shape()}), cost,
               {a.data(), b.data()}, TensorAccess::data(result), f);
  return result;
}

// `f(gradient, a, b)`, element by element, summed over what was broadcast to `shape`.
template <class F>
Tensor pulled_back(std::int64_t cost, const Tensor& gradient, const Tensor& a, const Tensor& b,
                   const Shape& shape, F f) {
  Tensor result = TensorAccess::uninitialized(gradient.shape());
  kernels::map(kernels::Broadcast<3>(gradient.shape(), {&gradient.shape(), &a.shape(), &b.shape()}),
               cost, {gradient.data(), a.data(), b.data()}, TensorAccess::data(result), f);
  return sum_to(result, shape);
}

/// `f(a, b)`; `by_a(g, a, b)` is `g * df/da`, and `by_b` likewise.
template <class F, class ByA, class ByB>
Tensor binary(const char* who, std::int64_t cost, const Tensor& a, const Tensor& b, F f, ByA by_a,
              ByB by_b) {
  return autodiff::record(who, mapped(who, cost, a, b, f), {a, b},
                          [a, b, cost, by_a, by_b](const Tensor& gradient, InputGradients& inputs) {
                            if (inputs.wanted(0))
                              inputs.add(0, pulled_back(cost, gradient, a, b, a.shape(), by_a));
                            if (inputs.wanted(1))
                              inputs.add(1, pulled_back(cost, gradient, a, b, b.shape(), by_b));
                          });
}

/// A comparison: 1 where `holds(a, b)`, else 0. A constant.
template <class F>
Tensor comparison(const char* who, const Tensor& a, const Tensor& b, F holds) {
  return mapped(who, kCheap, a, b, [holds](float x, float y) { return holds(x, y) ? 1.0f : 0.0f; });
}

// `x`, if `other` is followed, whose gradient needs it; else nothing, so that it can be let go.
Tensor kept_for(const Tensor& other, const Tensor& x) {
  const Tensor* const input = &other;
  return autodiff::recording({&input, 1}) ? x : Tensor();
}

// The larger one takes the gradient; equals share it.
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
      "ops::add", mapped("ops::add", kCheap, a, b, [](float x, float y) { return x + y; }), {a, b},
      [a_shape = a.shape(), b_shape = b.shape()](const Tensor& gradient, InputGradients& inputs) {
        if (inputs.wanted(0)) inputs.add(0, sum_to(gradient, a_shape));
        if (inputs.wanted(1)) inputs.add(1, sum_to(gradient, b_shape));
      });
}

Tensor subtract(const Tensor& a, const Tensor& b) {
  return autodiff::record(
      "ops::subtract",
      mapped("ops::subtract", kCheap, a, b, [](float x, float y) { return x - y; }), {a, b},
      [a_shape = a.shape(), b_shape = b.shape()](const Tensor& gradient, InputGradients& inputs) {
        if (inputs.wanted(0)) inputs.add(0, sum_to(gradient, a_shape));
        if (inputs.wanted(1)) inputs.add(1, negative(sum_to(gradient, b_shape)));
      });
}

Tensor multiply(const Tensor& a, const Tensor& b) {
  constexpr const char* kWho = "ops::multiply";
  const auto product = [](float x, float y) { return x * y; };
  return autodiff::record(
      kWho, mapped(kWho, kCheap, a, b, product), {a, b},
      [=, a = kept_for(b, a), b = kept_for(a, b), a_shape = a.shape(), b_shape = b.shape()](
          const Tensor& gradient, InputGradients& inputs) {
        if (inputs.wanted(0))
          inputs.add(0, sum_to(mapped(kWho, kCheap, gradient, b, product), a_shape));
        if (inputs.wanted(1))
          inputs.add(1, sum_to(mapped(kWho, kCheap, gradient, a, product), b_shape));
      });
}

// d/da = 1/b,   d/db = -a/b^2
Tensor divide(const Tensor& a, const Tensor& b) {
  constexpr const char* kWho = "ops::divide";
  const auto quotient = [](float x, float y) { return x / y; };
  return autodiff::record(
      kWho, mapped(kWho, kCheap, a, b, quotient), {a, b},
      [=, a = kept_for(b, a), a_shape = a.shape()](const Tensor& gradient, InputGradients& inputs) {
        if (inputs.wanted(0))
          inputs.add(0, sum_to(mapped(kWho, kCheap, gradient, b, quotient), a_shape));
        if (inputs.wanted(1)) {
          inputs.add(1, pulled_back(kCheap, gradient, a, b, b.shape(),
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
  return binary(
      kPowerName, kPower, base, exponent, [](float x, float y) { return kernels::pow(x, y); },
      [](float g, float x, float y) {
        const float slope = y * kernels::pow(x, y - 1.0f);
        return g * (y == 0.0f ? 0.0f : slope);
      },
      [](float g, float x, float y) {
        const float slope = kernels::pow(x, y) * kernels::log(x);
        return g * (x == 0.0f ? 0.0f : slope);
      });
}

Tensor maximum(const Tensor& a, const Tensor& b) {
  return binary(
      "ops::maximum", kCheap, a, b, [](float x, float y) { return kernels::larger(x, y); },
      [](float g, float x, float y) { return share(g, x, y); },
      [](float g, float x, float y) { return share(g, y, x); });
}

Tensor minimum(const Tensor& a, const Tensor& b) {
  return binary(
      "ops::minimum", kCheap, a, b, [](float x, float y) { return kernels::smaller(x, y); },
      [](float g, float x, float y) { return share(g, -x, -y); },
      [](float g, float x, float y) { return share(g, -y, -x); });
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
  kernels::map(kernels::Broadcast<3>(shape, {&condition.shape(), &a.shape(), &b.shape()}), kCheap,
               {condition.data(), a.data(), b.data()}, TensorAccess::data(result),
               [](float c, float x, float y) { return c != 0.0f ? x : y; });
  return autodiff::record(
      kWho, std::move(result), {condition, a, b},
      [condition, a_shape = a.shape(), b_shape = b.shape()](const Tensor& gradient,
                                                            InputGradients& inputs) {
        const auto taken = [](float c, float g) { return c != 0.0f ? g : 0.0f; };
        const auto left = [](float c, float g) { return c != 0.0f ? 0.0f : g; };
        if (inputs.wanted(1))
          inputs.add(1, sum_to(mapped(kWho, kCheap, condition, gradient, taken), a_shape));
        if (inputs.wanted(2))
          inputs.add(2, sum_to(mapped(kWho, kCheap, condition, gradient, left), b_shape));
      });
}

}  // namespace ops
}  // namespace strata
