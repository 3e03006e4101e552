// Writes a layer's config and its object with the shape it was built for, and makes layers from them.
#include <algorithm>

#include "core/check.hpp"
#include "core/fields.hpp"
#include "core/registry.hpp"
#include "layers/base_fields.hpp"
#include "layers/shared_layers.hpp"
#include "layers/weight_budget.hpp"
#include "strata/layers/layer.hpp"
#include "tensor/format.hpp"

namespace strata {
namespace {

// Whether this is the list of input shapes that a layer of several inputs was built for.
bool is_list_of_lists(const Config& config) {
  return config.is_array() && !config.empty() &&
         std::all_of(config.begin(), config.end(),
                     [](const Config& each) { return each.is_array(); });
}

}  // namespace

Config Layer::get_config() const {
  return write_fields([&](auto& fields) {
    fields("name", name());
    fields("trainable", trainable_);
    fields.config["dtype"] = {{"module", "keras"},
                              {"class_name", "DTypePolicy"},
                              {"config", {{"name", "float32"}}},
                              {"registered_name", nullptr}};
    fields.if_set("activity_regularizer", activity_regularizer_);
  });
}

void Layer::set_base_config(const Config& config) {
  std::string name = name_;
  bool trainable = trainable_;
  RegularizerSpec activity = activity_regularizer_;
  ConfigReader reader(class_name(), config);
  reader.or_default("name", name);
  reader("trainable", trainable);
  reader("activity_regularizer", activity);
  ConfigReader(name, config).float32("dtype", "float32");
  name = layers::checked_name(std::move(name));
  restore_activity_regularizer(std::move(activity));
  name_ = std::move(name);
  named_ = !name_.empty();
  if (trainable != trainable_) restore_trainable(trainable);
}

void Layer::restore_trainable(bool trainable) { set_trainable(trainable); }

void Layer::restore_activity_regularizer(RegularizerSpec regularizer) {
  set_activity_regularizer(std::move(regularizer));
}

Config Layer::to_object() const {
  Config object =
      registry::object_config(typeid(*this), in_context(name(), [&] { return get_config(); }));
  if (const auto id = layers::SharedLayerIds::of(*this)) object["shared_object_id"] = *id;
  if (build_shape_) object["build_config"]["input_shape"] = to_config(*build_shape_);
  for (const Shape& shape : several_build_shapes_)
    object["build_config"]["input_shape"].push_back(to_config(shape));
  for (const auto& [weight, spec] : set_regularizers_) {
    object["weight_regularizers"][weight] = in_context(
        name() + ": " + weight, [&regularizer = spec] { return to_config(regularizer); });
  }
  return object;
}

void Layer::restore(const Config& object) {
  restore_regularizers(object);
  const auto build_config = object.find("build_config");
  if (build_config == object.end() || build_config->is_null()) return;
  const std::string who = name() + ": build_config";
  check(build_config->is_object(), who, "must be an object or null. Received: {}.", *build_config);
  const auto shapes = build_config->find("input_shape");
  if (shapes != build_config->end() && is_list_of_lists(*shapes)) {
    std::vector<Shape> several;
    for (const Config& each : *shapes) {
      ConfigReader(who, {{"input_shape", each}})("input_shape", several.emplace_back());
    }
    return build_with_sublayers(several);
  }
  // Keras writes the shape of a single input as one shape or as an object by name; other keys are
  // ignored.
  const auto by_name = build_config->find("shapes_dict");
  const bool named = by_name != build_config->end() && by_name->is_object();
  std::optional<Shape> input_shape;
  ConfigReader reader(who, named ? *by_name : *build_config);
  reader("input_shape", input_shape);
  if (input_shape) build_with_sublayers({*input_shape});
}

void Layer::restore_regularizers(const Config& object) {
  const auto regularizers = object.find("weight_regularizers");
  if (regularizers == object.end() || regularizers->is_null()) return;
  const std::string who = name() + ": weight_regularizers";
  check(regularizers->is_object(), who, "must be an object or null. Received: {}.", *regularizers);
  ConfigReader reader(who, *regularizers);
  for (const auto& [weight, value] : regularizers->items()) {
    RegularizerSpec regularizer;
    reader(weight.c_str(), regularizer);
    set_regularizer(weight, std::move(regularizer));
  }
}

namespace layers {

std::string checked_name(std::string name) {
  check(name.find('/') == std::string::npos, "Layer",
        "a name must not contain '/'. Received: name={}.", name);
  return name;
}

Config serialize(const Layer& layer) { return layer.to_object(); }

std::shared_ptr<Layer> deserialize(const Config& config) {
  if (std::shared_ptr<Layer> known = SharedLayers::find(config)) return known;
  return SharedLayers::made(config, [&] {
    WeightBudget::spend_layer("Layer");
    const registry::Named named = registry::read_object(typeid(Layer), "Layer", config);
    auto layer = std::static_pointer_cast<Layer>(named.entry->make(named.config));
    layer->set_base_config(named.config);
    layer->restore(config);
    return layer;
  });
}

}  // namespace layers
}  // namespace strata
