// Axis: where numbers lie along an axis, and which of them get a tick.
#pragma once

#include <string>
#include <vector>

namespace strata::plots {

struct Tick {
  double value;
  std::string label;
};

struct Axis {
  double low = 0.0;
  double high = 1.0;  ///< > low
  bool logarithmic = false;
  std::vector<Tick> ticks = {};

  /// From 0 at `low` to 1 at `high`.
  double at(double value) const;
};

/// An axis of round numbers over this range, which it may exceed; with `fit`, one of that range.
Axis linear_axis(double low, double high, bool fit = false);
/// For epochs: whole numbers.
Axis whole_axis(double low, double high);
/// Of positive numbers.
Axis logarithmic_axis(double low, double high);

}  // namespace strata::plots
