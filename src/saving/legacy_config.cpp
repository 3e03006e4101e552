// Rewrites configs between legacy `.h5` files and `.keras` files.
#include "saving/legacy_config.hpp"

#include <iostream>
#include <string>
#include <utility>

#include "core/registry.hpp"
#include "strata/losses/loss.hpp"

namespace strata::saving {
namespace {

// A registered class goes by its registered name, as in Keras.
Config short_form(Config object) {
  const auto registered = object.find("registered_name");
  if (registered != object.end() && registered->is_string()) object["class_name"] = *registered;
  for (const char* key : {"module", "registered_name"}) object.erase(key);
  return object;
}

bool is_sequential(const Config& object) {
  return object.is_object() && object.value("class_name", Config()) == "Sequential";
}

// A Sequential builds its layers, so they don't say for which shape.
void shorten_layers(Config& sequential) {
  for (Config& layer : sequential["config"]["layers"]) {
    layer = short_form(std::move(layer));
    layer.erase("build_config");
    if (is_sequential(layer)) shorten_layers(layer);
  }
}

// Keras 3 can't open a legacy file, not even its own, whose loss goes by a short name.
void write_out_name(Config& loss) {
  if (!loss.is_string()) return;
  const auto found = registry::find_identifier(typeid(Loss), loss.get<std::string>());
  if (!found || !found->entry->registered_name.empty()) return;
  const std::string& class_name = found->entry->class_name;
  if (class_name.empty() || found->name == class_name) return;
  loss = registry::snake_case(class_name);
}

// Keras before 2.3 calls the rate `lr`.
void update_optimizer(const io::Origin& origin, Config& config) {
  const auto rate = config.find("lr");
  if (rate != config.end() && !config.contains("learning_rate")) {
    Config value = std::move(*rate);
    config.erase("lr");
    config["learning_rate"] = std::move(value);
  }
  const auto decay = config.find("decay");
  if (decay == config.end() || !decay->is_number() || *decay == 0) return;
  std::cerr << fmt::format(
                   "strata: {}: the optimizer's decay={} is left out, as in Keras 3: the learning "
                   "rate stays as it is.\n",
                   origin.name, decay->get<double>())
            << std::flush;
  config.erase(decay);
}

}  // namespace

Config legacy_model_config(Config object) {
  object = short_form(std::move(object));
  object.erase("compile_config");
  if (is_sequential(object)) {
    object.erase("build_config");
    shorten_layers(object);
  }
  return object;
}

Config legacy_training_config(Config compile_config) {
  const auto found = compile_config.find("optimizer");
  Config optimizer = short_form(std::move(*found));
  compile_config.erase(found);
  compile_config["optimizer_config"] = std::move(optimizer);
  write_out_name(compile_config["loss"]);
  return compile_config;
}

Config compile_config_of(const io::Origin& origin, Config training_config) {
  origin.check(training_config.is_object(), "training_config must be an object. Received: {}.",
               training_config);
  const auto weighting = training_config.find("sample_weight_mode");
  if (weighting != training_config.end() && weighting->is_null()) training_config.erase(weighting);
  const auto found = training_config.find("optimizer_config");
  if (found == training_config.end()) return training_config;
  Config optimizer = std::move(*found);
  training_config.erase(found);
  const auto config = optimizer.is_object() ? optimizer.find("config") : optimizer.end();
  if (config != optimizer.end() && config->is_object()) update_optimizer(origin, *config);
  training_config["optimizer"] = std::move(optimizer);
  return training_config;
}

}  // namespace strata::saving
