// Svg: elements of a drawing, one after the other.
#pragma once

#include <fmt/format.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "plots/axis.hpp"
#include "plots/figure.hpp"

namespace strata::plots {

/// A coordinate, to a tenth.
std::string at(double coordinate);

enum class Anchor { kStart, kMiddle, kEnd };

/// Writes elements; classes are those of the style sheet, words get escaped.
class Svg {
 public:
  void line(double x1, double y1, double x2, double y2, std::string_view style);
  void rectangle(double x, double y, double width, double height, std::string_view style);
  void circle(double x, double y, double radius, std::string_view style);
  void path(const std::string& data, std::string_view style);
  void text(double x, double y, std::string_view words, std::string_view style,
            Anchor anchor = Anchor::kStart);
  /// Turned by a quarter, to be read from below.
  void upright_text(double x, double y, std::string_view words, std::string_view style);

  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

/// `M1,2L3,4…`
std::string polyline(const std::vector<std::pair<double, double>>& points);

/// About the width of words in small type.
double width_of(std::string_view words);

/// Draws the ticks of an axis of x that lies at `y`, and the labels that don't run into each other;
/// `x_at` is where a value lies.
void draw_ticks_below(Svg& svg, const std::vector<Tick>& ticks, double y,
                      const std::function<double(double)>& x_at);

/// A row of swatches with names, broken where it gets too long.
struct LegendEntry {
  std::string name;
  int color = 0;
  enum class Kind { kArea, kLine, kDashed, kOutline } kind = Kind::kLine;
};
/// Draws it from (x, y) on; gives the height.
double draw_legend(Svg& svg, const std::vector<LegendEntry>& entries, double x, double y,
                   double width);

}  // namespace strata::plots
