// Axis: round numbers for ticks.
#include "plots/axis.hpp"

#include <algorithm>
#include <cmath>

#include "plots/figure.hpp"

namespace strata::plots {
namespace {

// 1, 2 or 5 times a power of ten, so that about five of them make the range.
double round_step(double range) {
  const double least = range / 5.0;
  const double power = std::pow(10.0, std::floor(std::log10(least)));
  for (const double times : {1.0, 2.0, 5.0}) {
    if (times * power >= least * 0.999) return times * power;
  }
  return 10.0 * power;
}

void add_ticks(Axis& axis, double step) {
  const double first = std::ceil(axis.low / step - 1e-9);
  for (double i = first; i * step <= axis.high + step * 1e-9; i += 1.0)
    axis.ticks.push_back({i * step, number_text(i * step)});
}

}  // namespace

double Axis::at(double value) const {
  if (!logarithmic) return (value - low) / (high - low);
  return (std::log(value) - std::log(low)) / (std::log(high) - std::log(low));
}

Axis linear_axis(double low, double high, bool fit) {
  // Numbers that differ in their last digits alone have no round ones between them.
  constexpr double kSame = 1e-9;
  if (!(high - low > kSame * std::max(std::abs(low), std::abs(high)))) {
    const double pad = low == 0.0 ? 1.0 : std::abs(low) / 2.0;
    low -= low > 0.0 || low < 0.0 ? pad : 0.0;
    high += pad;
  }
  const double step = round_step(high - low);
  Axis axis{.low = fit ? low : std::floor(low / step + 1e-9) * step,
            .high = fit ? high : std::ceil(high / step - 1e-9) * step};
  add_ticks(axis, step);
  return axis;
}

Axis whole_axis(double low, double high) {
  if (!(high > low))
    return {.low = low - 0.5, .high = low + 0.5, .ticks = {{low, number_text(low)}}};
  Axis axis{.low = low, .high = high};
  add_ticks(axis, std::max(1.0, round_step(high - low)));
  if (axis.ticks.empty() || axis.ticks.front().value - low > (high - low) / 12.0)
    axis.ticks.insert(axis.ticks.begin(), {low, number_text(low)});
  return axis;
}

Axis logarithmic_axis(double low, double high) {
  if (!(high > low)) {
    low /= 2.0;
    high *= 2.0;
  }
  Axis axis{.low = low, .high = high, .logarithmic = true};
  const double decades = std::log10(high) - std::log10(low);
  const int every = std::max(1, static_cast<int>(std::ceil(decades / 8.0)));
  const auto last = static_cast<int>(std::floor(std::log10(high) + 1e-9));
  for (auto power = static_cast<int>(std::floor(std::log10(low))); power <= last; ++power) {
    for (const double times : {1.0, 2.0, 5.0}) {
      const double value = times * std::pow(10.0, power);
      const bool wanted = decades < 2.2 || (times == 1.0 && power % every == 0);
      if (wanted && value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9))
        axis.ticks.push_back({value, number_text(value)});
    }
  }
  return axis;
}

}  // namespace strata::plots
