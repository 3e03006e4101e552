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
  if (!object.is_object()) return false;
  const auto found = object.find("class_name");
  return found != object.end() && *found == class_name;
}

// Renames `l`, as tf.keras 2 lets L1 and L2 call their factor.
void update_regularizer(Config& regularizer) {
  Config& config = regularizer["config"];
  const bool is_l1 = is_class(regularizer, "L1");
  const auto found = config.find("l");
  if ((!is_l1 && !is_class(regularizer, "L2")) || found == config.end()) return;
  Config factor = std::move(*found);
  config.erase(found);
  config[is_l1 ? "l1" : "l2"] = std::move(factor);
}

// tf.keras before 2.3 writes the type that weights have anyway.
void update_initializer(Config& initializer) {
  Config& config = initializer["config"];
  const auto type = config.find("dtype");
  if (type != config.end() && (type->is_null() || *type == "float32")) config.erase(type);
}

void update_rules(Config& layer) {
  const auto config = layer.is_object() ? layer.find("config") : layer.end();
  if (!layer.is_object() || config == layer.end() || !config->is_object()) return;
  for (auto& [key, rule] : config->items()) {
    if (!rule.is_object() || !rule.value("config", Config()).is_object()) continue;
    if (key.ends_with("_regularizer")) update_regularizer(rule);
    if (key.ends_with("_initializer")) update_initializer(rule);
  }
}

// The shape of a layer's input with the batch axis; null if the layer's config has none.
Config input_shape_in(const Config& layer) {
  if (!layer.is_object()) return nullptr;
  const auto found = layer.find("config");
  if (found == layer.end() || !found->is_object()) return nullptr;
  const Config& config = *found;
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
    update_rules(layer);
    if (is_class(layer, "Sequential")) update_sequential(layer);
  }
  const Config& first = layers->front();
  const Config batch_shape = input_shape_in(first);
  if (is_class(first, "InputLayer") || batch_shape.is_null()) return;
  Config entry = input_layer(batch_shape, first);
  layers->insert(layers->begin(), std::move(entry));
}

// A function and its name, which tf.keras 2 writes as an object of a class of its own.
void update_metric(Config& metric) {
  const auto config = metric.find("config");
  if (!is_class(metric, "MeanMetricWrapper") || config == metric.end() || !config->is_object())
    return;
  const Config function = config->value("fn", Config());
  if (!function.is_string()) return;
  metric = {
      {"class_name", "function"}, {"config", function}, {"name", config->value("name", Config())}};
}

// `auto` means what is usual, and the function is the class's own.
void update_loss(Config& loss) {
  const auto config = loss.find("config");
  if (config == loss.end() || !config->is_object()) return;
  const auto reduction = config->find("reduction");
  if (reduction != config->end() && *reduction == "auto") *reduction = "sum_over_batch_size";
  config->erase("fn");
}

// What is in lists, and in objects by output, to any depth: the JSON's own is bounded.
template <class Update>
void update_all(Config& value, const Update& update) {
  if (value.is_object() && value.contains("class_name")) return update(value);
  if (!value.is_structured()) return;
  for (Config& each : value) update_all(each, update);
}

void update_training(Config& config) {
  for (const char* key : {"metrics", "weighted_metrics"}) {
    const auto metrics = config.find(key);
    if (metrics != config.end()) update_all(*metrics, update_metric);
  }
  const auto loss = config.find("loss");
  if (loss != config.end()) update_all(*loss, update_loss);
}

}  // namespace

Config in_todays_layout(Config object) {
  object = unwrapped(std::move(object));
  if (is_class(object, "Sequential")) update_sequential(object);
  const auto training = object.is_object() ? object.find("compile_config") : object.end();
  if (object.is_object() && training != object.end() && training->is_object())
    update_training(*training);
  return object;
}

}  // namespace strata::saving
