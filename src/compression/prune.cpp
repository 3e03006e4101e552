// prune: ranks weights or groups of them by magnitude, and sets the smallest to 0 for good.
#include "strata/compression/prune.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "autodiff/not_recording.hpp"
#include "compression/model_copy.hpp"
#include "core/check.hpp"
#include "regularizers/weight_layout.hpp"
#include "strata/constraints/chain.hpp"
#include "strata/constraints/keep_zeros.hpp"

namespace strata {
namespace {

constexpr const char* kPrune = "prune";

// A weight that is to be pruned, and the size of each of its groups.
struct Candidate {
  std::string path;
  Config* slot;
  kernels::GroupLayout layout;
  std::vector<float> sizes;
};

// One group of a candidate.
struct Place {
  Candidate* candidate;
  std::size_t group;
};

// A layer's config names the slots of a `recurrent_kernel` as those of `recurrent`.
std::string slot_of(std::string weight) {
  if (weight.ends_with("_kernel")) weight.resize(weight.size() - std::string("_kernel").size());
  return weight + "_constraint";
}

kernels::GroupLayout layout_of(const std::string& path, const Variable& weight,
                               const std::string& structure) {
  if (structure == "weights") return {.kept_outer = weight.shape().element_count()};
  return regularizers::group_layout(path, kPrune, structure, weight.shape(), weight.axes());
}

// The root of each group's mean square; what is not finite is larger than all.
std::vector<float> sizes_of(const kernels::GroupLayout& layout, const Tensor& value) {
  std::vector<float> sizes(static_cast<std::size_t>(layout.groups()));
  kernels::group_norms(layout, value.data(), sizes.data());
  const float root = std::sqrt(static_cast<float>(layout.group_size()));
  for (float& each : sizes)
    each = std::isfinite(each) ? each / root : std::numeric_limits<float>::infinity();
  return sizes;
}

// Marks the smallest of these groups by a size of -1.
void mark_smallest(std::vector<Place> places, float share) {
  const auto size = [](const Place& place) { return place.candidate->sizes[place.group]; };
  const auto most = std::lround(static_cast<double>(share) * static_cast<double>(places.size()));
  std::stable_sort(places.begin(), places.end(),
                   [&](const Place& a, const Place& b) { return size(a) < size(b); });
  for (long i = 0; i < most; ++i) {
    const Place& place = places[static_cast<std::size_t>(i)];
    place.candidate->sizes[place.group] = -1.0f;
  }
}

std::vector<Place> places_of(Candidate& candidate) {
  std::vector<Place> places;
  for (std::size_t group = 0; group < candidate.sizes.size(); ++group)
    places.push_back({&candidate, group});
  return places;
}

Tensor without_marked(const Candidate& candidate, const Tensor& value) {
  const kernels::GroupLayout& layout = candidate.layout;
  std::vector<float> left(value.values().begin(), value.values().end());
  for (std::int64_t i = 0; i < value.size(); ++i) {
    const std::int64_t inner = i / layout.innermost % layout.kept_inner;
    const std::int64_t outer =
        i / (layout.innermost * layout.kept_inner * layout.between) % layout.kept_outer;
    if (candidate.sizes[static_cast<std::size_t>(outer * layout.kept_inner + inner)] < 0.0f)
      left[static_cast<std::size_t>(i)] = 0.0f;
  }
  return Tensor(value.shape(), left);
}

bool keeps_zeros(const Constraint& constraint) {
  if (const auto* chain = dynamic_cast<const constraints::Chain*>(&constraint)) {
    return std::any_of(chain->parts().begin(), chain->parts().end(),
                       [](const auto& part) { return keeps_zeros(*part); });
  }
  return dynamic_cast<const constraints::KeepZeros*>(&constraint) != nullptr;
}

void add_keep_zeros(Config& slot) {
  const ConstraintSpec present = constraints::deserialize(slot);
  if (!present) {
    slot = constraints::serialize(constraints::KeepZeros());
  } else if (!keeps_zeros(*present)) {
    slot = constraints::serialize(constraints::Chain({present, constraints::KeepZeros()}));
  }
}

void check_options(const PruneOptions& options) {
  const float share = options.share;
  check(share >= 0.0f && share < 1.0f, kPrune, "share must lie in [0, 1). Received: share={}.",
        share);
  check(options.by == "model" || options.by == "layer", kPrune,
        "by must be \"model\" or \"layer\". Received: by={}.", options.by);
  if (options.structure == "weights") return;
  check(options.structure == "inputs" || options.structure == "outputs" ||
            options.structure == "filters",
        kPrune,
        "structure must be \"weights\", \"inputs\", \"outputs\" or \"filters\". Received: "
        "structure={}.",
        options.structure);
}

}  // namespace

PrunedModel prune(const Model& model, const PruneOptions& options) {
  check_options(options);
  compression::check_sequential(kPrune, model);
  const autodiff::NotRecording not_recording;
  compression::ModelCopy copy(kPrune, model);
  PrunedModel result;
  std::vector<Candidate> candidates;
  for (const compression::PlacedLayer& placed : copy.layers()) {
    for (const compression::CopiedLayer& copied : copy.with_wrapped(placed)) {
      Config& config = copied.object->at("config");
      for (const Variable& weight : copied.layer->own_weights()) {
        if (!weight.axes().input || !weight.axes().output) continue;
        const std::string& path = copy.path_of(weight);
        const auto slot = config.find(slot_of(weight.name()));
        if (slot == config.end()) continue;
        const kernels::GroupLayout layout = layout_of(path, weight, options.structure);
        candidates.push_back({path, &*slot, layout, sizes_of(layout, weight.value())});
      }
    }
  }
  for (const auto& [path, weight] : model.named_weights()) {
    const bool is_pruned =
        std::any_of(candidates.begin(), candidates.end(),
                    [&, &path = path](const Candidate& each) { return each.path == path; });
    if (weight.axes().input && weight.axes().output && !is_pruned) result.left.push_back(path);
  }
  std::vector<Place> all;
  for (Candidate& candidate : candidates) {
    const std::vector<Place> own = places_of(candidate);
    if (options.by == "layer") mark_smallest(own, options.share);
    all.insert(all.end(), own.begin(), own.end());
  }
  if (options.by == "model") mark_smallest(all, options.share);
  for (const Candidate& candidate : candidates) {
    Tensor& value = copy.weights().at(candidate.path).value;
    value = without_marked(candidate, value);
    add_keep_zeros(*candidate.slot);
    result.weights.push_back({candidate.path,
                              {std::count(candidate.sizes.begin(), candidate.sizes.end(), -1.0f),
                               std::ssize(candidate.sizes)}});
  }
  result.model = copy.make();
  return result;
}

}  // namespace strata
