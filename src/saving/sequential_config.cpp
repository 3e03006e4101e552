// How a Sequential is written and read: Keras's layout, an InputLayer in front of the layers.
#include <algorithm>
#include <string>
#include <unordered_set>

#include "core/context.hpp"
#include "core/fields.hpp"
#include "layers/name_scope.hpp"
#include "strata/layers/input.hpp"
#include "strata/models/sequential.hpp"

namespace strata {
namespace {

// Where an error in the list happened: `layers[2] (dense_1)`.
std::string place_of(std::size_t index, const Config& layer) {
  std::string place = fmt::format("layers[{}]", index);
  if (!layer.is_object()) return place;
  const auto config = layer.find("config");  // not copied: it may hold a whole model
  const bool has_name = config != layer.end() && config->is_object() && config->contains("name");
  const auto label = has_name ? config->find("name") : layer.find("class_name");
  const bool is_text = (has_name || label != layer.end()) && label->is_string();
  return is_text ? fmt::format("{} ({})", place, excerpt(label->get_ref<const std::string&>()))
                 : place;
}

std::shared_ptr<Layer> read_layer(const Config& layer) {
  try {
    return layers::deserialize(layer);
  } catch (const nlohmann::json::exception& error) {  // of a user's from_config
    throw InvalidArgument(error.what());
  }
}

// A name that none of the layers has, for the InputLayer that get_config makes up.
std::string free_name(const std::vector<std::shared_ptr<Layer>>& layers) {
  std::string name = "input_layer";
  const auto has_it = [&](const auto& layer) { return layer->name() == name; };
  for (int count = 1; std::any_of(layers.begin(), layers.end(), has_it); ++count)
    name = "input_layer_" + std::to_string(count);
  return name;
}

}  // namespace

Config Sequential::get_config() const {
  Config config = Layer::get_config();
  Config& list = config["layers"] = Config::array();
  if (input_ != nullptr) {
    list.push_back(layers::serialize(*input_));
  } else if (built() && build_shape()->rank() > 0) {  // as Keras does for a model built by a call
    const layers::Input made_up({.shape = Shape(), .name = free_name(sublayers())});
    Config input = layers::serialize(made_up);
    input["config"]["batch_shape"] = to_config(*build_shape());
    list.push_back(std::move(input));
  }
  for (const auto& layer : sublayers()) list.push_back(layers::serialize(*layer));
  if (built()) config["build_input_shape"] = to_config(*build_shape());
  return config;
}

// All layers first, then one pass that builds them: the time is linear in their number.
Sequential Sequential::from_config(const Config& config) {
  std::string name;
  std::optional<Shape> build_input_shape;
  read_fields("Sequential", config, [&](auto& fields) {
    fields.or_default("name", name);  // null: the default name
    fields("build_input_shape", build_input_shape);
    for (const char* key : {"trainable", "dtype", "activity_regularizer", "layers"})
      fields.skip(key);  // set_base_config reads all but the last
  });
  const auto list = config.find("layers");
  check(config.contains("name") && list != config.end() && list->is_array(), "Sequential",
        "a config must hold a name and a list of layers. Received: {}.", config);

  Sequential model(Options{.name = name});
  model.set_base_config(config);
  const layers::NameScope scope(
      model);  // layers that say for which shape are built as they are read
  std::unordered_set<std::string> names;
  for (std::size_t i = 0; i < list->size(); ++i) {
    const Config& entry = (*list)[i];
    in_context(name + ": " + place_of(i, entry), [&] {
      const std::shared_ptr<Layer> layer = read_layer(entry);
      check(names.insert(layer->name()).second, "Sequential",
            "layer names must be unique in a model. Received: name={} twice.", layer->name());
      if (dynamic_cast<const layers::Input*>(layer.get()) == nullptr) return model.track(layer);
      check(i == 0, "Sequential", "an InputLayer can only be the first layer. Received: {} at {}.",
            layer->name(), i);
      model.input_ = layer;
    });
  }
  if (model.input_ != nullptr)
    build_input_shape = static_cast<const layers::Input&>(*model.input_).batch_shape();
  if (build_input_shape && !model.sublayers().empty()) model.build(*build_input_shape);
  return model;
}

// The config holds the layers' own flags.
void Sequential::restore_trainable(bool trainable) { set_own_trainable(trainable); }

}  // namespace strata
