// Makes a model whose weights have their values from a file, not from initializers.
#include "saving/saved_model.hpp"

#include "core/context.hpp"
#include "layers/shared_layers.hpp"
#include "layers/values_from_file.hpp"
#include "layers/weight_budget.hpp"
#include "saving/model_config.hpp"

namespace strata::saving {
namespace {

std::shared_ptr<Model> make_of_config(SavedModel& saved, bool compile) {
  constexpr std::int64_t kBytesPerLayer = 2048;  // its name, its rules, what a call records
  const std::int64_t memory = saved.weights->max_memory();
  const layers::WeightBudget budget(memory / static_cast<std::int64_t>(sizeof(float)),
                                    memory / kBytesPerLayer);
  const layers::SharedLayers shared;
  return in_context(std::string(saved.origin.who) + ": " + saved.origin.name,
                    [&] { return read_model(std::move(saved.config), compile); });
}

}  // namespace

std::shared_ptr<Model> make_model(SavedModel saved, bool compile) {
  layers::ValuesFromFile values;
  std::shared_ptr<Model> model = values.during([&] { return make_of_config(saved, compile); });
  take_over(*model, *saved.weights);
  values.initialize_rest();
  return model;
}

}  // namespace strata::saving
