// Bar charts: a share of 1 for each label.
#include <algorithm>

#include "plots/chart.hpp"
#include "plots/svg.hpp"

namespace strata::plots {

Figure draw(const BarChart& chart) {
  constexpr int kWidth = 720;
  constexpr double kRow = 24.0;
  constexpr double kLabels = 220.0;
  constexpr double kTexts = 170.0;
  constexpr std::size_t kLongestLabel = 32;
  const double whole = kWidth - kLabels - kTexts;
  Svg svg;
  double y = 4.0;
  Table table{{chart.label_column, chart.text_column, "share"}, {}};
  for (const Bar& bar : chart.bars) {
    svg.text(kLabels - 8.0, y + 15.0, shortened(bar.label, kLongestLabel), "name", Anchor::kEnd);
    svg.rectangle(kLabels, y + 4.0, whole, kRow - 8.0, "track");
    const double share = std::clamp(bar.share, 0.0, 1.0);
    if (share > 0.0) svg.rectangle(kLabels, y + 4.0, whole * share, kRow - 8.0, "area s0");
    svg.text(kLabels + whole + 8.0, y + 15.0, bar.text, "tick");
    table.rows.push_back({bar.label, bar.text, number_text(100.0 * bar.share) + " %"});
    y += kRow;
  }
  return {.title = chart.title,
          .description = chart.description,
          .width = kWidth,
          .height = static_cast<int>(y + 4.0),
          .drawing = svg.take(),
          .table = std::move(table)};
}

}  // namespace strata::plots
