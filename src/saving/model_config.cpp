// What a model's object holds beside a layer's, and the JSON around it all.
#include "core/context.hpp"
#include "core/fields.hpp"
#include "layers/weight_budget.hpp"
#include "saving/compile_config.hpp"
#include "saving/json.hpp"
#include "saving/older_layouts.hpp"
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

std::string Model::to_json() const { return to_object().dump(-1, ' ', /*ensure_ascii=*/true); }

std::shared_ptr<Model> model_from_json(std::string_view json, const ModelFromJsonOptions& options) {
  const layers::WeightBudget budget(options.max_params);
  return in_context("model_from_json", [&] {
    Config object = saving::in_todays_layout(saving::parse_json("JSON", json));
    if (!options.compile && object.is_object()) object.erase("compile_config");
    const std::shared_ptr<Layer> layer = layers::deserialize(object);
    auto model = std::dynamic_pointer_cast<Model>(layer);
    check(model != nullptr, "the JSON", "must describe a model. Received: class_name={}.",
          layer->class_name());
    return model;
  });
}

std::shared_ptr<Model> clone_model(const Model& model) {
  return std::dynamic_pointer_cast<Model>(layers::deserialize(model.to_object()));
}

}  // namespace strata
