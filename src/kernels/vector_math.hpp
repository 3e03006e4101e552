// Functions without branches or calls, so that loops over them are vectorized for whatever vectors
// there are. exp and its kin are within three units in the last place of the exact value.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

namespace strata::kernels {

/// The larger one, of floats or vectors of them; NaN if one is. (`||` would be a branch.)
template <class Value>
inline Value larger(const Value& a, const Value& b) {
  return ((a > b) | (a != a)) ? a : b;
}
template <class Value>
inline Value smaller(const Value& a, const Value& b) {
  return ((a < b) | (a != a)) ? a : b;
}

/// To the nearest whole number, halves to the even one: from 2^23 on, floats have no fraction.
inline float round_to_even(float x) {
  constexpr float kWhole = 8388608.0f;
  const float size = std::abs(x);
  return size < kWhole ? std::copysign((size + kWhole) - kWhole, x) : x;
}

/// 2^k for whole k in [-126, 127].
inline float power_of_two(std::int32_t k) { return std::bit_cast<float>((k + 127) << 23); }

/// exp(x), denormal outcomes included. Cephes' expf: x = n ln 2 + r, exp(x) = 2^n exp(r).
inline float exp(float x) {
  constexpr float kRound = 12582912.0f;  // 1.5 * 2^23: adding it rounds to a whole number
  float c = x < 89.0f ? x : 89.0f;       // beyond, the outcome is infinite
  c = c > -104.0f ? c : -104.0f;         // or 0
  const float n = (c * 1.44269504f + kRound) - kRound;
  const float r = (c - n * 0.693359375f) + n * 2.12194440e-4f;  // ln 2 in two parts
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = (p * r * r + r) + 1.0f;
  const auto whole = static_cast<std::int32_t>(n);  // in two steps: 2^n itself may not be normal
  const std::int32_t half = whole >> 1;
  const float y = p * power_of_two(half) * power_of_two(whole - half);
  return x != x ? x : y;
}

inline float sigmoid(float x) { return 1.0f / (1.0f + exp(-x)); }

/// Near 0 Cephes' polynomial, elsewhere 1 - 2 / (exp(2|x|) + 1).
inline float tanh(float x) {
  const float size = std::abs(x);
  const float s = x * x;
  float p = -5.70498872745e-3f;
  p = p * s + 2.06390887954e-2f;
  p = p * s - 5.37397155531e-2f;
  p = p * s + 1.33314422036e-1f;
  p = p * s - 3.33332819422e-1f;
  const float near = p * s * x + x;
  const float far = std::copysign(1.0f - 2.0f / (exp(2.0f * size) + 1.0f), x);
  return size < 0.625f ? near : far;
}

}  // namespace strata::kernels
