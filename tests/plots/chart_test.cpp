// Charts: what is drawn where, and the numbers beside it.
#include "plots/chart.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace strata::plots {
namespace chart_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

TEST(LineChart, DrawsLinesPointsAndAxes) {
  const Figure figure = draw(LineChart{
      .title = "loss",
      .lines = {{.name = "a<b", .points = {{1, 0.0}, {2, 1.0}}, .color = 0},
                {.name = "val", .points = {{1, 1.0}, {2, 0.5}}, .color = 1, .dashed = true}}});
  // From the left edge at the bottom to the right edge at the top.
  EXPECT_THAT(figure.drawing, HasSubstr("<path d=\"M62,248L706,28\" class=\"line s0\"/>"));
  EXPECT_THAT(figure.drawing, HasSubstr("<path d=\"M62,28L706,138\" class=\"line s1 dashed\"/>"));
  EXPECT_THAT(figure.drawing, HasSubstr(">a&lt;b</text>"));
  EXPECT_THAT(figure.drawing, HasSubstr("class=\"dot s1\""));
  EXPECT_THAT(figure.table.columns, ElementsAre("epoch", "a<b", "val"));
  EXPECT_THAT(figure.table.rows,
              ElementsAre(ElementsAre("1", "0", "1"), ElementsAre("2", "1", "0.5")));
}

TEST(LineChart, StacksAreas) {
  const Figure figure =
      draw(LineChart{.title = "loss",
                     .areas = {{.name = "data", .points = {{1, 1.0}, {2, 1.0}}, .color = 0},
                               {.name = "kernel", .points = {{1, 1.0}, {2, 0.0}}, .color = 1}}});
  EXPECT_THAT(figure.drawing, HasSubstr("\"M62,138L706,138L706,248L62,248Z\" class=\"area s0\""));
  EXPECT_THAT(figure.drawing, HasSubstr("\"M62,28L706,138L706,138L62,138Z\" class=\"area s1\""));
}

TEST(LineChart, BridgesWhatIsMissing) {
  const Figure figure = draw(LineChart{
      .title = "loss", .lines = {{.name = "a", .points = {{1, 0.0}, {2, kNaN}, {3, 1.0}}}}});
  EXPECT_THAT(figure.drawing, HasSubstr("\"M62,248L706,28\""));
  EXPECT_THAT(figure.drawing, Not(HasSubstr("nan")));
  EXPECT_EQ(figure.table.rows[1][1], "");
}

TEST(LineChart, DrawsWhateverComes) {
  const double inf = std::numeric_limits<double>::infinity();
  for (const std::vector<Point>& points : {std::vector<Point>{},
                                           {{1, kNaN}},
                                           {{1, inf}, {2, -inf}},
                                           {{1, 5.0}},
                                           {{1, 1e300}, {2, -1e300}},
                                           {{0, 1.0}},
                                           {{1, 1e-320}, {2, 1e300}}}) {
    for (const bool logarithmic : {false, true}) {
      const Figure figure = draw(LineChart{.title = "t",
                                           .areas = {{.name = "b", .points = points}},
                                           .lines = {{.name = "a", .points = points}},
                                           .whole_x = !logarithmic,
                                           .logarithmic_x = logarithmic,
                                           .may_be_logarithmic = logarithmic});
      EXPECT_THAT(figure.drawing, Not(HasSubstr("\"nan"))) << points.size();
      EXPECT_THAT(figure.drawing, Not(HasSubstr(",nan"))) << points.size();
      EXPECT_THAT(figure.drawing, Not(HasSubstr("inf"))) << points.size();
    }
  }
}

TEST(LineChart, PutsAFactorOfZeroBeforeTheSmallest) {
  const Figure figure = draw(
      LineChart{.title = "path",
                .x_label = "factor",
                .lines = {{.name = "a", .points = {{0, 1.0, 0.25}, {0.1, 2.0, 0.5}, {1, 3.0}}}},
                .marks = {{0.1, "lowest: 0.1"}},
                .whole_x = false,
                .logarithmic_x = true});
  EXPECT_THAT(figure.drawing, HasSubstr(">0</text>"));
  EXPECT_THAT(figure.drawing, HasSubstr("class=\"error s0\""));
  EXPECT_THAT(figure.drawing, HasSubstr(">lowest: 0.1</text>"));
  EXPECT_THAT(figure.table.columns, ElementsAre("factor", "a", "standard error"));
  EXPECT_THAT(figure.table.rows[0], ElementsAre("0", "1", "0.25"));
}

TEST(LineChart, StaysSmallOverManyEpochs) {
  Series series{.name = "a"};
  for (int i = 1; i <= 100000; ++i) series.points.push_back({static_cast<double>(i), 1.0 / i});
  const Figure figure = draw(LineChart{.title = "loss", .lines = {series}});
  EXPECT_LT(figure.drawing.size(), 10000U);
  EXPECT_LE(figure.table.rows.size(), 1001U);
  EXPECT_EQ(figure.table.rows.back()[0], "1e+05");
}

TEST(BarChart, DrawsShares) {
  const Figure figure =
      draw(BarChart{.title = "zeros",
                    .label_column = "weight",
                    .text_column = "exactly 0",
                    .bars = {{"dense/kernel", 0.5, "5 of 10"}, {"bias", 0.0, "0 of 1"}}});
  EXPECT_THAT(figure.drawing,
              HasSubstr("<rect x=\"220\" y=\"8\" width=\"165\" height=\"16\" class=\"area s0\"/>"));
  EXPECT_THAT(figure.table.rows[0], ElementsAre("dense/kernel", "5 of 10", "50 %"));
}

TEST(Histogram, CountsZerosApart) {
  const std::vector<float> values = {0, 0, -1, 1, 0.9f, std::numeric_limits<float>::quiet_NaN()};
  const Histogram histogram = histogram_of(values.data(), 6, 4);
  EXPECT_THAT(histogram.counts, ElementsAre(1, 0, 0, 2));
  EXPECT_EQ(histogram.zeros, 2);
  EXPECT_EQ(histogram.total, 6);
  EXPECT_EQ(histogram.low, -1.0);
  EXPECT_EQ(histogram.high, 1.0);
  const std::vector<float> zeros = {0, 0};
  EXPECT_TRUE(histogram_of(zeros.data(), 2, 4).counts.empty());
}

TEST(HistogramChart, ShowsStartAndEndOnOneScale) {
  const std::vector<float> before = {-1, 1, 0, 0};
  const std::vector<float> after = {-2, 2, 0, 0, 0, 0};
  const Figure figure = draw(HistogramChart{.title = "kernel",
                                            .start = histogram_of(before.data(), 4, 256),
                                            .end = histogram_of(after.data(), 6, 256)});
  EXPECT_THAT(figure.drawing, HasSubstr(">exactly 0: 4 of 6 (at the start: 2)<"));
  ASSERT_EQ(figure.table.rows.size(), 40U);
  EXPECT_THAT(figure.table.rows[0], ElementsAre("-2", "-1.9", "0 %", "16.67 %"));
  EXPECT_THAT(figure.table.rows[10], ElementsAre("-1", "-0.9", "25 %", "0 %"));
}

TEST(HistogramChart, OfZerosAloneIsEmpty) {
  const std::vector<float> zeros = {0, 0};
  const Histogram histogram = histogram_of(zeros.data(), 2, 256);
  EXPECT_THAT(draw(HistogramChart{.title = "b", .start = histogram, .end = histogram}).drawing,
              Not(HasSubstr("nan")));
}

TEST(MapChart, ColorsByOneScale) {
  const Figure figure =
      draw(MapChart{.title = "kernel",
                    .rows = 1,
                    .columns = 3,
                    .maps = {{"unit 0", {-1.0, 0.0, 0.0}}, {"unit 1", {0.5, 1.0, kNaN}}},
                    .diverging = true});
  for (const char* style : {"d0 cell", "d5 cell", "d8 cell", "d10 cell", "missing cell"})
    EXPECT_THAT(figure.drawing, HasSubstr(style));
  EXPECT_THAT(figure.drawing, HasSubstr(">unit 1</text>"));
  EXPECT_THAT(figure.table.rows[0], ElementsAre("unit 0", "-1", "0", "1", "2 of 3"));
  const Figure zeros =
      draw(MapChart{.title = "k", .rows = 2, .columns = 2, .maps = {{"m", {0, 0, 0, 0}}}});
  EXPECT_THAT(zeros.drawing, HasSubstr("q0 cell"));
}

}  // namespace
}  // namespace chart_test
}  // namespace strata::plots
