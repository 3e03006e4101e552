// Histograms: how a weight's values are spread, at the start and at the end.
#include <algorithm>
#include <cmath>

#include "plots/axis.hpp"
#include "plots/chart.hpp"
#include "plots/svg.hpp"

namespace strata::plots {
namespace {

constexpr int kPanelWidth = 352;
constexpr int kPanelHeight = 214;
constexpr double kPanelLeft = 44.0;
constexpr double kPanelRight = 10.0;
constexpr double kPanelTop = 40.0;
constexpr double kPanelBottom = 176.0;
constexpr std::size_t kBins = 40;

struct Spread {
  double low;
  double high;
};

// The shares of all elements in `kBins` bins over `spread`; a bin of the histogram counts by its
// middle.
std::vector<double> shares_of(const Histogram& histogram, const Spread& spread) {
  std::vector<double> shares(kBins, 0.0);
  const auto count = static_cast<double>(histogram.counts.size());
  for (std::size_t i = 0; i < histogram.counts.size(); ++i) {
    const double middle =
        histogram.low + (histogram.high - histogram.low) * (static_cast<double>(i) + 0.5) / count;
    const double place = (middle - spread.low) / (spread.high - spread.low);
    const auto bin =
        static_cast<std::size_t>(std::clamp(place * kBins, 0.0, static_cast<double>(kBins) - 1.0));
    shares[bin] += static_cast<double>(histogram.counts[i]) /
                   static_cast<double>(std::max<std::int64_t>(histogram.total, 1));
  }
  return shares;
}

bool has_bins(const Histogram& histogram) { return !histogram.counts.empty(); }

Spread spread_of(const HistogramChart& chart) {
  Spread spread{INFINITY, -INFINITY};
  const auto add = [&](const Histogram& histogram) {
    if (!has_bins(histogram)) return;
    spread.low = std::min(spread.low, histogram.low);
    spread.high = std::max(spread.high, histogram.high);
  };
  if (chart.start) add(*chart.start);
  add(chart.end);
  if (!(spread.low <= spread.high)) return {-1.0, 1.0};
  if (spread.low == spread.high) return {spread.low - 0.5, spread.high + 0.5};
  return spread;
}

double panel_x(const Spread& spread, double value) {
  return kPanelLeft + (kPanelWidth - kPanelLeft - kPanelRight) * (value - spread.low) /
                          (spread.high - spread.low);
}

// Along the tops of the bins, from the axis and back to it.
std::string outline(const std::vector<double>& shares, const Axis& y) {
  const auto y_at = [&](double share) {
    return kPanelBottom - (kPanelBottom - kPanelTop) * y.at(share);
  };
  const double bin = (kPanelWidth - kPanelLeft - kPanelRight) / static_cast<double>(kBins);
  std::string data = fmt::format("M{},{}", at(kPanelLeft), at(kPanelBottom));
  for (std::size_t i = 0; i < kBins; ++i) {
    data += fmt::format("V{}H{}", at(y_at(shares[i])),
                        at(kPanelLeft + bin * static_cast<double>(i + 1)));
  }
  return data + fmt::format("V{}", at(kPanelBottom));
}

void draw_panel_axes(Svg& svg, const Spread& spread, const Axis& y) {
  for (const Tick& tick : y.ticks) {
    const double height = kPanelBottom - (kPanelBottom - kPanelTop) * y.at(tick.value);
    svg.line(kPanelLeft, height, kPanelWidth - kPanelRight, height, "grid");
    svg.text(kPanelLeft - 6.0, height + 4.0, number_text(100.0 * tick.value) + "%", "tick",
             Anchor::kEnd);
  }
  svg.line(kPanelLeft, kPanelBottom, kPanelWidth - kPanelRight, kPanelBottom, "axis");
  draw_ticks_below(svg, linear_axis(spread.low, spread.high, true).ticks, kPanelBottom,
                   [&](double value) { return panel_x(spread, value); });
}

std::string zeros_text(const HistogramChart& chart) {
  const bool any = chart.end.zeros > 0 || (chart.start && chart.start->zeros > 0);
  if (!any) return "";
  const std::string end = "exactly 0: " + count_text(chart.end.zeros, chart.end.total);
  return chart.start ? fmt::format("{} (at the start: {})", end, chart.start->zeros) : end;
}

Table bins_table(const Spread& spread, const std::vector<double>& start,
                 const std::vector<double>& end, bool has_start) {
  Table table;
  table.columns = {"from", "to"};
  if (has_start) table.columns.emplace_back("at the start");
  table.columns.emplace_back(has_start ? "at the end" : "share");
  const double width = (spread.high - spread.low) / static_cast<double>(kBins);
  for (std::size_t i = 0; i < kBins; ++i) {
    const double low = spread.low + width * static_cast<double>(i);
    std::vector<std::string> row = {number_text(low), number_text(low + width)};
    if (has_start) row.push_back(number_text(100.0 * start[i]) + " %");
    row.push_back(number_text(100.0 * end[i]) + " %");
    table.rows.push_back(std::move(row));
  }
  return table;
}

}  // namespace

Histogram histogram_of(const float* values, std::int64_t count, int bins) {
  Histogram histogram{.total = count};
  float low = INFINITY;
  float high = -INFINITY;
  for (std::int64_t i = 0; i < count; ++i) {
    if (values[i] == 0.0f) ++histogram.zeros;
    if (values[i] == 0.0f || !std::isfinite(values[i])) continue;
    low = std::min(low, values[i]);
    high = std::max(high, values[i]);
  }
  if (!(low <= high)) return histogram;
  histogram.low = static_cast<double>(low);
  histogram.high = static_cast<double>(high);
  histogram.counts.assign(static_cast<std::size_t>(bins), 0);
  const double scale = high > low ? bins / (histogram.high - histogram.low) : 0.0;
  for (std::int64_t i = 0; i < count; ++i) {
    if (values[i] == 0.0f || !std::isfinite(values[i])) continue;
    const auto bin = static_cast<int>((static_cast<double>(values[i]) - histogram.low) * scale);
    ++histogram.counts[static_cast<std::size_t>(std::min(bin, bins - 1))];
  }
  return histogram;
}

Figure draw(const HistogramChart& chart) {
  const Spread spread = spread_of(chart);
  const std::vector<double> end = shares_of(chart.end, spread);
  const std::vector<double> start =
      chart.start ? shares_of(*chart.start, spread) : std::vector<double>(kBins, 0.0);
  const double most = std::max(*std::max_element(end.begin(), end.end()),
                               *std::max_element(start.begin(), start.end()));
  const Axis y = linear_axis(0.0, most > 0.0 ? most : 1.0);
  const bool has_start = chart.start && has_bins(*chart.start);
  Svg svg;
  std::vector<LegendEntry> legend;
  if (has_start) legend.push_back({"at the start", 1, LegendEntry::Kind::kLine});
  if (chart.start) legend.push_back({"at the end", 0, LegendEntry::Kind::kArea});
  draw_legend(svg, legend, kPanelLeft, 0.0, kPanelWidth - kPanelLeft - kPanelRight);
  svg.text(kPanelLeft, 30.0, zeros_text(chart), "tick");
  draw_panel_axes(svg, spread, y);
  svg.path(outline(end, y) + "Z", "area s0");
  if (has_start) svg.path(outline(start, y), "line s1");
  svg.text((kPanelLeft + kPanelWidth - kPanelRight) / 2.0, kPanelBottom + 34.0, "value", "label",
           Anchor::kMiddle);
  return {.title = chart.title,
          .description = chart.description,
          .width = kPanelWidth,
          .height = kPanelHeight,
          .drawing = svg.take(),
          .table = bins_table(spread, start, end, has_start)};
}

}  // namespace strata::plots
