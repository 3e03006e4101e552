// What tests say about errors and tensors.
#pragma once

#include <gmock/gmock.h>

#include <cmath>
#include <exception>
#include <ostream>
#include <string>

#include "strata/core/errors.hpp"
#include "strata/tensor/tensor.hpp"

namespace strata {

/// How GoogleTest prints them.
inline void PrintTo(const Tensor& tensor, std::ostream* out) { *out << to_string(tensor); }
inline void PrintTo(const Shape& shape, std::ostream* out) { *out << to_string(shape); }

namespace testing {

/// Matches a callable that raises an error with exactly this text:
/// `EXPECT_THAT([] { layers::Dense({.units = -3}); }, Raises("Dense: units must …"))`.
inline auto Raises(const std::string& text) {
  return ::testing::Throws<std::exception>(
      ::testing::Property(&std::exception::what, ::testing::StrEq(text)));
}

/// The same, of one error class: `Raises<ShapeError>("…")`.
template <class Error>
auto Raises(const std::string& text) {
  return ::testing::Throws<Error>(::testing::Property(&Error::what, ::testing::StrEq(text)));
}

/// The largest difference of two tensors of the same shape, relative to the largest element of
/// `expected` (but to no less than 1e-3); infinite where the shapes differ or something is NaN.
inline double relative_gap(const Tensor& actual, const Tensor& expected) {
  if (!actual.defined() || !expected.defined() || !(actual.shape() == expected.shape()))
    return INFINITY;
  double largest = 1e-3;
  double gap = 0.0;
  for (std::size_t i = 0; i < expected.values().size(); ++i) {
    const double a = actual.values()[i];
    const double e = expected.values()[i];
    if (std::isnan(a) || std::isnan(e)) return INFINITY;
    if (a == e) continue;
    largest = std::max(largest, std::abs(e));
    gap = std::max(gap, std::abs(a - e));
  }
  return gap / largest;
}

/// `EXPECT_THAT(actual, IsClose(expected))`: the relative gap is at most `tolerance`.
MATCHER_P2(IsClose, expected, tolerance,
           "is " + to_string(Tensor(expected)) + " within " + ::testing::PrintToString(tolerance)) {
  *result_listener << "which is " << to_string(Tensor(arg));
  return relative_gap(arg, expected) <= tolerance;
}
inline auto IsClose(const Tensor& expected) { return IsClose(expected, 1e-5); }

}  // namespace testing
}  // namespace strata
