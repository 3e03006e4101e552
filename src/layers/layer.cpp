// Layer: its name, its weights and their rules. Calls, configs and paths have files of their own.
#include "strata/layers/layer.hpp"

#include <algorithm>
#include <atomic>
#include <deque>
#include <mutex>
#include <set>
#include <utility>

#include "constraints/attached.hpp"
#include "core/check.hpp"
#include "core/known_names.hpp"
#include "core/registry.hpp"
#include "layers/base_fields.hpp"
#include "layers/name_scope.hpp"
#include "layers/shared_flag.hpp"
#include "layers/values_from_file.hpp"
#include "layers/visit_weights.hpp"
#include "layers/weight_budget.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/elementwise.hpp"
#include "tensor/format.hpp"

namespace strata {
namespace layers {
namespace {

// A fork while another thread makes it would leave the child waiting for that thread.
[[maybe_unused]] BuildMutex& build_mutex_made_at_load = build_mutex();

}  // namespace

BuildMutex& build_mutex() {
  static BuildMutex& mutex = *new BuildMutex(HeldUp::builds);
  return mutex;
}

}  // namespace layers

namespace {

[[noreturn]] void raise_no_weight(const std::string& layer,
                                  const std::vector<std::string_view>& known,
                                  std::string_view received) {
  raise(layer, "there is no weight of this name; {}. Received: {}.",
        Whole{known_names(received, {known.begin(), known.end()})}, excerpt(received));
}

[[noreturn]] void raise_not_trained(const std::string& layer, std::string_view rule,
                                    std::string_view weight) {
  raise(layer, "only a weight that is trained can have a {}. Received: one for {}.", rule, weight);
}

// The rule that the weight keeps.
std::shared_ptr<const Regularizer> attached(const RegularizerSpec& regularizer,
                                            const Variable& weight) {
  if (!regularizer || layers::ValuesFromFile::active()) return regularizer.rule();
  auto own = regularizer->attached_to(weight.value());
  return own ? own : regularizer.rule();
}

// An optimizer takes proximal steps of weights; an activity would have no gradient and no step.
void check_activity_rule(const RegularizerSpec& rule, std::string_view who) {
  check(
      !rule || rule->proximal_rule() == nullptr, who,
      "the rule Proximal is for weights; an activity takes the rule inside it. Received: Proximal "
      "as the activity regularizer.");
}

// Made after the check, so that a refused layer takes no name from others.
std::string first_name(std::string_view class_name, std::string name,
                       const RegularizerSpec& activity_regularizer) {
  check_activity_rule(activity_regularizer, name.empty() ? class_name : std::string_view(name));
  return name.empty() ? layers::unique_name(registry::snake_case(class_name))
                      : layers::checked_name(std::move(name));
}

}  // namespace

Layer::Layer(std::string_view class_name, std::string name, RegularizerSpec activity_regularizer)
    : name_(first_name(class_name, std::move(name), activity_regularizer)),
      activity_regularizer_(std::move(activity_regularizer)) {}

std::string Layer::class_name() const { return registry::class_name_of(typeid(*this)); }

std::uint64_t Layer::next_id() {
  static std::atomic<std::uint64_t> next = 1;
  return next++;
}

const std::string& Layer::name() const {
  // Made on first use, since the default name needs the dynamic type, which a base's constructor
  // can't see.
  if (!layers::load(named_)) {
    const std::scoped_lock lock(layers::build_mutex());
    if (name_.empty()) name_ = layers::unique_name(registry::snake_case(class_name()));
    layers::store(named_, true);
  }
  return name_;
}

std::optional<std::vector<Layer::RegularizerSlot>> Layer::regularizer_slots() { return {}; }

Variable Layer::add_weight(const WeightOptions& options) {
  const auto taken = [&](const Variable& weight) { return weight.name() == options.name; };
  check<StateError>(
      std::none_of(trainable_weights_.begin(), trainable_weights_.end(), taken) &&
          std::none_of(non_trainable_weights_.begin(), non_trainable_weights_.end(), taken),
      name(), "a weight's name must be unique in its layer. Received: {}.", options.name);
  check(static_cast<bool>(options.initializer), name(),
        "a weight needs an initializer. Received: none for {}.", options.name);
  check(
      options.name.find('/') == std::string::npos, name(),
      "a weight's name must not contain '/', which separates the parts of its path. Received: {}.",
      options.name);
  RegularizerSpec regularizer = options.regularizer;
  if (const auto set = set_regularizers_.find(options.name); set != set_regularizers_.end())
    regularizer = set->second;
  if (!options.trainable && regularizer) raise_not_trained(name(), "regularizer", options.name);
  if (!options.trainable && options.constraint)
    raise_not_trained(name(), "constraint", options.name);
  const std::string owner = name() + ": " + options.name;
  layers::WeightBudget::spend(owner, options.shape);
  options.axes.check_fit(owner, options.shape);
  if (regularizer) regularizer->check_slot({.shape = options.shape, .axes = options.axes}, owner);
  if (options.constraint) options.constraint->check_weight(options.shape, owner);
  Variable weight(options.name,
                  layers::ValuesFromFile::initial_value(options.initializer, options.shape),
                  {.trainable = options.trainable,
                   .path = layers::NameScope::path_of(*this, options.name),
                   .axes = options.axes,
                   .integer = options.integer});
  check<ShapeError>(
      weight.shape() == options.shape, name(),
      "an initializer must return the shape it was asked for. Received: {} for {} of shape {}.",
      weight.shape(), options.name, options.shape);
  layers::ValuesFromFile::remember(weight, options.initializer);
  // Only frozen with the layer: it keeps its rules, which count once it is trained again.
  if (!trainable_) weight.set_trainable(false);
  weight.set_regularizer(attached(regularizer, weight));
  weight.set_constraint(layers::ValuesFromFile::active()
                            ? options.constraint.rule()
                            : constraints::attached(options.constraint.rule(), weight.value()));
  (options.trainable ? trainable_weights_ : non_trainable_weights_).push_back(weight);
  return weight;
}

void Layer::adopt_weight(const Variable& weight) { trainable_weights_.push_back(weight); }

bool Layer::tracks(const Layer& other) const {
  return std::any_of(sublayers_.begin(), sublayers_.end(), [&](const auto& sublayer) {
    return sublayer.get() == &other || sublayer->tracks(other);
  });
}

void Layer::track(std::shared_ptr<Layer> sublayer) { sublayers_.push_back(std::move(sublayer)); }

// Keras's order, each layer once: the direct sub-layers as tracked; the sub-layers of each are put
// at the front of the queue one at a time, and so come in reverse.
std::vector<const Layer*> Layer::flattened() const {
  std::deque<const Layer*> queue;
  for (const auto& sublayer : sublayers_) queue.push_back(sublayer.get());
  std::vector<const Layer*> found;
  std::set<const Layer*> seen;
  while (!queue.empty()) {
    const Layer* layer = queue.front();
    queue.pop_front();
    if (!seen.insert(layer).second) continue;
    found.push_back(layer);
    for (const auto& sublayer : layer->sublayers_) queue.push_front(sublayer.get());
  }
  return found;
}

void Layer::set_activity_regularizer(RegularizerSpec regularizer) {
  check_activity_rule(regularizer, name());
  activity_regularizer_ = std::move(regularizer);
}

void Layer::set_regularizer(std::string_view weight, RegularizerSpec regularizer) {
  if (weight == "activity") return set_activity_regularizer(std::move(regularizer));
  const auto slots = regularizer_slots();
  RegularizerSpec* slot = nullptr;
  bool is_known = !slots;
  std::vector<std::string_view> known;
  for (const auto& [name, spec] : slots.value_or(std::vector<RegularizerSlot>())) {
    if (name == weight) {
      slot = spec;
      is_known = true;
    }
    known.push_back(name);
  }
  if (built()) {
    const Variable variable = this->weight(weight);
    if (regularizer) {
      if (std::find(non_trainable_weights_.begin(), non_trainable_weights_.end(), variable) !=
          non_trainable_weights_.end())
        raise_not_trained(name(), "regularizer", weight);
      regularizer->check_slot({.shape = variable.shape(), .axes = variable.axes()},
                              name() + ": " + std::string(weight));
    }
    variable.set_regularizer(attached(regularizer, variable));
  } else if (!is_known) {
    raise_no_weight(name(), known, weight);
  }
  if (slot != nullptr) {
    *slot = std::move(regularizer);
  } else if (is_known) {
    set_regularizers_.insert_or_assign(std::string(weight), std::move(regularizer));
  }
}

std::vector<Variable> Layer::weights() const {
  std::vector<Variable> all;
  std::set<std::uint64_t> seen;
  visit_weights([&](const Layer&, const Variable& weight) {
    if (seen.insert(weight.id()).second) all.push_back(weight);
  });
  return all;
}

std::vector<Variable> Layer::own_weights() const {
  std::vector<Variable> own = trainable_weights_;
  own.insert(own.end(), non_trainable_weights_.begin(), non_trainable_weights_.end());
  return own;
}

std::vector<Variable> Layer::trainable_variables() const {
  std::vector<Variable> all;
  if (!trainable_) return all;
  std::set<std::uint64_t> seen;
  visit_weights([&](const Layer& layer, const Variable& weight) {
    if (layer.trainable_ && weight.trainable() && seen.insert(weight.id()).second)
      all.push_back(weight);
  });
  return all;
}

std::vector<Variable> Layer::non_trainable_variables() const {
  const std::vector<Variable> trainable = trainable_variables();
  std::vector<Variable> all = weights();
  std::erase_if(all, [&](const Variable& weight) {
    return std::find(trainable.begin(), trainable.end(), weight) != trainable.end();
  });
  return all;
}

Variable Layer::weight(std::string_view weight_name) const {
  std::vector<std::string_view> names;
  for (const auto* list : {&trainable_weights_, &non_trainable_weights_}) {
    for (const Variable& weight : *list) {
      if (weight.name() == weight_name) return weight;
      names.push_back(weight.name());
    }
  }
  raise_no_weight(name(), names, weight_name);
}

std::vector<Tensor> Layer::get_weights() const {
  std::vector<Tensor> values;
  for (const Variable& weight : weights()) values.push_back(ops::stop_gradient(weight));
  return values;
}

void Layer::set_weights(const std::vector<Tensor>& values) {
  const std::vector<Variable> all = weights();
  check<ShapeError>(all.size() == values.size(), name(),
                    "set_weights takes one tensor a weight, {}. Received: {}.", all.size(),
                    values.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    check<ShapeError>(values[i].defined() && values[i].shape() == all[i].shape(), name(),
                      "weight {} has shape {}. Received: shape={}.", all[i].name(), all[i].shape(),
                      values[i].defined() ? to_string(values[i].shape()) : "an undefined tensor");
  }
  for (std::size_t i = 0; i < all.size(); ++i) all[i].assign(values[i]);
}

std::int64_t Layer::count_params() const {
  check<StateError>(
      built(), name(),
      "count_params needs a built layer: call it or build it first. Received: an unbuilt layer.");
  std::int64_t count = 0;
  for (const Variable& weight : weights()) count += weight.shape().element_count();
  return count;
}

void Layer::set_own_trainable(bool trainable) {
  trainable_ = trainable;
  for (const Variable& weight : trainable_weights_) weight.set_trainable(trainable);
}

void Layer::set_trainable(bool trainable) {
  set_own_trainable(trainable);
  for (const auto& sublayer : sublayers_) sublayer->set_trainable(trainable);
}

}  // namespace strata
