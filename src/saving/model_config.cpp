// What a model's object holds beside a layer's, and the JSON around it all.
#include "saving/model_config.hpp"

#include "core/context.hpp"
#include "core/fields.hpp"
#include "io/json.hpp"
#include "layers/shared_layers.hpp"
#include "layers/weight_budget.hpp"
#include "saving/compile_config.hpp"
#include "saving/older_layouts.hpp"
#include "saving/weight_groups.hpp"
#include "strata/models/model.hpp"
#include "strata/saving/clone_model.hpp"
#include "strata/saving/model_from_json.hpp"

namespace strata {

Config Model::get_compile_config() const {
  if (!compiled()) return Config::object();
  return in_context(name() + ": compile_config",
                    [&] { return saving::write_compile_config(compile_options()); });
}

void Model::compile_from_config(const Config& config) {
  take_compile_options(saving::read_compile_config(name() + ": compile_config", config),
                       OptionsOrigin::config);
}

Config Model::to_object() const {
  Config object = Layer::to_object();
  object["compile_config"] = get_compile_config();
  return object;
}

void Model::restore(const Config& object) {
  Layer::restore(object);
  const auto config = object.find("compile_config");
  if (config == object.end() || config->is_null() || (config->is_object() && config->empty()))
    return;
  compile_from_config(*config);
}

std::string Model::to_json() const { return saving::to_text(name(), to_object()); }

std::string saving::to_text(const std::string& who, const Config& object) {
  try {
    return object.dump(-1, ' ', /*ensure_ascii=*/true);
  } catch (const nlohmann::json::exception&) {
    raise(who, "names and other texts of a config must be UTF-8. Received: one that is not.");
  }
}

std::shared_ptr<Model> saving::read_model(Config object, bool compile) {
  object = in_todays_layout(std::move(object));
  if (!compile && object.is_object()) object.erase("compile_config");
  const std::shared_ptr<Layer> layer = [&] {
    try {
      return layers::deserialize(object);
    } catch (const nlohmann::json::exception& error) {  // of a user's from_config
      throw InvalidArgument(error.what());
    } catch (const StateError& error) {  // of an empty model in a model: the config is at fault
      throw InvalidArgument(error.what());
    }
  }();
  auto model = std::dynamic_pointer_cast<Model>(layer);
  check(model != nullptr, "the config", "must describe a model. Received: class_name={}.",
        layer->class_name());
  return model;
}

std::shared_ptr<Model> model_from_json(std::string_view json, const ModelFromJsonOptions& options) {
  const layers::WeightBudget budget(options.max_params);
  const CustomObjectScope scope(options.custom_objects);
  return in_context("model_from_json", [&] {
    return saving::read_model(io::parse_json("JSON", json), options.compile);
  });
}

std::shared_ptr<Model> clone_model(const Model& model) {
  const layers::SharedLayerIds ids(saving::ids_of_shared_layers(model));
  const layers::SharedLayers shared;
  return std::dynamic_pointer_cast<Model>(layers::deserialize(model.to_object()));
}

}  // namespace strata
