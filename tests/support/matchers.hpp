// What tests say about errors and tensors.
#pragma once

#include <gmock/gmock.h>

#include <cmath>
#include <exception>
#include <ostream>
#include <string>
#include <utility>

#include "strata/core/errors.hpp"
#include "strata/tensor/tensor.hpp"

namespace strata {

/// How GoogleTest prints them.
inline void PrintTo(const Tensor& tensor, std::ostream* out) { *out << to_string(tensor); }
inline void PrintTo(const Shape& shape, std::ostream* out) { *out << to_string(shape); }

namespace testing {

/// What `Raises` expects of a callable. GoogleMock's own matchers are compiled anew for every
/// lambda, which took half of the time to compile the tests; this one compiles a call.
class RaisedError {
 public:
  enum class Text { whole, part };

  template <class Error>
  static RaisedError of(std::string text, Text compared) {
    return {std::move(text), compared, [](const std::exception* error) {
              return dynamic_cast<const Error*>(error) != nullptr;
            }};
  }

  /// Fails, with the callable's code, unless it raises such an error.
  template <class Call>
  ::testing::AssertionResult check(const char* code, const Call& call) const {
    return check(
        code, [](const void* callable) { (*static_cast<const Call*>(callable))(); },
        static_cast<const void*>(&call));
  }

 private:
  using IsOfClass = bool (*)(const std::exception*);
  RaisedError(std::string text, Text compared, IsOfClass is_of_class)
      : text_(std::move(text)), compared_(compared), is_of_class_(is_of_class) {}

  ::testing::AssertionResult check(const char* code, void (*call)(const void*),
                                   const void* callable) const;

  std::string text_;
  Text compared_;
  IsOfClass is_of_class_;
};

/// Matches a callable that raises an error with exactly this text:
/// `EXPECT_THAT([] { layers::Dense({.units = -3}); }, Raises("Dense: units must …"))`. Of one error
/// class: `Raises<ShapeError>("…")`.
template <class Error = std::exception>
RaisedError Raises(const std::string& text) {
  return RaisedError::of<Error>(text, RaisedError::Text::whole);
}

/// The same where the text holds this part; by default of InvalidArgument.
template <class Error = InvalidArgument>
RaisedError RaisesWith(const std::string& part) {
  return RaisedError::of<Error>(part, RaisedError::Text::part);
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

/// So EXPECT_THAT takes it like a matcher.
template <>
class testing::internal::PredicateFormatterFromMatcher<strata::testing::RaisedError> {
 public:
  explicit PredicateFormatterFromMatcher(strata::testing::RaisedError expected)
      : expected_(std::move(expected)) {}

  template <class Call>
  AssertionResult operator()(const char* code, const Call& call) const {
    return expected_.check(code, call);
  }

 private:
  strata::testing::RaisedError expected_;
};
