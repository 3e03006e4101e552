// Charts: lines, stacked areas, bars, histograms and maps, drawn as SVG.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "plots/figure.hpp"

namespace strata::plots {

/// How many colors there are for series; the style sheet has them.
inline constexpr int kColors = 8;
/// The color of text, for a line across areas.
inline constexpr int kInk = kColors;

struct Point {
  double x;
  double y;
  double error = 0.0;  ///< Half the length of a bar around the point; 0: none.
};

struct Series {
  std::string name;
  std::vector<Point> points = {};  ///< By x. Gaps where y isn't finite are bridged.
  int color = 0;
  bool dashed = false;
};

/// A vertical line with words beside it.
struct Mark {
  double x;
  std::string label;
};

struct LineChart {
  std::string title;
  std::string description = {};
  std::string x_label = "epoch";
  std::string y_label = {};
  std::vector<Series> areas = {};  ///< Stacked, the first at the bottom.
  std::vector<Series> lines = {};
  std::vector<Mark> marks = {};
  bool whole_x = true;              ///< Whether x are whole numbers.
  bool logarithmic_x = false;       ///< With 0, if there is one, half a decade before the smallest.
  bool from_zero = false;           ///< Whether the axis of y begins at 0.
  bool shares = false;              ///< Whether y are shares of 1.
  bool may_be_logarithmic = false;  ///< y, where positive numbers differ by a factor of over 50.
};

/// The table has a row for each x and a column for each series.
Figure draw(const LineChart& chart);

struct Bar {
  std::string label;
  double share;      ///< From 0 to 1.
  std::string text;  ///< Beside the bar.
};

struct BarChart {
  std::string title;
  std::string description = {};
  std::string label_column;
  std::string text_column;
  std::vector<Bar> bars = {};
};

Figure draw(const BarChart& chart);

/// How often numbers lie in each of bins of equal width; exact zeros are counted apart.
struct Histogram {
  double low = 0.0;
  double high = 0.0;
  std::vector<std::int64_t> counts = {};
  std::int64_t zeros = 0;
  std::int64_t total = 0;  ///< With zeros and with what isn't finite.
};

/// Of these numbers, in so many bins from the smallest to the largest that isn't 0.
Histogram histogram_of(const float* values, std::int64_t count, int bins);

struct HistogramChart {
  std::string title;
  std::string description = {};
  std::optional<Histogram> start = {};
  Histogram end;
};

Figure draw(const HistogramChart& chart);

struct Map {
  std::string label;
  std::vector<double> values;  ///< Rows by columns.
};

struct MapChart {
  std::string title;
  std::string description = {};
  std::int64_t rows;
  std::int64_t columns;
  std::vector<Map> maps = {};
  bool diverging = false;  ///< Two colors with 0 between them, or one from 0 on.
};

/// All maps have one scale. The table has the extremes of each map.
Figure draw(const MapChart& chart);

}  // namespace strata::plots
