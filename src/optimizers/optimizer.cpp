// How an optimizer is made, built for its variables, and asked for its state.
#include "strata/optimizers/optimizer.hpp"

#include <algorithm>
#include <cmath>

#include "core/check.hpp"
#include "core/registry.hpp"
#include "optimizers/options.hpp"
#include "optimizers/state.hpp"
#include "tensor/format.hpp"

namespace strata {

std::int64_t Optimizer::State::calls() {
  const float assigned = iteration.value().item();
  if (assigned != static_cast<float>(count)) count = static_cast<std::int64_t>(assigned);
  return count;
}

void Optimizer::State::mark_decaying() {
  decays.clear();
  for (const Variable& variable : variables) {
    const auto excludes = [&](const std::regex& name) {
      return std::regex_search(variable.name(), name);
    };
    decays.push_back(std::find(undecayed.begin(), undecayed.end(), variable) == undecayed.end() &&
                     std::none_of(undecayed_names.begin(), undecayed_names.end(), excludes));
  }
}

Optimizer::Optimizer(OptimizerOptions options, std::string_view class_name)
    : class_name_(class_name), options_(std::move(options)), state_(std::make_unique<State>()) {
  optimizers::check_options(class_name_, options_);
  if (options_.name.empty()) options_.name = registry::snake_case(class_name_);
  state_->iteration = Variable(options_.name + "/iteration", 0.0f, false);
  if (options_.learning_rate.schedule()) return;
  state_->learning_rate =
      Variable(options_.name + "/learning_rate", options_.learning_rate.at(0), false);
}

Optimizer::~Optimizer() = default;
Optimizer::Optimizer(Optimizer&&) noexcept = default;
Optimizer& Optimizer::operator=(Optimizer&&) noexcept = default;

bool Optimizer::built() const { return state_->built; }

float Optimizer::learning_rate() const {
  if (!options_.learning_rate.schedule()) return state_->learning_rate.value().item();
  const LearningRateSchedule& schedule = *options_.learning_rate.schedule();
  const std::int64_t step = state_->calls();
  const float rate = schedule(step);
  if (!std::isfinite(rate) || rate < 0.0f) {
    raise(class_name_,
          "a schedule must return a learning rate that is finite and >= 0. Received: {} from {} in "
          "step {}.",
          rate, registry::class_name_of(typeid(schedule)), step);
  }
  return rate;
}

void Optimizer::set_learning_rate(LearningRate learning_rate) {
  optimizers::check_learning_rate(class_name_, learning_rate);
  if (learning_rate.schedule()) {
    state_->learning_rate = Variable();
    options_.learning_rate = std::move(learning_rate);
    return;
  }
  check<StateError>(!options_.learning_rate.schedule(), class_name_,
                    "the learning rate can't be set to a number where a schedule is in place. "
                    "Received: learning_rate={}.",
                    learning_rate.at(0));
  state_->learning_rate.assign(learning_rate.at(0));
}

std::int64_t Optimizer::iterations() const {
  return state_->calls() / options_.gradient_accumulation_steps.value_or(1);
}

std::int64_t Optimizer::calls() const { return state_->calls(); }

void Optimizer::set_calls(std::int64_t calls) {
  check(calls >= 0, class_name_, "the number of calls must not be negative. Received: calls={}.",
        calls);
  state_->iteration.assign(static_cast<float>(calls));
  state_->count = calls;
}

std::vector<Variable> Optimizer::variables() const {
  std::vector<Variable> all{state_->iteration};
  if (state_->learning_rate.defined()) all.push_back(state_->learning_rate);
  for (const auto* part : {&state_->averages, &state_->accumulators, &state_->slots}) {
    all.insert(all.end(), part->begin(), part->end());
  }
  return all;
}

void Optimizer::exclude_from_weight_decay(const std::vector<std::string>& names) {
  std::vector<std::regex> expressions;
  for (const std::string& name : names) {
    try {
      expressions.emplace_back(name);
    } catch (const std::regex_error&) {
      raise(class_name_, "a name to exclude must be a regular expression. Received: {}.", name);
    }
  }
  auto& all = state_->undecayed_names;
  all.insert(all.end(), expressions.begin(), expressions.end());
  state_->mark_decaying();
}

void Optimizer::exclude_from_weight_decay(const Variable& variable) {
  state_->undecayed.push_back(variable);
  state_->mark_decaying();
}

Variable Optimizer::add_slot(const Variable& variable, const std::string& slot,
                             float initial_value) {
  std::string owner = variable.name();
  std::replace(owner.begin(), owner.end(), '/', '_');
  return add_slot(name() + "/" + owner + "_" + slot, variable.shape(), initial_value);
}

Variable Optimizer::add_slot(const std::string& full_name, const Shape& shape,
                             float initial_value) {
  Tensor value = TensorAccess::uninitialized(shape);
  std::fill_n(TensorAccess::data(value), value.size(), initial_value);
  Variable made(full_name, std::move(value), false);
  state_->slots.push_back(made);
  return made;
}

std::vector<Variable> Optimizer::add_slots(const std::vector<Variable>& variables,
                                           const std::string& slot, float initial_value) {
  std::vector<Variable> made;
  for (const Variable& variable : variables) {
    made.push_back(add_slot(variable, slot, initial_value));
  }
  return made;
}

void Optimizer::build(const std::vector<Variable>& variables) {
  optimizers::check_variables(class_name_, variables);
  check_rules(variables);
  if (state_->built) {
    indices_of(variables);
    return;
  }
  State& state = *state_;
  // Keras's order: averages, accumulators, then the slots of `build_slots`.
  if (options_.use_ema) state.averages = add_slots(variables, "average");
  if (options_.gradient_accumulation_steps) {
    state.accumulators = add_slots(variables, "gradient_accumulator");
  }
  state.slots.clear();  // of those two
  build_slots(variables);
  for (const Variable& variable : variables) {
    state.indices.emplace(variable.id(), state.indices.size());
  }
  state.variables = variables;
  state.mark_decaying();
  state.built = true;
}

std::vector<std::size_t> Optimizer::indices_of(const std::vector<Variable>& variables) const {
  std::vector<std::size_t> indices;
  for (const Variable& variable : variables) {
    const auto found = state_->indices.find(variable.id());
    if (found == state_->indices.end()) {
      raise(class_name_,
            "unknown variable: an optimizer works on the variables it was first given ({}); make "
            "a new one for others, or compile() the model again after unfreezing or adding layers. "
            "Received: {} of shape {}.",
            optimizers::names_of(state_->variables), variable.name(), variable.shape());
    }
    indices.push_back(found->second);
  }
  return indices;
}

std::shared_ptr<Optimizer> Optimizer::renewed() const {
  const optimizers::SchedulesInMemory in_memory;  // one that can't be saved can be shared
  std::shared_ptr<Optimizer> fresh = from_object(to_object(*this));
  fresh->state_->undecayed_names = state_->undecayed_names;
  fresh->state_->undecayed = state_->undecayed;
  return fresh;
}

}  // namespace strata
