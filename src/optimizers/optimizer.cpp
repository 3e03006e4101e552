#include "strata/optimizers/optimizer.hpp"

#include <algorithm>
#include <cmath>
#include <regex>
#include <unordered_map>
#include <unordered_set>

#include "core/check.hpp"
#include "core/parallel.hpp"
#include "core/profile.hpp"
#include "core/registry.hpp"
#include "core/subnormals.hpp"
#include "kernels/optimizer.hpp"
#include "optimizers/options.hpp"
#include "strata/constraints/constraint.hpp"
#include "strata/ops/elementwise.hpp"
#include "tensor/format.hpp"

namespace strata {

struct Optimizer::State {
  Variable iteration;      // as files hold it
  Variable learning_rate;  // likewise
  std::int64_t count = 0;  // the whole truth: a float counts to 2^24 only
  bool built = false;
  std::vector<Variable> variables;
  std::unordered_map<std::uint64_t, std::size_t> indices;  // of variables, by id
  std::vector<Variable> averages;
  std::vector<Variable> accumulators;
  std::vector<Variable> slots;
  std::vector<std::regex> undecayed_names;
  std::vector<Variable> undecayed;
  std::vector<char> decays;  // by index

  std::int64_t calls() {
    // Who restores a checkpoint assigns to the variable.
    const float assigned = iteration.value().item();
    if (assigned != static_cast<float>(count)) count = static_cast<std::int64_t>(assigned);
    return count;
  }

  void mark_decaying() {
    decays.clear();
    for (const Variable& variable : variables) {
      const auto excludes = [&](const std::regex& name) {
        return std::regex_search(variable.name(), name);
      };
      decays.push_back(std::find(undecayed.begin(), undecayed.end(), variable) == undecayed.end() &&
                       std::none_of(undecayed_names.begin(), undecayed_names.end(), excludes));
    }
  }
};

/// A gradient that was defined, and the variable it is for.
struct Optimizer::Received {
  std::size_t index;
  Tensor gradient;
};

namespace {

// What a norm beyond `largest` is scaled by. Of a NaN norm NaN, so that it is seen.
float norm_scale(double norm, float largest) {
  return norm <= static_cast<double>(largest)
             ? 1.0f
             : static_cast<float>(static_cast<double>(largest) / norm);
}

bool is_positive(const std::optional<float>& value) { return value && *value > 0.0f; }

std::string names_of(const std::vector<Variable>& variables) {
  std::vector<std::string> names;
  for (const Variable& variable : variables) names.push_back(variable.name());
  return fmt::format("{}", fmt::join(names, ", "));
}

void check_list(std::string_view who, const std::vector<Variable>& variables) {
  std::unordered_set<std::uint64_t> seen;
  for (const Variable& variable : variables) {
    check(variable.defined(), who, "a variable must be defined. Received: an undefined one.");
    check(seen.insert(variable.id()).second, who,
          "a variable can stand once in the list. Received: {} twice.", variable.name());
  }
}

// The values of variables, to put them back. Elements are copied only where they are written to.
class KeptValues {
 public:
  void keep(const std::vector<Variable>& variables) {
    for (const Variable& variable : variables) kept_.emplace_back(variable, variable.value());
  }
  void restore() const {
    for (const auto& [variable, value] : kept_) variable.assign(value);
  }

 private:
  std::vector<std::pair<Variable, Tensor>> kept_;
};

}  // namespace

Optimizer::Optimizer(OptimizerOptions options, std::string_view class_name)
    : class_name_(class_name), options_(std::move(options)), state_(std::make_unique<State>()) {
  optimizers::check_options(class_name_, options_);
  if (options_.name.empty()) options_.name = registry::snake_case(class_name_);
  state_->iteration = Variable(options_.name + "/iteration", 0.0f, false);
  state_->learning_rate = Variable(options_.name + "/learning_rate", options_.learning_rate, false);
}

Optimizer::~Optimizer() = default;
Optimizer::Optimizer(Optimizer&&) noexcept = default;
Optimizer& Optimizer::operator=(Optimizer&&) noexcept = default;

bool Optimizer::built() const { return state_->built; }

float Optimizer::learning_rate() const { return state_->learning_rate.value().item(); }

void Optimizer::set_learning_rate(float learning_rate) {
  optimizers::check_learning_rate(class_name_, learning_rate);
  state_->learning_rate.assign(learning_rate);
}

std::int64_t Optimizer::iterations() const {
  return state_->calls() / options_.gradient_accumulation_steps.value_or(1);
}

std::vector<Variable> Optimizer::variables() const {
  std::vector<Variable> all{state_->iteration, state_->learning_rate};
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

// ---- state

Variable Optimizer::add_slot(const Variable& variable, const std::string& slot,
                             float initial_value) {
  std::string owner = variable.name();
  std::replace(owner.begin(), owner.end(), '/', '_');
  Tensor value = TensorAccess::uninitialized(variable.shape());
  std::fill_n(TensorAccess::data(value), value.size(), initial_value);
  Variable made(name() + "/" + owner + "_" + slot, std::move(value), false);
  state_->slots.push_back(made);
  return made;
}

void Optimizer::build(const std::vector<Variable>& variables) {
  check_list(class_name_, variables);
  if (state_->built) {
    indices_of(variables);
    return;
  }
  State& state = *state_;
  // Keras's order: averages, accumulators, then what the optimizer itself keeps.
  const auto add_all = [&](const char* slot) {
    state.slots.clear();
    for (const Variable& variable : variables) add_slot(variable, slot);
    return std::move(state.slots);
  };
  if (options_.use_ema) state.averages = add_all("average");
  if (options_.gradient_accumulation_steps) {
    state.accumulators = add_all("gradient_accumulator");
  }
  state.slots.clear();
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
            names_of(state_->variables), variable.name(), variable.shape());
    }
    indices.push_back(found->second);
  }
  return indices;
}

// ---- one step

bool Optimizer::takes(const Tensor& gradient) const {
  if (kernels::all_finite(gradient.size(), gradient.data())) return true;
  const auto values = gradient.values();
  return is_positive(options_.clipvalue) &&
         std::none_of(values.begin(), values.end(), [](float value) { return std::isnan(value); });
}

Tensor Optimizer::scale_loss(const Tensor& loss) const {
  return options_.loss_scale_factor ? loss * *options_.loss_scale_factor : loss;
}

void Optimizer::apply(const std::vector<Tensor>& gradients,
                      const std::vector<Variable>& variables) {
  const profile::Timed timed(profile::Section::optimizer);
  const FlushSubnormals flush;
  std::vector<Received> received = receive(gradients, variables);
  if (received.empty()) return;
  const float unscaled = 1.0f / options_.loss_scale_factor.value_or(1.0f);
  check_sums(received, unscaled);
  // Nothing but a constraint can raise once weights have moved.
  KeptValues before;
  if (constraints_may_raise(received)) {
    before.keep(state_->variables);
    before.keep(this->variables());
  }
  try {
    step(received, unscaled);
  } catch (...) {
    before.restore();
    throw;
  }
}

bool Optimizer::constraints_may_raise(const std::vector<Received>& received) const {
  bool may_raise = false;
  for (const Received& each : received) {
    const Variable& variable = state_->variables[each.index];
    if (variable.constraint() == nullptr) continue;
    variable.constraint()->check_weight(variable.shape(), variable.name());
    may_raise = may_raise || variable.constraint()->may_raise();
  }
  return may_raise;
}

void Optimizer::step(std::vector<Received>& received, float scale) {
  if (accumulate(received, scale)) update_all(received, scale);
  if (options_.use_ema) average_weights();
  for (const Received& each : received) {
    const Variable& variable = state_->variables[each.index];
    if (variable.constraint() == nullptr) continue;
    // As a constant: no tape has to follow a projection.
    variable.assign((*variable.constraint())(TensorAccess::traced(variable.value(), {})));
  }
  ++state_->count;
  state_->iteration.assign(static_cast<float>(state_->count));
}

// Checks everything before anything is changed.
std::vector<Optimizer::Received> Optimizer::receive(const std::vector<Tensor>& gradients,
                                                    const std::vector<Variable>& variables) {
  check(gradients.size() == variables.size(), class_name_,
        "there must be one gradient for each variable. Received: {} gradients, {} variables.",
        gradients.size(), variables.size());
  check_list(class_name_, variables);
  if (built()) indices_of(variables);
  if (variables.empty()) return {};
  bool any = false;
  for (std::size_t i = 0; i < gradients.size(); ++i) {
    any = any || gradients[i].defined();
    check<ShapeError>(
        !gradients[i].defined() || gradients[i].shape() == variables[i].shape(), class_name_,
        "a gradient must have the shape of its variable. Received: shape={} for {} of shape {}.",
        gradients[i].shape(), variables[i].name(), variables[i].shape());
  }
  if (!any) {
    raise(class_name_,
          "at least one gradient must be defined; does the loss depend on the variables? Received: "
          "undefined gradients for {}.",
          names_of(variables));
  }
  build(variables);
  const std::vector<std::size_t> indices = indices_of(variables);
  std::vector<Received> received;
  for (std::size_t i = 0; i < gradients.size(); ++i) {
    if (!gradients[i].defined()) continue;
    received.push_back({indices[i], TensorAccess::traced(gradients[i], {})});
  }
  return received;
}

// Gradients that are all taken can have a sum that isn't. What wasn't taken goes on, as without
// accumulation.
void Optimizer::check_sums(const std::vector<Received>& received, float scale) const {
  if (!options_.gradient_accumulation_steps) return;
  for (const auto& [index, gradient] : received) {
    const Tensor& sum = state_->accumulators[index].value();
    if (kernels::sum_finite(gradient.size(), gradient.data(), scale, sum.data())) continue;
    const Tensor next = sum + scale * gradient;
    if (takes(next) || !takes(gradient) || !takes(sum)) continue;
    raise<StateError>(class_name_,
                      "the sum of accumulated gradients must be finite. Received: an infinite one "
                      "for {} of shape {}.",
                      state_->variables[index].name(), gradient.shape());
  }
}

// Whether this call updates. With accumulation, the gradients become the sums so far.
bool Optimizer::accumulate(std::vector<Received>& received, float& scale) {
  if (!options_.gradient_accumulation_steps) return true;
  for (Received& each : received) {
    const Variable& sum = state_->accumulators[each.index];
    kernels::add_scaled(each.gradient.size(), each.gradient.data(), scale, sum.mutable_data());
    each.gradient = sum.value();
  }
  const int steps = *options_.gradient_accumulation_steps;
  scale = 1.0f / static_cast<float>(steps);
  return (state_->calls() + 1) % steps == 0;
}

void Optimizer::update_all(std::vector<Received>& received, float scale) {
  const std::vector<float> scales = clipping_scales(received, scale);
  const float rate = learning_rate();
  const float decay = options_.weight_decay.value_or(0.0f) * rate;
  for (std::size_t i = 0; i < received.size(); ++i) {
    Received& each = received[i];
    const Variable& variable = state_->variables[each.index];
    Step step{.iteration = iterations(), .learning_rate = rate, .scale = scales[i]};
    if (is_positive(options_.clipvalue)) step.limit = *options_.clipvalue;
    if (state_->decays[each.index] != 0) step.decay = decay;
    if (!fuses_clipping()) step = clip_and_decay(each.gradient, variable, step);
    update(each.index, each.gradient, variable, step);
    if (state_->accumulators.empty()) continue;
    each.gradient = Tensor();  // so that the sum is emptied in place
    const Variable& sum = state_->accumulators[each.index];
    std::fill_n(sum.mutable_data(), sum.shape().element_count(), 0.0f);
  }
}

// What each gradient is multiplied by: `scale`, and what its norm, or that of all, asks for.
std::vector<float> Optimizer::clipping_scales(const std::vector<Received>& received,
                                              float scale) const {
  std::vector<float> scales(received.size(), scale);
  const bool together = is_positive(options_.global_clipnorm);
  if (!together && !is_positive(options_.clipnorm)) return scales;
  double square_sum = 0.0;
  for (std::size_t i = 0; i < received.size(); ++i) {
    const Tensor& gradient = received[i].gradient;
    const double norm = double{scale} * kernels::norm(gradient.size(), gradient.data());
    square_sum += norm * norm;
    if (!together) scales[i] *= norm_scale(norm, *options_.clipnorm);
  }
  if (!together) return scales;
  const double norm = std::sqrt(square_sum);
  // An infinity in one gradient spoils all, as in Keras: else the others would just stand still.
  const float all = std::isfinite(norm) ? norm_scale(norm, *options_.global_clipnorm)
                                        : std::numeric_limits<float>::quiet_NaN();
  for (float& each : scales) each *= all;
  return scales;
}

// For an `update` that doesn't do it itself. Returns a step with nothing left to do.
Optimizer::Step Optimizer::clip_and_decay(Tensor& gradient, const Variable& variable,
                                          const Step& step) {
  if (step.scale != 1.0f || std::isfinite(step.limit)) {
    Tensor finished = TensorAccess::uninitialized(gradient.shape());
    kernels::finish_gradient(gradient.size(), {gradient.data(), step.scale, step.limit},
                             TensorAccess::data(finished));
    gradient = std::move(finished);
  }
  if (step.decay != 0.0f) {
    kernels::decay(variable.shape().element_count(), step.decay, variable.mutable_data());
  }
  return {.iteration = step.iteration, .learning_rate = step.learning_rate};
}

// ---- averages

// Of all weights, whether they got a gradient or not. The first average is the weight itself.
void Optimizer::average_weights() {
  const float momentum = iterations() == 0 ? 0.0f : options_.ema_momentum;
  for (std::size_t i = 0; i < state_->variables.size(); ++i) {
    const Tensor& weight = state_->variables[i].value();
    kernels::moving_average(weight.size(), momentum, weight.data(),
                            state_->averages[i].mutable_data());
  }
  const int frequency = options_.ema_overwrite_frequency.value_or(0);
  if (frequency > 0 && (iterations() + 1) % frequency == 0) finalize(state_->variables);
}

void Optimizer::finalize(const std::vector<Variable>& variables) {
  check_list(class_name_, variables);
  // Until the first step there are no averages, only the zeros that they are made of.
  if (!options_.use_ema || state_->calls() == 0) return;
  for (const std::size_t index : indices_of(variables)) {
    const Tensor& average = state_->averages[index].value();
    std::copy_n(average.data(), average.size(), state_->variables[index].mutable_data());
  }
}

// ---- a fresh one

std::shared_ptr<Optimizer> Optimizer::renewed() const {
  std::shared_ptr<Optimizer> fresh = from_object(to_object(*this));
  fresh->state_->undecayed_names = state_->undecayed_names;
  fresh->state_->undecayed = state_->undecayed;
  return fresh;
}

}  // namespace strata
