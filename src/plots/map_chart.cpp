// Maps: numbers that lie in rows and columns, each as a colored square.
#include <algorithm>
#include <cmath>
#include <map>

#include "plots/chart.hpp"
#include "plots/svg.hpp"

namespace strata::plots {
namespace {

constexpr int kMapsWidth = 720;
constexpr int kSteps = 5;      // of color on each side of 0
constexpr int kStrengths = 8;  // of one color, from 0 on
constexpr double kMapGap = 12.0;
constexpr double kMapLabel = 18.0;
constexpr double kScaleHeight = 34.0;

double largest(const MapChart& chart) {
  double most = 0.0;
  for (const Map& map : chart.maps) {
    for (const double value : map.values) {
      if (std::isfinite(value)) most = std::max(most, std::abs(value));
    }
  }
  return most;
}

// The style of a square: d0 to d10 with d5 at 0, or q0 to q8.
std::string color_of(double value, double most, bool diverging) {
  if (!std::isfinite(value)) return "missing";
  const double share = most > 0.0 ? value / most : 0.0;
  if (!diverging) return fmt::format("q{}", std::lround(kStrengths * std::max(share, 0.0)));
  return fmt::format("d{}", kSteps + std::lround(kSteps * share));
}

// Squares side by side of one color are one rectangle, and all of a color one path.
void draw_map(Svg& svg, const MapChart& chart, const Map& map, double x, double y, double side,
              double most) {
  std::map<std::string, std::string> paths;
  const auto columns = static_cast<std::size_t>(chart.columns);
  const std::string height = at(side);
  for (std::size_t row = 0; row < static_cast<std::size_t>(chart.rows); ++row) {
    for (std::size_t from = 0; from < columns;) {
      const auto color = [&](std::size_t column) {
        return color_of(map.values[row * columns + column], most, chart.diverging);
      };
      const std::string own = color(from);
      std::size_t to = from + 1;
      while (to < columns && color(to) == own) ++to;
      const double width = side * static_cast<double>(to - from);
      paths[own] +=
          fmt::format("M{},{}h{}v{}h-{}z", at(x + side * static_cast<double>(from)),
                      at(y + side * static_cast<double>(row)), at(width), height, at(width));
      from = to;
    }
  }
  for (const auto& [color, data] : paths) svg.path(data, color + " cell");
}

void draw_scale(Svg& svg, const MapChart& chart, double most) {
  const int colors = chart.diverging ? 2 * kSteps + 1 : kStrengths + 1;
  const std::string low = chart.diverging ? number_text(-most) : "0";
  double x = width_of(low) + 8.0;
  svg.text(0.0, 16.0, low, "tick");
  for (int i = 0; i < colors; ++i) {
    svg.rectangle(x, 6.0, 18.0, 12.0, fmt::format("{}{}", chart.diverging ? "d" : "q", i));
    x += 18.0;
  }
  svg.text(x + 8.0, 16.0, number_text(most), "tick");
}

Table extremes_table(const MapChart& chart) {
  Table table{{"map", "smallest", "largest", "norm", "exactly 0"}, {}};
  for (const Map& map : chart.maps) {
    const auto [low, high] = std::minmax_element(map.values.begin(), map.values.end());
    double squares = 0.0;
    for (const double value : map.values) squares += value * value;
    const auto zeros = std::count(map.values.begin(), map.values.end(), 0.0);
    table.rows.push_back({map.label, number_text(*low), number_text(*high),
                          number_text(std::sqrt(squares)),
                          count_text(zeros, static_cast<long long>(map.values.size()))});
  }
  return table;
}

}  // namespace

Figure draw(const MapChart& chart) {
  constexpr double kLargestMap = 280.0;
  const std::size_t count = chart.maps.size();
  const std::size_t in_row = count == 1 ? 1 : std::min<std::size_t>(count, 8);
  const double room =
      (kMapsWidth - kMapGap * static_cast<double>(in_row - 1)) / static_cast<double>(in_row);
  const auto extent = static_cast<double>(std::max(chart.rows, chart.columns));
  // A tenth of a unit, as coordinates are written, so that squares meet.
  const double side = std::max(0.1, std::floor(10.0 * std::min(room, kLargestMap) / extent) / 10.0);
  const double width = side * static_cast<double>(chart.columns);
  const double height = side * static_cast<double>(chart.rows);
  const double most = largest(chart);
  Svg svg;
  draw_scale(svg, chart, most);
  double bottom = kScaleHeight;
  for (std::size_t i = 0; i < count; ++i) {
    const double x = (width + kMapGap) * static_cast<double>(i % in_row);
    const std::size_t row = i / in_row;
    const double y = kScaleHeight + (height + kMapLabel + kMapGap) * static_cast<double>(row);
    draw_map(svg, chart, chart.maps[i], x, y, side, most);
    svg.rectangle(x, y, width, height, "frame");
    if (count > 1)
      svg.text(x + width / 2.0, y + height + 14.0, chart.maps[i].label, "tick", Anchor::kMiddle);
    bottom = y + height + (count > 1 ? kMapLabel : 2.0);
  }
  return {.title = chart.title,
          .description = chart.description,
          .width = count == 1 ? 352 : kMapsWidth,
          .height = static_cast<int>(std::ceil(bottom)) + 2,
          .drawing = svg.take(),
          .table = extremes_table(chart)};
}

}  // namespace strata::plots
