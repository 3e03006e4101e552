// PerAxis and Required: conversions that compile, and what they hold.
#include "strata/core/per_axis.hpp"

#include <gtest/gtest.h>

#include <concepts>

#include "strata/core/required.hpp"

namespace strata::testing {
namespace {

static_assert(std::convertible_to<int, PerAxis<2>>);
static_assert(!std::convertible_to<bool, PerAxis<2>>);
static_assert(!std::convertible_to<double, PerAxis<2>>);
static_assert(!std::default_initializable<PerAxis<2>>);
static_assert(!std::constructible_from<PerAxis<3>, int, int>);
static_assert(!std::default_initializable<Required<int>>);

TEST(PerAxis, OneNumberIsForAllAxes) {
  constexpr PerAxis<3> size = 4;
  EXPECT_EQ(size.values(), (std::array<int, 3>{4, 4, 4}));
}

TEST(PerAxis, OneNumberForEachAxis) {
  constexpr PerAxis<2> size = {3, 5};
  EXPECT_EQ(size[0], 3);
  EXPECT_EQ(size[1], 5);
}

TEST(OptionalPerAxis, LeftOutMeansTheOther) {
  EXPECT_EQ(OptionalPerAxis<2>().value_or({3, 5}), PerAxis<2>(3, 5));
  EXPECT_EQ(OptionalPerAxis<2>(2).value_or({3, 5}), PerAxis<2>(2, 2));
  EXPECT_FALSE(OptionalPerAxis<2>());
}

TEST(Required, IsItsValue) {
  const Required<int> units = 7;
  EXPECT_EQ(units + 1, 8);
  EXPECT_EQ(units.value(), 7);
}

}  // namespace
}  // namespace strata::testing
