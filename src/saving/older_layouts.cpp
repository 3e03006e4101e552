// Rewrites Keras 2 and TensorFlow.js configs of models in the layout of Keras 3.
#include "saving/older_layouts.hpp"

#include <string>
#include <utility>

namespace strata::saving {
namespace {

Config unwrapped(Config object) {
  for (const char* wrapper : {"modelTopology", "model_config"}) {
    if (!object.is_object() || object.contains("class_name")) break;
    const auto inner = object.find(wrapper);
    if (inner != object.end()) object = Config(std::move(*inner));
  }
  return object;
}

bool is_class(const Config& object, const char* class_name) {
  return object.is_object() && object.value("class_name", Config()) == class_name;
}

// The shape of a layer's input with the batch axis; null if the layer's config has none.
Config input_shape_in(const Config& layer) {
  const Config config = layer.is_object() ? layer.value("config", Config()) : Config();
  if (!config.is_object()) return nullptr;
  const auto batch_shape = config.find("batch_input_shape");
  if (batch_shape != config.end() && !batch_shape->is_null()) return *batch_shape;
  const auto shape = config.find("input_shape");
  if (shape != config.end() && shape->is_array()) {
    Config with_batch = Config::array({nullptr});
    for (const Config& extent : *shape) with_batch.push_back(extent);
    return with_batch;
  }
  const auto width = config.find("input_dim");
  if (width != config.end() && !width->is_null()) return Config::array({nullptr, *width});
  return nullptr;
}

// An InputLayer named as Keras 2 would, after the layer that follows it.
Config input_layer(const Config& batch_shape, const Config& first) {
  Config config = {{"batch_shape", batch_shape}};
  const Config name = first.at("config").value("name", Config());
  if (name.is_string()) config["name"] = name.get<std::string>() + "_input";
  return {{"class_name", "InputLayer"}, {"config", std::move(config)}};
}

void update_sequential(Config& object) {
  const auto found = object.find("config");
  if (found == object.end()) return;
  Config& config = *found;
  if (config.is_array()) config = {{"name", nullptr}, {"layers", std::move(config)}};
  const auto layers = config.is_object() ? config.find("layers") : config.end();
  if (!config.is_object() || layers == config.end() || !layers->is_array() || layers->empty())
    return;
  for (Config& layer : *layers) {
    if (is_class(layer, "Sequential")) update_sequential(layer);
  }
  const Config& first = layers->front();
  const Config batch_shape = input_shape_in(first);
  if (is_class(first, "InputLayer") || batch_shape.is_null()) return;
  Config entry = input_layer(batch_shape, first);
  layers->insert(layers->begin(), std::move(entry));
}

}  // namespace

Config in_todays_layout(Config object) {
  object = unwrapped(std::move(object));
  if (is_class(object, "Sequential")) update_sequential(object);
  return object;
}

}  // namespace strata::saving
