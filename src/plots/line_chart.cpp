// Line charts: axes, stacked areas, lines, points with error bars and marks.
#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "plots/axis.hpp"
#include "plots/chart.hpp"
#include "plots/svg.hpp"

namespace strata::plots {
namespace {

constexpr int kChartWidth = 720;
constexpr double kPlotHeight = 220.0;
constexpr double kChartLeft = 62.0;
constexpr double kChartRight = 14.0;
constexpr double kChartBelow = 44.0;
constexpr std::size_t kMostPoints = 400;  // of a line; more would not be seen
constexpr std::size_t kMostDots = 40;     // so many points are drawn each
constexpr std::size_t kMostRows = 1000;   // of the table
constexpr std::size_t kLongestName = 60;

struct Extent {
  double low = INFINITY;
  double high = -INFINITY;
  double least_positive = INFINITY;

  void add(double value) {
    if (!std::isfinite(value)) return;
    low = std::min(low, value);
    high = std::max(high, value);
    if (value > 0.0) least_positive = std::min(least_positive, value);
  }
  bool any() const { return low <= high; }
};

// Every so many of them, with the last one.
template <class T>
std::vector<T> thinned(const std::vector<T>& all, std::size_t most) {
  if (all.size() <= most) return all;
  const std::size_t stride = (all.size() + most - 1) / most;
  std::vector<T> some;
  for (std::size_t i = 0; i < all.size(); i += stride) some.push_back(all[i]);
  if ((all.size() - 1) % stride != 0) some.push_back(all.back());
  return some;
}

std::vector<Point> finite_points(const Series& series) {
  std::vector<Point> points;
  for (const Point& point : series.points) {
    if (std::isfinite(point.y)) points.push_back(point);
  }
  return thinned(points, kMostPoints);
}

/// One chart while it is drawn.
class Drawing {
 public:
  explicit Drawing(const LineChart& chart) : chart_(chart) {}

  Figure draw() {
    Figure figure{.title = chart_.title, .description = chart_.description, .width = kChartWidth};
    top_ =
        10.0 + draw_legend(svg_, legend(), kChartLeft, 0.0, kChartWidth - kChartLeft - kChartRight);
    if (!chart_.marks.empty()) top_ += 18.0 * static_cast<double>(chart_.marks.size());
    figure.height = static_cast<int>(top_ + kPlotHeight + kChartBelow);
    set_axes();
    draw_axes();
    draw_areas();
    for (const Series& series : chart_.lines) draw_line(series);
    draw_marks();
    figure.drawing = svg_.take();
    figure.table = table();
    return figure;
  }

 private:
  std::vector<LegendEntry> legend() const {
    std::vector<LegendEntry> entries;
    for (const Series& area : chart_.areas)
      entries.push_back({shortened(area.name, kLongestName), area.color, LegendEntry::Kind::kArea});
    for (const Series& line : chart_.lines) {
      entries.push_back({shortened(line.name, kLongestName), line.color,
                         line.dashed ? LegendEntry::Kind::kDashed : LegendEntry::Kind::kLine});
    }
    return entries;
  }

  void set_axes() {
    Extent x;
    Extent y;
    for (const auto* group : {&chart_.areas, &chart_.lines}) {
      for (const Series& series : *group) {
        for (const Point& point : series.points) {
          if (std::isfinite(point.y)) x.add(point.x);
        }
      }
    }
    for (const Mark& mark : chart_.marks) x.add(mark.x);
    for (const Series& line : chart_.lines) {
      for (const Point& point : line.points) {
        y.add(point.y - point.error);
        y.add(point.y + point.error);
      }
    }
    for (const Point& point : stacked_tops()) y.add(point.y);
    if (!x.any()) x.low = x.high = 1.0;
    if (!y.any()) y.low = y.high = 0.0;
    if (chart_.from_zero || !chart_.areas.empty()) y.add(0.0);
    x_ = x_axis(x);
    y_ = y_axis(y);
  }

  Axis x_axis(const Extent& x) {
    if (!chart_.logarithmic_x)
      return chart_.whole_x ? whole_axis(x.low, x.high) : linear_axis(x.low, x.high, true);
    if (!std::isfinite(x.least_positive)) return linear_axis(x.low, x.high);
    if (x.low > 0.0) return logarithmic_axis(x.low / 1.1, x.high * 1.1);
    zero_at_ = x.least_positive / std::sqrt(10.0);
    Axis axis = logarithmic_axis(x.least_positive, x.high * 1.1);
    axis.low = *zero_at_ / 1.1;
    axis.ticks.insert(axis.ticks.begin(), {*zero_at_, "0"});
    return axis;
  }

  Axis y_axis(const Extent& y) const {
    if (chart_.shares) {
      Axis axis = linear_axis(0.0, 1.0);
      for (Tick& tick : axis.ticks) tick.label = number_text(100.0 * tick.value) + " %";
      return axis;
    }
    constexpr double kMuch = 50.0;
    if (chart_.may_be_logarithmic && y.low > 0.0 && y.high / y.low > kMuch)
      return logarithmic_axis(y.low / 1.1, y.high * 1.1);
    return linear_axis(y.low, y.high);
  }

  double x_at(double x) const {
    if (chart_.logarithmic_x && x == 0.0 && zero_at_) x = *zero_at_;
    return kChartLeft + (kChartWidth - kChartLeft - kChartRight) * x_.at(x);
  }
  double y_at(double y) const { return top_ + kPlotHeight * (1.0 - y_.at(y)); }

  void draw_axes() {
    const double bottom = top_ + kPlotHeight;
    for (const Tick& tick : y_.ticks) {
      svg_.line(kChartLeft, y_at(tick.value), kChartWidth - kChartRight, y_at(tick.value), "grid");
      svg_.text(kChartLeft - 7.0, y_at(tick.value) + 4.0, tick.label, "tick", Anchor::kEnd);
    }
    draw_ticks_below(svg_, x_.ticks, bottom, [this](double value) { return x_at(value); });
    svg_.line(kChartLeft, bottom, kChartWidth - kChartRight, bottom, "axis");
    svg_.text((kChartLeft + kChartWidth - kChartRight) / 2.0, bottom + 36.0, chart_.x_label,
              "label", Anchor::kMiddle);
    if (!chart_.y_label.empty())
      svg_.upright_text(12.0, top_ + kPlotHeight / 2.0, chart_.y_label, "label");
  }

  // The upper edge of all areas together.
  std::vector<Point> stacked_tops() const {
    std::vector<Point> tops;
    for (const Series& area : chart_.areas) {
      if (tops.empty()) tops.assign(area.points.size(), {0.0, 0.0});
      for (std::size_t i = 0; i < tops.size() && i < area.points.size(); ++i) {
        tops[i].x = area.points[i].x;
        if (std::isfinite(area.points[i].y)) tops[i].y += area.points[i].y;
      }
    }
    return tops;
  }

  // All areas have points at the same x. A single one is drawn as wide as an epoch.
  void draw_areas() {
    std::vector<double> below;
    for (const Series& area : chart_.areas) {
      below.resize(area.points.size(), 0.0);
      struct Edge {
        double x, lower, upper;
      };
      std::vector<Edge> edges;
      for (std::size_t i = 0; i < area.points.size(); ++i) {
        const double own = std::isfinite(area.points[i].y) ? area.points[i].y : 0.0;
        edges.push_back({area.points[i].x, below[i], below[i] + own});
        below[i] += own;
      }
      edges = thinned(edges, kMostPoints);
      if (edges.size() == 1) {
        edges.push_back(edges.front());
        edges.front().x -= 0.2;
        edges.back().x += 0.2;
      }
      std::vector<std::pair<double, double>> outline;
      for (const Edge& edge : edges) outline.emplace_back(x_at(edge.x), y_at(edge.upper));
      for (auto edge = edges.rbegin(); edge != edges.rend(); ++edge)
        outline.emplace_back(x_at(edge->x), y_at(edge->lower));
      if (!outline.empty()) svg_.path(polyline(outline) + "Z", fmt::format("area s{}", area.color));
    }
  }

  void draw_line(const Series& series) {
    const std::vector<Point> points = finite_points(series);
    std::vector<std::pair<double, double>> places;
    for (const Point& point : points) places.emplace_back(x_at(point.x), y_at(point.y));
    const std::string color = fmt::format("s{}", series.color);
    if (places.size() > 1)
      svg_.path(polyline(places), "line " + color + (series.dashed ? " dashed" : ""));
    for (const Point& point : points) {
      if (point.error <= 0.0) continue;
      const double x = x_at(point.x);
      const double low = y_at(point.y - point.error);
      const double high = y_at(point.y + point.error);
      svg_.path(fmt::format("M{0},{1}V{2}M{3},{1}H{4}M{3},{2}H{4}", at(x), at(low), at(high),
                            at(x - 3.0), at(x + 3.0)),
                "error " + color);
    }
    if (places.size() > kMostDots) return;
    for (const auto& [x, y] : places)
      svg_.circle(x, y, places.size() == 1 ? 4.0 : 2.5, "dot " + color);
  }

  // Their words stand above the plot, one line each, so that they don't cross.
  void draw_marks() {
    double line = top_ - 6.0;
    for (const Mark& mark : chart_.marks) {
      const double x = x_at(mark.x);
      svg_.line(x, line + 3.0, x, top_ + kPlotHeight, "mark");
      const bool is_right = x > (kChartLeft + kChartWidth) / 2.0;
      svg_.text(is_right ? x - 5.0 : x + 5.0, line, mark.label, "name",
                is_right ? Anchor::kEnd : Anchor::kStart);
      line -= 18.0;
    }
  }

  Table table() const {
    Table table;
    table.columns.push_back(chart_.x_label);
    std::map<double, std::vector<std::string>> rows;
    const auto add = [&](const std::string& name, const Series& series, const auto& text) {
      const std::size_t column = table.columns.size() - 1;
      table.columns.push_back(name);
      for (const Point& point : series.points) {
        rows[point.x].resize(column + 1);
        rows[point.x][column] = text(point);
      }
    };
    for (const auto* group : {&chart_.areas, &chart_.lines}) {
      for (const Series& series : *group) {
        add(series.name, series, [](const Point& point) {
          return std::isnan(point.y) ? std::string() : number_text(point.y);
        });
        const auto has_error = [](const Point& point) { return point.error > 0.0; };
        if (std::any_of(series.points.begin(), series.points.end(), has_error)) {
          add("standard error", series, [](const Point& point) {
            return std::isnan(point.y) ? std::string() : number_text(point.error);
          });
        }
      }
    }
    for (auto& [x, cells] : rows) {
      cells.resize(table.columns.size() - 1);
      cells.insert(cells.begin(), number_text(x));
      table.rows.push_back(std::move(cells));
    }
    table.rows = thinned(table.rows, kMostRows);
    return table;
  }

  const LineChart& chart_;
  Svg svg_;
  Axis x_;
  Axis y_;
  double top_ = 0.0;
  std::optional<double> zero_at_;  // where x = 0 lies on a logarithmic axis
};

}  // namespace

Figure draw(const LineChart& chart) { return Drawing(chart).draw(); }

}  // namespace strata::plots
