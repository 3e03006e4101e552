// Decimal numbers are read from text independently of the locale.
#include "core/decimal.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

namespace strata::testing {
namespace {

TEST(ParseDecimal, ReadsJsonsNumbers) {
  EXPECT_EQ(parse_decimal("0.25"), 0.25);
  EXPECT_EQ(parse_decimal("-1e-3"), -1e-3);
  EXPECT_EQ(parse_decimal("1E+2"), 100.0);
  EXPECT_EQ(parse_decimal("123456789012345678901234567890"), 1.2345678901234568e29);
  EXPECT_EQ(parse_decimal("0.1"), 0.1);
  EXPECT_EQ(parse_decimal("5e-324"), 5e-324);
}

TEST(ParseDecimal, TakesTooSmallOnesAsZero) {
  for (const char* text : {"1e-400", "0.00001e-330", "1e-99999999999999999999", "123.5e-9999"})
    EXPECT_EQ(parse_decimal(text), 0.0) << text;
  const auto negative = parse_decimal("-1e-400");
  ASSERT_TRUE(negative.has_value());
  EXPECT_TRUE(*negative == 0.0 && std::signbit(*negative));
  EXPECT_EQ(parse_decimal("0." + std::string(400, '0') + "1"), 0.0);
}

TEST(ParseDecimal, HasNothingForTooLargeOnes) {
  for (const char* text : {"1e400", "-0.00001e400", "1e99999999999999999999", "123e307"})
    EXPECT_FALSE(parse_decimal(text).has_value()) << text;
  EXPECT_FALSE(parse_decimal("1" + std::string(400, '0')).has_value());
}

TEST(ParseDecimal, RefusesWhatIsNoNumber) {
  for (const char* text : {"", "x", "1,5", "1.5x", " 1", "1 ", "--1"})
    EXPECT_FALSE(parse_decimal(text).has_value()) << text;
}

}  // namespace
}  // namespace strata::testing
