// Functions without branches or calls, so that loops over them are vectorized for any vector
// length, and a result does not depend on the element's position in a vector. They are within three
// units in the last place of the exact value, for subnormal values too. Except for exp and tanh,
// the polynomials are the best ones of their degree over their range, found by reweighted least
// squares.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

namespace strata::kernels {

/// The larger of two floats or vectors of floats; NaN if either is. (`||` would be a branch.)
template <class Value>
inline Value larger(const Value& a, const Value& b) {
  return ((a > b) | (a != a)) ? a : b;  // NOLINT(misc-redundant-expression): NaN
}
template <class Value>
inline Value smaller(const Value& a, const Value& b) {
  return ((a < b) | (a != a)) ? a : b;  // NOLINT(misc-redundant-expression): NaN
}

/// To the nearest whole number, halves to the even one: from 2^23 on, floats have no fraction.
inline float round_to_even(float x) {
  constexpr float kWhole = 8388608.0f;
  const float size = std::abs(x);
  return size < kWhole ? std::copysign((size + kWhole) - kWhole, x) : x;
}

/// leading * x^n + … by Horner's scheme, coefficients from the highest power down.
template <class Number, class... Rest>
[[gnu::always_inline]] inline Number polynomial(Number x, Number leading, Rest... rest) {
  ((leading = leading * x + rest), ...);
  return leading;
}

/// 2^k for whole k in [-126, 127].
inline float power_of_two(std::int32_t k) { return std::bit_cast<float>((k + 127) << 23); }

/// exp(x), subnormal results included. Cephes' expf: x = n ln 2 + r, exp(x) = 2^n exp(r).
inline float exp(float x) {
  constexpr float kRound = 12582912.0f;  // 1.5 * 2^23: adding it rounds to a whole number
  float c = x < 89.0f ? x : 89.0f;       // beyond, the result is infinite
  c = c > -104.0f ? c : -104.0f;         // or 0
  const float n = (c * 1.44269504f + kRound) - kRound;
  const float r = (c - n * 0.693359375f) + n * 2.12194440e-4f;  // ln 2 in two parts
  float p = polynomial(r, 1.9875691500e-4f, 1.3981999507e-3f, 8.3334519073e-3f, 4.1665795894e-2f,
                       1.6666665459e-1f, 5.0000001201e-1f);
  p = (p * r * r + r) + 1.0f;
  const auto whole = static_cast<std::int32_t>(n);  // in two steps: 2^n itself may not be normal
  const std::int32_t half = whole >> 1;
  const float y = p * power_of_two(half) * power_of_two(whole - half);
  return x != x ? x : y;
}

/// Computed from exp(-|x|), which never overflows.
inline float sigmoid(float x) {
  const float e = exp(-std::abs(x));
  return (x < 0.0f ? e : 1.0f) / (1.0f + e);
}

/// Near 0 Cephes' polynomial, elsewhere 1 - 2 / (exp(2|x|) + 1).
inline float tanh(float x) {
  const float size = std::abs(x);
  const float s = x * x;
  const float p = polynomial(s, -5.70498872745e-3f, 2.06390887954e-2f, -5.37397155531e-2f,
                             1.33314422036e-1f, -3.33332819422e-1f);
  const float near = p * s * x + x;
  const float far = 1.0f - 2.0f / (exp(2.0f * size) + 1.0f);
  return std::copysign(size < 0.625f ? near : far, x);
}

/// exp(x) - 1. With x = n ln 2 + r as in exp, it is 2^n (exp(r) - 1) + (2^n - 1). Both terms are
/// computed halved, so that 2^n itself need not be finite.
inline float expm1(float x) {
  constexpr float kRound = 12582912.0f;
  float c = x < 89.0f ? x : 89.0f;
  c = c > -18.0f ? c : -18.0f;  // for smaller x the result is -1
  const float n = (c * 1.44269504f + kRound) - kRound;
  const float r = (c - n * 0.693359375f) + n * 2.12194440e-4f;
  float p = polynomial(r, 1.991419849e-4f, 1.394102816e-3f, 8.333273232e-3f, 4.166635498e-2f,
                       1.666666716e-1f, 5.000000000e-1f);
  p = p * r * r + r;
  const float half = power_of_two(static_cast<std::int32_t>(n) - 1);
  const float y = 2.0f * (half * p + (half - 0.5f));
  return x != x ? x : std::copysign(y, x);
}

/// A positive float as m 2^k with m in [sqrt(1/2), sqrt(2)). Undefined for 0 and for values that
/// are not finite.
struct Magnitude {
  float m;
  std::int32_t k;

  explicit Magnitude(float x) {
    constexpr std::uint32_t kRootHalf = 0x3f3504f3U;
    constexpr float kLeastNormal = 1.17549435e-38f;
    const bool subnormal = x < kLeastNormal;
    const auto bits = std::bit_cast<std::uint32_t>(subnormal ? x * 8388608.0f : x) -
                      kRootHalf;  // the factor is 2^23
    m = std::bit_cast<float>((bits & 0x7fffffU) + kRootHalf);
    k = (static_cast<std::int32_t>(bits) >> 23) - (subnormal ? 23 : 0);
  }
};

/// Natural logarithm: k ln 2 + log(1 + f).
inline float log(float x) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const Magnitude size(x);
  const float f = size.m - 1.0f;
  const auto k = static_cast<float>(size.k);
  const float p = polynomial(f, 6.746651977e-2f, -1.167567074e-1f, 1.188816726e-1f,
                             -1.240558624e-1f, 1.421955079e-1f, -1.666799635e-1f, 2.000211924e-1f,
                             -2.500000894e-1f, 3.333331347e-1f);
  const float s = f * f;
  const float tail = p * f * s - k * 2.12194440e-4f;  // ln 2 in two parts
  const float y = k * 0.693359375f + (f + (tail - 0.5f * s));
  const float beyond =
      x == 0.0f ? -kInfinity : (x == kInfinity ? x : std::numeric_limits<float>::quiet_NaN());
  return ((x > 0.0f) & (x < kInfinity)) ? y : beyond;
}

/// log(1 + x). The rounding error of 1 + x is corrected with the derivative, 1 / (1 + x).
inline float log1p(float x) {
  const float u = 1.0f + x;
  const float added = u - 1.0f;
  const float lost = (1.0f - (u - added)) + (x - added);
  const bool counts = (u > 0.0f) & (x < 1e9f);
  const float y = log(u) + (counts ? lost : 0.0f) / (counts ? u : 1.0f);
  return x == 0.0f ? x : y;  // keeps the sign of zero
}

/// log(1 + exp(x)) = max(x, 0) + log(1 + e) with e = exp(-|x|), where log(1 + e) = 2 atanh(s) with
/// s = e / (2 + e).
inline float softplus(float x) {
  const float e = exp(-std::abs(x));
  const float s = e / (2.0f + e);
  const float z = s * s;
  const float p = polynomial(z, 1.215049997e-1f, 1.071382090e-1f, 1.430844367e-1f, 1.999943852e-1f,
                             3.333333731e-1f);
  return (x > 0.0f ? x : 0.0f) + (e - s * (e - 2.0f * z * p));
}

/// erf(x), and exp(-x^2), the main factor of its derivative.
struct ErrorFunction {
  float value;
  float bell;

  /// Near 0 a polynomial, elsewhere 1 - exp(-x^2) p(t) with t = 1 / (1 + 0.4 |x|).
  explicit ErrorFunction(float x) {
    const float size = std::abs(x);
    const float z = x * x;
    float near = polynomial(z, 4.516140558e-03f, -2.664971910e-02f, 1.128105372e-01f,
                            -3.761251569e-01f, 1.283791512e-01f);
    near = near * x + x;
    bell = exp(-z);
    const float t = 1.0f / (1.0f + 0.4f * size);
    const float p = polynomial(t, -2.257784307e-1f, 8.158176541e-1f, -5.536969900e-1f,
                               6.320710182e-1f, 8.126323670e-2f, 2.523911595e-1f, -2.074248856e-3f);
    const float far = std::copysign(1.0f - bell * p, x);
    value = size < 0.6f ? near : far;
  }
};
inline float erf(float x) { return ErrorFunction(x).value; }

/// The largest |x| for which sin and cos reduce the angle accurately.
inline constexpr float kLargestAngle = 1048576.0f;

/// sin(x + quarters pi / 2) for |x| up to kLargestAngle: x = n pi / 2 + r, in double.
inline float sin_from(float x, std::int32_t quarters) {
  constexpr double kRound = 6755399441055744.0;  // 1.5 * 2^52
  const double angle = std::abs(x) <= kLargestAngle ? static_cast<double>(x) : 0.0;
  const double n = (angle * 0x1.45f306dc9c883p-1 + kRound) - kRound;
  const auto r =  // pi / 2 in two parts; the first has few enough bits that its products are exact
      static_cast<float>((angle - n * 0x1.921fb544p+0) - n * 0x1.0b4611a626331p-34);
  const std::int32_t quadrant = static_cast<std::int32_t>(n) + quarters;
  const float z = r * r;
  float s = polynomial(z, 2.718216820e-6f, -1.983932452e-4f, 8.333329111e-3f, -1.666666716e-1f);
  s = s * z * r + r;
  float c = polynomial(z, 2.443753328e-5f, -1.388735953e-3f, 4.166664556e-2f);
  c = c * z * z - 0.5f * z + 1.0f;
  const float y = (quadrant & 1) != 0 ? c : s;
  return (quadrant & 2) != 0 ? -y : y;
}
inline float sin(float x) {
  const float y = sin_from(x, 0);
  return x == 0.0f ? x : y;  // keeps the sign of zero
}
inline float cos(float x) { return sin_from(x, 1); }

/// log2 of a positive, finite number in double, within 2^-37, which is precise enough for any
/// exponent in `pow`.
inline double log2_in_double(float x) {
  const Magnitude size(x);
  const auto m = static_cast<double>(size.m);
  const double s = (m - 1.0) / (m + 1.0);
  const double z = s * s;
  const double p = polynomial(z, 0.3407389231542994, 0.411672188520312, 0.5770835949359197,
                              0.9617966732818356, 2.885390081790144);
  return p * s + static_cast<double>(size.k);
}

/// 2^t, rounded to float; the leading terms are added in double, so that whole powers are exact.
/// Undefined for NaN.
inline float exp2_of_double(double t) {
  constexpr double kRound = 6755399441055744.0;
  double c = t < 129.0 ? t : 129.0;  // for larger t the result is infinite
  c = c > -151.0 ? c : -151.0;       // for smaller t it is 0
  const double n = (c + kRound) - kRound;
  const double r = c - n;
  const auto short_r = static_cast<float>(r);
  const float small = polynomial(short_r, 1.531497401e-5f, 1.546713611e-4f, 1.333343098e-3f,
                                 9.618036449e-3f, 5.550410971e-2f, 2.402265072e-1f);
  const double sum = static_cast<double>(small) * r + 0.6931471805416216;
  const auto p = static_cast<float>(sum * r + 1.0);
  const auto whole = static_cast<std::int32_t>(n);
  const std::int32_t half = whole >> 1;
  return p * power_of_two(half) * power_of_two(whole - half);
}

/// x^y with the special cases of std::pow: a negative x has a result only for whole y, and the
/// result is 1 if y = 0 or x = 1, whatever the other is.
inline float pow(float x, float y) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const float size = std::abs(x);
  const float power = std::abs(y);
  const bool whole = round_to_even(power) == power;
  const bool half_whole = round_to_even(0.5f * power) == 0.5f * power;
  const std::uint32_t odd = (whole & !half_whole) ? 0x80000000U : 0U;
  const float inside = exp2_of_double(static_cast<double>(y) * log2_in_double(size));
  const float end = y > 0.0f ? size : 1.0f / size;  // the result for an x of 0, infinity or NaN
  const float positive = ((size > 0.0f) & (size < kInfinity)) ? inside : end;
  const float z = std::bit_cast<float>(std::bit_cast<std::uint32_t>(positive) |
                                       (std::bit_cast<std::uint32_t>(x) & odd));
  const bool undefined = ((x < 0.0f) & (x > -kInfinity) & !whole) | (y != y);
  const float defined = undefined ? std::numeric_limits<float>::quiet_NaN() : z;
  const bool is_one = (y == 0.0f) | (x == 1.0f) | ((size == 1.0f) & (power == kInfinity));
  return is_one ? 1.0f : defined;
}

}  // namespace strata::kernels
