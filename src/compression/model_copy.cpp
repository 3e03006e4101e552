// Takes a model apart, and makes a new one of the parts.
#include "compression/model_copy.hpp"

#include <algorithm>
#include <set>
#include <typeinfo>

#include "constraints/attached.hpp"
#include "core/check.hpp"
#include "layers/values_from_file.hpp"
#include "models/visit_layers.hpp"
#include "strata/layers/bidirectional.hpp"
#include "strata/layers/rnn.hpp"
#include "strata/layers/spectral_normalization.hpp"
#include "strata/layers/stacked_rnn_cells.hpp"
#include "strata/layers/time_distributed.hpp"
#include "strata/models/sequential.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/elementwise.hpp"

namespace strata::compression {
namespace {

// Built-in layers whose configs hold the layers that they call.
bool is_wrapper(const Layer& layer) {
  const std::type_info& kind = typeid(layer);
  return kind == typeid(layers::TimeDistributed) || kind == typeid(layers::Bidirectional) ||
         kind == typeid(layers::RNN) || kind == typeid(layers::StackedRNNCells) ||
         kind == typeid(layers::SpectralNormalization) || kind == typeid(Sequential);
}

// The object of a layer, which is a value of the config around it or an element of a list there.
Config* object_of(const Layer& layer, Config& around) {
  const auto is_its = [&](const Config& value) {
    return value.is_object() && value.contains("class_name") && value.contains("config") &&
           value["config"].is_object() && value["config"].value("name", "") == layer.name();
  };
  for (Config& value : around) {
    if (is_its(value)) return &value;
    if (!value.is_array()) continue;
    for (Config& each : value) {
      if (is_its(each)) return &each;
    }
  }
  return nullptr;
}

void add_wrapped(const Layer& layer, Config& object, std::vector<CopiedLayer>& all) {
  all.push_back({&layer, &object});
  if (!is_wrapper(layer)) return;
  for (const auto& inner : layer.sublayers()) {
    if (Config* own = object_of(*inner, object.at("config"))) add_wrapped(*inner, *own, all);
  }
}

}  // namespace

void check_sequential(std::string_view who, const Model& model) {
  check(typeid(model) == typeid(Sequential), who,
        "the model must be a Sequential, of no class of its own. Received: {} of class {}.",
        model.name(), model.class_name());
}

ModelCopy::ModelCopy(std::string_view who, const Model& model) {
  check<StateError>(model.built(), who, "the model must be built. Received: an unbuilt model.");
  object_ = model.to_object();
  object_.erase("compile_config");
  for (const auto& [path, weight] : model.named_weights()) {
    paths_.emplace(weight.id(), path);
    CopiedWeight& copied = weights_[path];
    copied.value = ops::stop_gradient(weight);
    if (weight.regularizer()) copied.kept = weight.regularizer()->kept();
  }
  if (typeid(model) != typeid(Sequential)) return;
  Shape shape = *model.build_shape();
  place(model.layers(), "", object_, shape);
  std::set<const Layer*> seen;
  for (const PlacedLayer& placed : layers_) {
    models::visit_layers(*placed.layer, [&](const Layer& layer) {
      check(seen.insert(&layer).second, who,
            "a layer must stand in the model once. Received: {} twice.", layer.name());
    });
  }
}

std::vector<CopiedLayer> ModelCopy::with_wrapped(const PlacedLayer& placed) const {
  std::vector<CopiedLayer> all;
  add_wrapped(*placed.layer, placed.object(), all);
  return all;
}

void ModelCopy::place(const std::vector<std::shared_ptr<Layer>>& all, const std::string& prefix,
                      Config& object, Shape& shape) {
  const bool is_inside = !prefix.empty();
  if (is_inside) {  // the model around it builds it
    object.erase("build_config");
    object.at("config").erase("build_input_shape");
  }
  Config& list = object.at("config").at("layers");
  if (is_inside) {
    list.erase(std::remove_if(
                   list.begin(), list.end(),
                   [](const Config& each) { return each.value("class_name", "") == "InputLayer"; }),
               list.end());
  }
  const std::size_t first = list.size() - all.size();  // behind an InputLayer
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::shared_ptr<Layer>& layer = all[i];
    Config& own = list[first + i];
    const std::string path = prefix + layer->name();
    if (const auto* inside = dynamic_cast<const Sequential*>(layer.get());
        inside != nullptr && typeid(*inside) == typeid(Sequential)) {
      place(inside->layers(), path + "/", own, shape);
      continue;
    }
    const Shape output = layer->compute_output_shape(shape);
    layers_.push_back({layer, path, {shape, output}, &list, first + i});
    shape = output;
  }
}

void ModelCopy::insert(const PlacedLayer& before, const Layer& layer) const {
  before.siblings->insert(before.siblings->begin() + static_cast<std::ptrdiff_t>(before.index),
                          layer.to_object());
}

std::string ModelCopy::free_name(const PlacedLayer& placed, const std::string& base) const {
  std::string name = base;
  const auto has_it = [&](const Config& each) {
    return each.at("config").value("name", "") == name;
  };
  for (int count = 1; std::any_of(placed.siblings->begin(), placed.siblings->end(), has_it);
       ++count)
    name = base + "_" + std::to_string(count);
  return name;
}

std::shared_ptr<Model> ModelCopy::make() const {
  layers::ValuesFromFile values;
  auto model =
      std::dynamic_pointer_cast<Model>(values.during([&] { return layers::deserialize(object_); }));
  for (const auto& [path, weight] : model->named_weights()) {
    const auto copied = weights_.find(path);
    if (copied == weights_.end()) continue;
    weight.assign(copied->second.value);
    weight.set_constraint(constraints::attached(weight.constraint(), copied->second.value));
    auto rule = weight.regularizer();
    if (rule == nullptr) continue;
    if (auto own = rule->attached_to(copied->second.value)) rule = std::move(own);
    if (!copied->second.kept.empty()) {
      if (auto own = rule->with_kept(copied->second.kept)) rule = std::move(own);
    }
    weight.set_regularizer(std::move(rule));
  }
  values.initialize_rest();
  return model;
}

std::vector<int> indices_of(const std::vector<bool>& flags) {
  std::vector<int> indices;
  for (std::size_t i = 0; i < flags.size(); ++i) {
    if (flags[i]) indices.push_back(static_cast<int>(i));
  }
  return indices;
}

Tensor kept_along(const Tensor& value, int axis, const std::vector<bool>& kept) {
  const std::vector<int> found = indices_of(kept);
  const std::vector<float> indices(found.begin(), found.end());
  return ops::gather(value, Tensor({std::ssize(indices)}, indices), axis);
}

}  // namespace strata::compression
