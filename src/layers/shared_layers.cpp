// Remembers the layers of a model that is written or read.
#include "layers/shared_layers.hpp"

#include <utility>

#include "layers/weight_budget.hpp"

namespace strata::layers {
namespace {

constexpr const char* kId = "shared_object_id";

thread_local constinit const SharedLayerIds* written = nullptr;
thread_local constinit SharedLayers* read = nullptr;

// Keras writes a whole number; nothing if there is none.
std::optional<std::string> id_in(const Config& object) {
  if (!object.is_object()) return std::nullopt;
  const auto id = object.find(kId);
  if (id == object.end() || !id->is_number_integer()) return std::nullopt;
  return id->dump();
}

}  // namespace

SharedLayerIds::SharedLayerIds(std::map<const Layer*, int> ids)
    : ids_(std::move(ids)), outer_(std::exchange(written, this)) {}

SharedLayerIds::~SharedLayerIds() { written = outer_; }

std::optional<int> SharedLayerIds::of(const Layer& layer) {
  if (written == nullptr) return std::nullopt;
  const auto found = written->ids_.find(&layer);
  return found == written->ids_.end() ? std::nullopt : std::optional(found->second);
}

SharedLayers::SharedLayers() : outer_(std::exchange(read, this)) {}

SharedLayers::~SharedLayers() { read = outer_; }

std::shared_ptr<Layer> SharedLayers::find(const Config& object) {
  const auto id = read == nullptr ? std::nullopt : id_in(object);
  if (!id) return nullptr;
  const auto found = read->known_.find(*id);
  if (found == read->known_.end()) return nullptr;
  const Known& known = found->second;
  for (std::int64_t i = 0; i < known.layers; ++i) WeightBudget::spend_layer("Layer");
  read->count_ += known.layers;
  return known.layer;
}

std::int64_t SharedLayers::count() { return read == nullptr ? 0 : read->count_; }

void SharedLayers::keep(const Config& object, const std::shared_ptr<Layer>& layer,
                        std::int64_t before) {
  if (read == nullptr) return;
  ++read->count_;
  if (const auto id = id_in(object)) read->known_[*id] = {layer, read->count_ - before};
}

}  // namespace strata::layers
