// Reads a regularization path: its best factor, the counts of its points, and its table.
#include <cmath>

#include "core/check.hpp"
#include "core/text_table.hpp"
#include "strata/models/regularization_path.hpp"

namespace strata {
namespace {

ZeroCount all_of(const SparsityReport& report, std::optional<ZeroCount> WeightSparsity::*count) {
  ZeroCount sum;
  for (const WeightSparsity& each : report.weights) {
    if (!(each.*count)) continue;
    sum.zeros += (each.*count)->zeros;
    sum.total += (each.*count)->total;
  }
  return sum;
}

// The point of the lowest mean loss.
const RegularizationPathPoint& lowest(const RegularizationPath& path) {
  const RegularizationPathPoint* best = nullptr;
  for (const RegularizationPathPoint& point : path.points) {
    if (std::isnan(point.val_data_loss.mean)) continue;
    if (best == nullptr || point.val_data_loss.mean <= best->val_data_loss.mean) best = &point;
  }
  check<StateError>(best != nullptr, "RegularizationPath",
                    "there must be a factor whose loss is a number. Received: {} factors.",
                    path.points.size());
  return *best;
}

}  // namespace

ZeroCount RegularizationPathPoint::inputs() const {
  return all_of(sparsity, &WeightSparsity::inputs);
}

ZeroCount RegularizationPathPoint::outputs() const {
  return all_of(sparsity, &WeightSparsity::outputs);
}

float RegularizationPath::best() const { return lowest(*this).factor; }

float RegularizationPath::one_standard_error() const {
  check<StateError>(folds > 0, "RegularizationPath",
                    "one_standard_error needs folds; a single set of validation data has no "
                    "standard error. Received: validation_data.");
  const PathFigure& least = lowest(*this).val_data_loss;
  const double most = least.mean + least.standard_error.value_or(0.0);
  float factor = best();
  for (const RegularizationPathPoint& point : points) {
    if (point.factor > factor && point.val_data_loss.mean <= most) factor = point.factor;
  }
  return factor;
}

const RegularizationPathPoint& RegularizationPath::at(float factor) const {
  for (const RegularizationPathPoint& point : points) {
    if (point.factor == factor) return point;
  }
  raise("RegularizationPath", "there is no point of this factor. Received: {}.", factor);
}

std::string to_string(const RegularizationPath& path) {
  const auto figure = [](const PathFigure& each) {
    return each.standard_error ? fmt::format("{:.4g} +- {:.2g}", each.mean, *each.standard_error)
                               : fmt::format("{:.4g}", each.mean);
  };
  const auto left = [](const ZeroCount& count) {
    return fmt::format("{}/{}", count.total - count.zeros, count.total);
  };
  std::vector<std::vector<std::string>> rows = {
      {"factor", "data_loss", "val_data_loss", "penalty", "zeros", "inputs left", "units left"}};
  std::string failures;
  for (const RegularizationPathPoint& point : path.points) {
    if (!point.failure.empty()) {
      rows.push_back({fmt::format("{:g}", point.factor), "failed", "-", "-", "-", "-", "-"});
      failures += fmt::format("factor {:g} failed: {}\n", point.factor, point.failure);
      continue;
    }
    const ZeroCount& zeros = point.sparsity.elements;
    rows.push_back({fmt::format("{:g}", point.factor), figure(point.data_loss),
                    figure(point.val_data_loss), figure(point.penalty),
                    fmt::format("{}/{}", zeros.zeros, zeros.total), left(point.inputs()),
                    left(point.outputs())});
  }
  return text_table(rows, 0) + failures;
}

}  // namespace strata
