// Paths: what leads from a layer to its sub-layers' weights and random streams.
#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "core/check.hpp"
#include "layers/name_scope.hpp"
#include "strata/layers/layer.hpp"
#include "strata/tensor/random.hpp"
#include "tensor/format.hpp"

namespace strata {
namespace layers {

thread_local constinit const NameScope* NameScope::innermost_ = nullptr;

// A layer that adds a weight in its own build or call, or is built inside its own call, counts once.
std::string NameScope::path_of(const Layer& layer, const std::string& weight) {
  std::string path = layer.name() + "/" + weight;
  const Layer* inner = &layer;
  for (const NameScope* scope = innermost_; scope != nullptr; scope = scope->outer_) {
    if (&scope->layer_ == inner) continue;
    inner = &scope->layer_;
    path = inner->name() + "/" + path;
  }
  return path;
}

}  // namespace layers

namespace {

using Sublayers = std::vector<std::shared_ptr<Layer>>;

// One path element per sub-layer: its name; of equal names all but the first get a number, so that
// none is another's name.
std::vector<std::string> elements_of(const Sublayers& sublayers) {
  std::set<std::string> names;
  for (const auto& sublayer : sublayers) names.insert(sublayer->name());
  std::set<std::string> used;
  std::vector<std::string> elements;
  for (const auto& sublayer : sublayers) {
    std::string element = sublayer->name();
    for (int count = 1; used.contains(element) || (count > 1 && names.contains(element)); ++count)
      element = sublayer->name() + "_" + std::to_string(count);
    used.insert(element);
    elements.push_back(std::move(element));
  }
  return elements;
}

}  // namespace

/// A layer and what the paths of its weights begin with: `encoder/dense/`.
struct Layer::PlacedLayer {
  std::string prefix;
  const Layer* layer;
};

// This layer, then each sub-layer with its own, in the order in which `weights` lists them; each
// layer at its first place.
std::vector<Layer::PlacedLayer> Layer::placed_layers() const {
  std::vector<PlacedLayer> placed;
  std::set<const Layer*> seen;
  const auto place = [&](const auto& self, std::string prefix, const Layer& layer) -> void {
    if (!seen.insert(&layer).second) return;
    placed.push_back({prefix, &layer});
    Sublayers unplaced;
    for (const auto& sublayer : layer.sublayers_) {
      if (!seen.contains(sublayer.get()) &&
          std::find(unplaced.begin(), unplaced.end(), sublayer) == unplaced.end())
        unplaced.push_back(sublayer);
    }
    const std::vector<std::string> elements = elements_of(unplaced);
    for (std::size_t i = 0; i < unplaced.size(); ++i)
      self(self, prefix + elements[i] + "/", *unplaced[i]);
  };
  place(place, {}, *this);
  return placed;
}

std::vector<NamedWeight> Layer::named_weights() const {
  std::vector<NamedWeight> all;
  std::map<std::uint64_t, std::size_t> places;
  for (const auto& [prefix, layer] : placed_layers()) {
    for (const auto* list : {&layer->trainable_weights_, &layer->non_trainable_weights_}) {
      for (const Variable& weight : *list) {
        const auto [place, is_first] = places.emplace(weight.id(), all.size());
        if (is_first) all.push_back({{}, weight});
        all[place->second].path = prefix + weight.name();  // of an adopted one, its maker's
      }
    }
  }
  return all;
}

std::vector<Layer::RandomStream> Layer::random_streams() { return {}; }

std::map<std::string, random::Generator*> Layer::all_random_streams() const {
  std::map<std::string, random::Generator*> all;
  for (const auto& [prefix, layer] : placed_layers()) {
    // To list the streams changes nothing; who may set them holds a layer that is not const.
    for (const auto& [name, generator] : const_cast<Layer*>(layer)->random_streams())
      all.emplace(prefix + std::string(name), generator);
  }
  return all;
}

std::map<std::string, random::GeneratorState> Layer::random_states() const {
  std::map<std::string, random::GeneratorState> states;
  for (const auto& [path, generator] : all_random_streams())
    states.emplace(path, generator->state());
  return states;
}

void Layer::set_random_states(const std::map<std::string, random::GeneratorState>& states) {
  const auto streams = all_random_streams();
  const bool same_paths =
      std::equal(streams.begin(), streams.end(), states.begin(), states.end(),
                 [](const auto& stream, const auto& state) { return stream.first == state.first; });
  const auto listed = [](const auto& by_path) {
    std::vector<std::string> paths;
    for (const auto& entry : by_path) paths.push_back(entry.first);
    return paths.empty() ? std::string("none") : fmt::format("{}", fmt::join(paths, ", "));
  };
  check(same_paths, name(),
        "set_random_states takes one state per random stream; the streams are: {}. Received: {}.",
        Whole{listed(streams)}, listed(states));
  for (const auto& [path, generator] : streams) generator->set_state(states.at(path));
}

}  // namespace strata
