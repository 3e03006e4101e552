// Axes: round ticks that lie within.
#include "plots/axis.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace strata::plots {
namespace axis_test {
namespace {

std::vector<std::string> labels(const Axis& axis) {
  std::vector<std::string> texts;
  for (const Tick& tick : axis.ticks) texts.push_back(tick.label);
  return texts;
}

using ::testing::ElementsAre;

TEST(Axis, HasRoundTicksFromEndToEnd) {
  const Axis axis = linear_axis(0.03, 0.97);
  EXPECT_THAT(labels(axis), ElementsAre("0", "0.2", "0.4", "0.6", "0.8", "1"));
  EXPECT_EQ(axis.at(0.5), 0.5);
  EXPECT_THAT(labels(linear_axis(-3, 7)), ElementsAre("-4", "-2", "0", "2", "4", "6", "8"));
  EXPECT_THAT(labels(linear_axis(1.1, 4.9, true)), ElementsAre("2", "3", "4"));
}

TEST(Axis, OfASingleValueHasItInTheMiddle) {
  const Axis axis = linear_axis(0.01, 0.01);
  EXPECT_LT(axis.low, 0.01);
  EXPECT_GT(axis.high, 0.01);
  EXPECT_LT(linear_axis(-2, -2).low, -2.0);
  EXPECT_EQ(linear_axis(0, 0).low, 0.0);
  EXPECT_LT(linear_axis(0.3, 0.1 + 0.2).low, 0.2);  // not quite the same number
}

TEST(Axis, OfEpochsHasWholeTicks) {
  EXPECT_THAT(labels(whole_axis(1, 3)), ElementsAre("1", "2", "3"));
  EXPECT_THAT(labels(whole_axis(1, 20)), ElementsAre("1", "5", "10", "15", "20"));
  EXPECT_THAT(labels(whole_axis(1, 1)), ElementsAre("1"));
}

TEST(Axis, OfPowersIsEven) {
  const Axis axis = logarithmic_axis(0.001, 10.0);
  EXPECT_THAT(labels(axis), ElementsAre("0.001", "0.01", "0.1", "1", "10"));
  EXPECT_NEAR(axis.at(0.1), 0.5, 1e-12);
  EXPECT_THAT(labels(logarithmic_axis(0.2, 3.0)), ElementsAre("0.2", "0.5", "1", "2"));
  EXPECT_FALSE(logarithmic_axis(1e-30, 1e30).ticks.empty());
  EXPECT_LT(logarithmic_axis(1e-30, 1e30).ticks.size(), 12U);
  EXPECT_NEAR(logarithmic_axis(1e-300, 1e300).at(1.0), 0.5, 1e-9);
}

}  // namespace
}  // namespace axis_test
}  // namespace strata::plots
