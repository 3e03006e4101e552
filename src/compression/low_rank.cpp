// low_rank: decomposes the kernels of dense layers, and puts two layers where that is smaller.
#include "strata/compression/low_rank.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "autodiff/not_recording.hpp"
#include "compression/model_copy.hpp"
#include "core/check.hpp"
#include "kernels/weights/optimizer.hpp"
#include "models/visit_layers.hpp"
#include "strata/layers/dense.hpp"
#include "strata/ops/linalg.hpp"

namespace strata {
namespace {

constexpr const char* kLowRank = "low_rank";

// How many singular values, which descend, are kept.
std::int64_t rank_for(const LowRankOptions& options, const Tensor& singular, std::int64_t largest) {
  const std::span<const float> values = singular.values();
  const float least = static_cast<float>(largest) * std::numeric_limits<float>::epsilon() *
                      (values.empty() ? 0.0f : values.front());
  double all = 0.0;
  for (const float value : values) all += static_cast<double>(value) * static_cast<double>(value);
  double kept = 0.0;
  std::int64_t rank = 0;
  for (const float value : values) {
    if (value <= least) break;
    if (options.energy < 1.0f && kept >= static_cast<double>(options.energy) * all) break;
    kept += static_cast<double>(value) * static_cast<double>(value);
    ++rank;
  }
  if (options.max_rank) rank = std::min<std::int64_t>(rank, *options.max_rank);
  return std::max<std::int64_t>(rank, 1);
}

// `factor` with row or column i times the root of the i-th singular value, up to `rank`.
Tensor balanced(const Tensor& factor, const Tensor& singular, std::int64_t rank, bool columns) {
  const std::int64_t rows = columns ? factor.shape()[0] : rank;
  const std::int64_t width = columns ? rank : factor.shape()[1];
  std::vector<float> values;
  for (std::int64_t i = 0; i < rows; ++i) {
    for (std::int64_t j = 0; j < width; ++j) {
      const float root = std::sqrt(singular.data()[columns ? j : i]);
      values.push_back(root * factor.data()[i * factor.shape()[1] + j]);
    }
  }
  return Tensor({rows, width}, values);
}

// The rules of the kernel, which a factor of it doesn't take.
std::string drop_kernel_rules(Config& config) {
  std::string dropped;
  for (const char* slot : {"kernel_regularizer", "kernel_constraint"}) {
    if (config.at(slot).is_null()) continue;
    config[slot] = nullptr;
    dropped += (dropped.empty() ? "without its " : ", ") + std::string(slot);
  }
  return dropped;
}

// Of the Dense layers of `model` that are none of the copy's.
std::vector<std::string> kernels_inside(const Model& model, const compression::ModelCopy& copy) {
  std::vector<std::string> paths;
  models::visit_layers(model, [&](const Layer& layer) {
    const bool is_placed =
        std::any_of(copy.layers().begin(), copy.layers().end(),
                    [&](const auto& placed) { return placed.layer.get() == &layer; });
    if (!is_placed && typeid(layer) == typeid(layers::Dense))
      paths.push_back(copy.path_of(layer.weight("kernel")));
  });
  return paths;
}

}  // namespace

LowRankModel low_rank(const Model& model, const LowRankOptions& options) {
  check(options.energy > 0.0f && options.energy <= 1.0f, kLowRank,
        "energy must lie in (0, 1]. Received: energy={}.", options.energy);
  check(!options.max_rank || *options.max_rank > 0, kLowRank,
        "max_rank must be > 0. Received: max_rank={}.", options.max_rank.value_or(0));
  compression::check_sequential(kLowRank, model);
  const autodiff::NotRecording not_recording;
  compression::ModelCopy copy(kLowRank, model);
  LowRankModel result;
  result.left = kernels_inside(model, copy);
  // From the back, so that the places in front stay.
  for (auto each = copy.layers().rbegin(); each != copy.layers().rend(); ++each) {
    const compression::PlacedLayer& placed = *each;
    const Layer& layer = *placed.layer;
    if (typeid(layer) != typeid(layers::Dense)) continue;
    const Tensor kernel = layer.weight("kernel");
    if (!kernels::all_finite(kernel.size(), kernel.data())) continue;
    const std::int64_t inputs = kernel.shape()[0];
    const std::int64_t units = kernel.shape()[1];
    const ops::linalg::SvdResult parts = ops::linalg::svd(kernel, {.full_matrices = false});
    const std::int64_t rank = rank_for(options, parts.s, std::max(inputs, units));
    if (rank * (inputs + units) >= inputs * units) continue;
    const std::string name = copy.free_name(placed, placed.layer->name() + "_low_rank");
    const std::string path =
        placed.path.substr(0, placed.path.size() - placed.layer->name().size()) + name;
    copy.rebuild(placed);
    const std::string note = drop_kernel_rules(placed.config());
    copy.weights()[placed.weight("kernel")] = {balanced(parts.vh, parts.s, rank, false), {}};
    copy.weights()[path + "/kernel"] = {balanced(parts.u, parts.s, rank, true), {}};
    layers::Dense front({.units = static_cast<int>(rank), .use_bias = false, .name = name});
    if (!placed.layer->trainable()) front.set_trainable(false);
    copy.insert(placed, front);
    const std::int64_t bias = placed.layer->count_params() - inputs * units;
    result.layers.push_back({placed.path,
                             rank,
                             std::min(inputs, units),
                             {inputs * units + bias, rank * (inputs + units) + bias},
                             note});
  }
  std::reverse(result.layers.begin(), result.layers.end());
  result.model = copy.make();
  return result;
}

}  // namespace strata
