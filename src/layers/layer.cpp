#include "strata/layers/layer.hpp"

#include <algorithm>
#include <atomic>
#include <deque>
#include <mutex>
#include <set>
#include <unordered_map>
#include <utility>

#include "core/check.hpp"
#include "core/fork.hpp"
#include "core/known_names.hpp"
#include "core/registry.hpp"
#include "layers/base_fields.hpp"
#include "layers/shared_flag.hpp"
#include "layers/visit_weights.hpp"
#include "layers/weight_budget.hpp"
#include "strata/ops/array.hpp"
#include "tensor/format.hpp"

namespace strata {
namespace layers {
namespace {

struct NameCounts {
  ForkSafe<std::mutex> mutex;
  std::unordered_map<std::string, int> of_base;
};

NameCounts& name_counts() {
  static NameCounts& instance = *new NameCounts;  // never destroyed, as no fork hook is
  return instance;
}

// A fork while another thread makes them would leave the child waiting for that thread.
[[maybe_unused]] NameCounts& name_counts_made_at_load = name_counts();
[[maybe_unused]] BuildMutex& build_mutex_made_at_load = build_mutex();

}  // namespace

std::string unique_name(const std::string& base) {
  NameCounts& counts = name_counts();
  const std::scoped_lock lock(counts.mutex);
  const int count = counts.of_base[base]++;
  return count == 0 ? base : base + "_" + std::to_string(count);
}

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

}  // namespace

Layer::Layer(std::string_view class_name, std::string name, RegularizerSpec activity_regularizer)
    : name_(name.empty() ? layers::unique_name(registry::snake_case(class_name))
                         : layers::checked_name(std::move(name))),
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
  RegularizerSpec regularizer = options.regularizer;
  if (const auto set = set_regularizers_.find(options.name); set != set_regularizers_.end())
    regularizer = set->second;
  if (!options.trainable && regularizer) raise_not_trained(name(), "regularizer", options.name);
  if (!options.trainable && options.constraint)
    raise_not_trained(name(), "constraint", options.name);
  const std::string owner = name() + ": " + options.name;
  layers::WeightBudget::spend(owner, options.shape);
  if (regularizer) regularizer->check_weight(options.shape, owner);
  if (options.constraint) options.constraint->check_weight(options.shape, owner);
  Variable weight(options.name, options.initializer(options.shape), options.trainable);
  check<ShapeError>(
      weight.shape() == options.shape, name(),
      "an initializer must return the shape it was asked for. Received: {} for {} of shape {}.",
      weight.shape(), options.name, options.shape);
  // Frozen, not born untrainable: its rules wait for it.
  if (!trainable_) weight.set_trainable(false);
  weight.set_regularizer(regularizer.rule());
  weight.set_constraint(options.constraint.rule());
  (options.trainable ? trainable_weights_ : non_trainable_weights_).push_back(weight);
  return weight;
}

bool Layer::tracks(const Layer& other) const {
  return std::any_of(sublayers_.begin(), sublayers_.end(), [&](const auto& sublayer) {
    return sublayer.get() == &other || sublayer->tracks(other);
  });
}

void Layer::track(std::shared_ptr<Layer> sublayer) { sublayers_.push_back(std::move(sublayer)); }

// Keras's order: direct sub-layers as tracked; those of each one, put in front one at a time, come
// reversed. Each layer once.
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
  activity_regularizer_ = std::move(regularizer);
}

void Layer::set_regularizer(std::string_view weight, RegularizerSpec regularizer) {
  if (weight == "activity") return set_activity_regularizer(std::move(regularizer));
  const auto slots = regularizer_slots();
  RegularizerSpec* slot = nullptr;
  std::vector<std::string_view> known;
  for (const auto& [name, spec] : slots.value_or(std::vector<RegularizerSlot>())) {
    if (name == weight) slot = spec;
    known.push_back(name);
  }
  if (built()) {
    const Variable variable = this->weight(weight);
    if (regularizer) {
      if (std::find(non_trainable_weights_.begin(), non_trainable_weights_.end(), variable) !=
          non_trainable_weights_.end())
        raise_not_trained(name(), "regularizer", weight);
      regularizer->check_weight(variable.shape(), name() + ": " + std::string(weight));
    }
    variable.set_regularizer(regularizer.rule());
  } else if (slots && slot == nullptr) {
    raise_no_weight(name(), known, weight);
  }
  if (slot != nullptr) {
    *slot = std::move(regularizer);
  } else if (!slots) {
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
