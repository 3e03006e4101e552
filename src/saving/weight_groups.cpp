// Walks a model's layers as Keras does when it saves.
#include "saving/weight_groups.hpp"

#include <map>
#include <memory>
#include <set>

#include "core/check.hpp"
#include "core/registry.hpp"

namespace strata::saving {
namespace {

class Walk {
 public:
  void visit(const std::string& path, const Layer& layer) {
    if (!seen_.insert(&layer).second) {
      shared.push_back(&layer);
      return;
    }
    const Layer::FileLayout layout = layer.file_layout();
    groups.push_back({path + layout.own, &layer});
    std::map<std::string, int> counts;
    const auto sublayers = layer.sublayers();
    for (std::size_t i = 0; i < sublayers.size(); ++i) {
      std::string place = i < layout.sublayers.size() ? layout.sublayers[i] : "layers/*";
      if (place.ends_with('*')) {
        place.replace(place.size() - 1, 1, registry::snake_case(sublayers[i]->class_name()));
        const int before = counts[place]++;
        if (before > 0) place += "_" + std::to_string(before);
        place += '/';
      }
      visit(path + place, *sublayers[i]);
    }
  }

  std::vector<WeightGroup> groups;
  std::vector<const Layer*> shared;

 private:
  std::set<const Layer*> seen_;
};

}  // namespace

std::vector<WeightGroup> weight_groups(const Layer& model) {
  Walk walk;
  walk.visit("", model);
  return std::move(walk.groups);
}

std::map<const Layer*, int> ids_of_shared_layers(const Layer& model) {
  Walk walk;
  walk.visit("", model);
  std::map<const Layer*, int> ids;
  for (const Layer* layer : walk.shared) ids.emplace(layer, static_cast<int>(ids.size()) + 1);
  return ids;
}

void check_no_layer_is_shared(std::string_view who, const Layer& model) {
  Walk walk;
  walk.visit("", model);
  check(walk.shared.empty(), who,
        "a .h5 file holds a model where each layer stands in one place; save as .keras "
        "otherwise. Received: {} in two places.",
        walk.shared.empty() ? "" : walk.shared.front()->name());
}

}  // namespace strata::saving
