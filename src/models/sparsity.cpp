// Sparsity: counts zeros, zero groups and singular values, and draws the table.
#include "strata/models/sparsity.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "autodiff/not_recording.hpp"
#include "core/check.hpp"
#include "core/text_table.hpp"
#include "models/zero_counts.hpp"
#include "regularizers/weight_layout.hpp"
#include "strata/models/model.hpp"
#include "strata/ops/linalg.hpp"
#include "tensor/format.hpp"

namespace strata {
namespace {

// The groups along an axis, of which those `count` apart are one: a unit's gates.
ZeroCount zero_groups(const Tensor& values, int axis, std::int64_t count) {
  const std::int64_t extent = values.shape()[axis];
  std::int64_t inner = 1;
  for (int i = axis + 1; i < values.rank(); ++i) inner *= values.shape()[i];
  std::vector<bool> is_zero(static_cast<std::size_t>(count), true);
  for (std::int64_t i = 0; i < values.size(); ++i) {
    const std::int64_t at = i / inner % extent;
    if (values.data()[i] != 0.0f) is_zero[static_cast<std::size_t>(at % count)] = false;
  }
  return {std::count(is_zero.begin(), is_zero.end(), true), count};
}

std::optional<std::int64_t> effective_rank(const Tensor& values, const WeightAxes& axes) {
  if (values.size() == 0) return 0;
  if (!std::all_of(values.values().begin(), values.values().end(),
                   [](float value) { return std::isfinite(value); }))
    return {};
  const Tensor matrix = regularizers::as_matrix(values, axes);
  const Tensor singular = ops::linalg::svd(matrix, {.compute_uv = false}).s;
  const float least = static_cast<float>(std::max(matrix.shape()[0], matrix.shape()[1])) *
                      std::numeric_limits<float>::epsilon() * singular.values().front();
  return std::count_if(singular.values().begin(), singular.values().end(),
                       [least](float value) { return value > least; });
}

std::string shown(const std::optional<ZeroCount>& count) {
  return count ? fmt::format("{} of {}", count->zeros, count->total) : "-";
}

// Of all weights, each as `count` sees it.
template <class Count>
SparsityReport report_of(const Layer& model, const Count& count) {
  const autodiff::NotRecording not_recording;
  SparsityReport report;
  for (const auto& [path, weight] : model.named_weights()) {
    if (weight.integer()) continue;  // a seed or a count
    report.weights.push_back(count(path, weight));
    report.elements.zeros += report.weights.back().elements.zeros;
    report.elements.total += report.weights.back().elements.total;
  }
  return report;
}

}  // namespace

ZeroCount models::zeros_in(const Tensor& values) {
  return {std::count(values.values().begin(), values.values().end(), 0.0f), values.size()};
}

WeightSparsity models::zeros_of(const std::string& path, const Variable& weight) {
  const Tensor values = weight.value();
  const WeightAxes& axes = weight.axes();
  WeightSparsity found{.weight = path, .shape = values.shape(), .elements = zeros_in(values)};
  if (axes.input) found.inputs = zero_groups(values, *axes.input, values.shape()[*axes.input]);
  if (axes.output && axes.input)
    found.outputs = zero_groups(values, *axes.output, values.shape()[*axes.output] / axes.gates);
  return found;
}

SparsityReport models::zeros_of(const Layer& model) {
  return report_of(model, [](const std::string& path, const Variable& weight) {
    return zeros_of(path, weight);
  });
}

SparsityReport Model::sparsity() const {
  return report_of(*this, [](const std::string& path, const Variable& weight) {
    WeightSparsity found = models::zeros_of(path, weight);
    if (found.shape.rank() >= 2) found.rank = effective_rank(weight.value(), weight.axes());
    return found;
  });
}

std::string to_string(const SparsityReport& report) {
  std::vector<std::vector<std::string>> rows = {
      {"weight", "shape", "zeros", "zero inputs", "zero outputs", "rank"}};
  for (const WeightSparsity& each : report.weights) {
    rows.push_back({each.weight, to_string(each.shape), shown(each.elements), shown(each.inputs),
                    shown(each.outputs), each.rank ? std::to_string(*each.rank) : "-"});
  }
  rows.push_back({"all", "", shown(report.elements), "", "", ""});
  return text_table(rows, 2);
}

}  // namespace strata
