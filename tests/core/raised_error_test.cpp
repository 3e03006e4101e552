// The matcher of errors that all tests use: what it takes and what it refuses.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "strata/core/errors.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace {

using ::testing::HasSubstr;

const auto kNothing = [] {};
const auto kRaise = [] { throw ShapeError("Dense: the rule. Received: 3."); };

template <class Call>
::testing::AssertionResult check(const RaisedError& expected, const Call& call) {
  return expected.check("code", call);
}

TEST(RaisedError, TakesTheWholeTextOfAnyClassOrOfOne) {
  EXPECT_THAT(kRaise, Raises("Dense: the rule. Received: 3."));
  EXPECT_THAT(kRaise, Raises<ShapeError>("Dense: the rule. Received: 3."));
  EXPECT_THAT(kRaise, Raises<InvalidArgument>("Dense: the rule. Received: 3."));  // its base
  EXPECT_THAT(kRaise, RaisesWith("the rule"));
}

TEST(RaisedError, RefusesAnotherTextAnotherClassAndNoError) {
  EXPECT_FALSE(check(Raises("Dense: the rule"), kRaise));
  EXPECT_FALSE(check(Raises<IoError>("Dense: the rule. Received: 3."), kRaise));
  EXPECT_FALSE(check(RaisesWith<ShapeError>("another rule"), kRaise));
  EXPECT_FALSE(check(RaisesWith<IoError>("the rule"), kRaise));
  EXPECT_FALSE(check(Raises(""), kNothing));
  EXPECT_FALSE(check(RaisesWith(""), [] { throw std::runtime_error("the rule"); }));
  EXPECT_FALSE(check(Raises(""), [] { throw 3; }));
}

TEST(RaisedError, SaysWhatWasRaised) {
  EXPECT_THAT(
      check(Raises("other"), kRaise).message(),
      HasSubstr("text is: other\n  Actual: raised an error: Dense: the rule. Received: 3."));
  EXPECT_THAT(check(Raises("other"), kNothing).message(), HasSubstr("raised nothing"));
}

}  // namespace
}  // namespace strata::testing
