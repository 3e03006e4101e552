// Svg: writes the elements that charts are made of.
#include "plots/svg.hpp"

#include <cmath>

namespace strata::plots {
namespace {

std::string_view name_of(Anchor anchor) {
  switch (anchor) {
    case Anchor::kMiddle:
      return "middle";
    case Anchor::kEnd:
      return "end";
    default:
      return "start";
  }
}

}  // namespace

std::string at(double coordinate) {
  const double tenths = std::round(coordinate * 10.0) / 10.0;
  return fmt::format("{:g}", tenths == 0.0 ? 0.0 : tenths);
}

void Svg::line(double x1, double y1, double x2, double y2, std::string_view style) {
  text_ += fmt::format("<line x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\" class=\"{}\"/>\n", at(x1),
                       at(y1), at(x2), at(y2), style);
}

void Svg::rectangle(double x, double y, double width, double height, std::string_view style) {
  text_ += fmt::format("<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" class=\"{}\"/>\n", at(x),
                       at(y), at(width), at(height), style);
}

void Svg::circle(double x, double y, double radius, std::string_view style) {
  text_ += fmt::format("<circle cx=\"{}\" cy=\"{}\" r=\"{}\" class=\"{}\"/>\n", at(x), at(y),
                       at(radius), style);
}

void Svg::path(const std::string& data, std::string_view style) {
  text_ += fmt::format("<path d=\"{}\" class=\"{}\"/>\n", data, style);
}

void Svg::text(double x, double y, std::string_view words, std::string_view style, Anchor anchor) {
  text_ += fmt::format("<text x=\"{}\" y=\"{}\" text-anchor=\"{}\" class=\"{}\">{}</text>\n", at(x),
                       at(y), name_of(anchor), style, escaped(words));
}

void Svg::upright_text(double x, double y, std::string_view words, std::string_view style) {
  text_ += fmt::format(
      "<text transform=\"translate({} {}) rotate(-90)\" text-anchor=\"middle\" class=\"{}\">{}"
      "</text>\n",
      at(x), at(y), style, escaped(words));
}

std::string polyline(const std::vector<std::pair<double, double>>& points) {
  std::string data;
  for (const auto& [x, y] : points)
    data += fmt::format("{}{},{}", data.empty() ? "M" : "L", at(x), at(y));
  return data;
}

double width_of(std::string_view words) {
  constexpr double kCharacter = 6.9;
  return kCharacter * static_cast<double>(characters_of(words));
}

void draw_ticks_below(Svg& svg, const std::vector<Tick>& ticks, double y,
                      const std::function<double(double)>& x_at) {
  double free_from = 0.0;
  for (const Tick& tick : ticks) {
    const double x = x_at(tick.value);
    svg.line(x, y, x, y + 4.0, "axis");
    const double half = width_of(tick.label) / 2.0;
    if (x - half < free_from) continue;
    svg.text(x, y + 17.0, tick.label, "tick", Anchor::kMiddle);
    free_from = x + half + 4.0;
  }
}

double draw_legend(Svg& svg, const std::vector<LegendEntry>& entries, double x, double y,
                   double width) {
  constexpr double kLine = 18.0;
  constexpr double kSwatch = 16.0;
  constexpr double kGap = 18.0;
  double left = x;
  double top = y;
  for (const LegendEntry& entry : entries) {
    const double needed = kSwatch + 6.0 + width_of(entry.name);
    if (left > x && left + needed > x + width) {
      left = x;
      top += kLine;
    }
    const double middle = top + kLine / 2.0;
    using Kind = LegendEntry::Kind;
    if (entry.kind == Kind::kArea) {
      svg.rectangle(left, middle - 5.0, kSwatch, 10.0, fmt::format("area s{}", entry.color));
    } else {
      const bool dashed = entry.kind == Kind::kDashed;
      svg.line(left, middle, left + kSwatch, middle,
               fmt::format("line s{}{}", entry.color, dashed ? " dashed" : ""));
    }
    svg.text(left + kSwatch + 6.0, middle + 4.0, entry.name, "name");
    left += needed + kGap;
  }
  return entries.empty() ? 0.0 : top + kLine - y;
}

}  // namespace strata::plots
