// Layers that stand in several places of a model, as configs of whole models know them: by the same
// `shared_object_id`, as Keras writes it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "strata/config.hpp"
#include "strata/layers/layer.hpp"

namespace strata::layers {

/// While one is alive on this thread, the objects of these layers hold an id.
class SharedLayerIds {
 public:
  /// Each layer with its id.
  explicit SharedLayerIds(std::map<const Layer*, int> ids);
  ~SharedLayerIds();
  SharedLayerIds(const SharedLayerIds&) = delete;
  SharedLayerIds& operator=(const SharedLayerIds&) = delete;

  static std::optional<int> of(const Layer& layer);

 private:
  std::map<const Layer*, int> ids_;
  const SharedLayerIds* outer_;
};

/// While one is alive on this thread, objects of equal ids give one layer.
class SharedLayers {
 public:
  SharedLayers();
  ~SharedLayers();
  SharedLayers(const SharedLayers&) = delete;
  SharedLayers& operator=(const SharedLayers&) = delete;

  /// The layer of the object's id, or nothing. It counts in `WeightBudget`, with all layers in it,
  /// as if it were made anew: a small config could name more places than there is time for.
  static std::shared_ptr<Layer> find(const Config& object);
  /// Makes a layer by `make`, and keeps it under the object's id, if that has one.
  template <class Make>
  static std::shared_ptr<Layer> made(const Config& object, const Make& make) {
    const std::int64_t before = count();
    std::shared_ptr<Layer> layer = make();
    keep(object, layer, before);
    return layer;
  }

 private:
  struct Known {
    std::shared_ptr<Layer> layer;
    std::int64_t layers;  // in all, with those inside
  };

  static std::int64_t count();
  static void keep(const Config& object, const std::shared_ptr<Layer>& layer, std::int64_t before);

  std::map<std::string, Known> known_;
  std::int64_t count_ = 0;  // of layers, one for each place
  SharedLayers* outer_;
};

}  // namespace strata::layers
