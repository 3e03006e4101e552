// Reads a file's tensors for a model, and assigns them once all have been read.
#include "saving/weights_reader.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <iostream>
#include <map>
#include <span>

#include "constraints/attached.hpp"
#include "strata/regularizers/regularizer.hpp"
#include "tensor/format.hpp"

namespace strata::saving {
namespace {

/// A value that was read, and the variable that will get it.
struct Assignment {
  Variable variable;
  Tensor value;
};

class Reading {
 public:
  explicit Reading(const WeightsReader& file) : file_(file), left_(file.max_memory()) {}

  Tensor read(std::size_t index) {
    Tensor value = file_.tensors().read(index, left_);
    left_ -= value.size() * static_cast<std::int64_t>(sizeof(float));
    return value;
  }

 private:
  const WeightsReader& file_;
  std::int64_t left_;
};

const io::StoredTensor& stored(const WeightsReader& file, std::size_t index) {
  return file.tensors().tensors().at(index);
}

/// Why the layer can't take its tensors; empty if it can.
std::string mismatch_of(const WeightsReader& file, const LayerMatch& match) {
  if (!match.mismatch.empty()) return match.mismatch;
  for (std::size_t i = 0; i < match.weights.size(); ++i) {
    const io::StoredTensor& tensor = stored(file, match.tensors[i]);
    if (tensor.header.shape == match.weights[i].shape()) continue;
    return fmt::format("{} has shape {}, the file's {} has {}", match.weights[i].name(),
                       to_string(match.weights[i].shape()), tensor.name,
                       to_string(tensor.header.shape));
  }
  return {};
}

/// Without the first, the iteration.
std::vector<Variable> variables_behind_iteration(const Optimizer& optimizer) {
  std::vector<Variable> variables = optimizer.variables();
  variables.erase(variables.begin());
  return variables;
}

void warn_of_fresh_optimizer(const WeightsReader& file, std::size_t expected,
                             std::size_t received) {
  std::cerr << fmt::format(
                   "strata: {}: the optimizer begins anew, since the file holds {} variables for "
                   "its {}, or of other shapes.\n",
                   file.origin().name, received + 1, expected + 1)
            << std::flush;
}

constexpr std::string_view kRate = "learning_rate";

/// A variable of an optimizer and the tensor that is its value.
struct Slot {
  Variable variable;
  std::size_t tensor;
};
using Slots = std::vector<Slot>;

// A slot's name ends in its kind: `adam/dense_kernel_velocity`.
bool is_of_kind(const Variable& variable, std::string_view kind) {
  const std::string& name = variable.name();
  return name.ends_with(kind) && name.size() > kind.size() &&
         (name[name.size() - kind.size() - 1] == '_' || name[name.size() - kind.size() - 1] == '/');
}

// Nothing if a slot has no tensor, or a kind has more tensors than slots.
std::optional<Slots> paired_by_kind(const StoredOptimizer& saved,
                                    const std::vector<Variable>& variables) {
  std::map<std::string_view, std::vector<std::size_t>> by_kind;
  for (std::size_t i = 0; i < saved.kinds->size(); ++i)
    by_kind[saved.kinds->at(i)].push_back(saved.tensors[i]);
  std::map<std::string_view, std::size_t> used;
  Slots slots;
  for (const Variable& variable : variables) {
    const auto kind = std::find_if(by_kind.begin(), by_kind.end(), [&](const auto& each) {
      return is_of_kind(variable, each.first);
    });
    if (kind == by_kind.end() && is_of_kind(variable, kRate)) continue;  // the config's stays
    if (kind == by_kind.end() || used[kind->first] == kind->second.size()) return std::nullopt;
    slots.push_back({variable, kind->second[used[kind->first]++]});
  }
  const bool all_used = std::all_of(used.begin(), used.end(), [&](const auto& each) {
    return by_kind.at(each.first).size() == each.second;
  });
  return all_used ? std::optional(std::move(slots)) : std::nullopt;
}

// `.keras` files of Keras 2 leave the rate to the config.
std::optional<Slots> paired_in_order(const StoredOptimizer& saved,
                                     const std::vector<Variable>& variables) {
  const bool lacks_rate =
      saved.tensors.size() + 1 == variables.size() && is_of_kind(variables.front(), kRate);
  const std::size_t first = lacks_rate ? 1 : 0;
  if (saved.tensors.size() + first != variables.size()) return std::nullopt;
  Slots slots;
  for (std::size_t i = first; i < variables.size(); ++i)
    slots.push_back({variables[i], saved.tensors[i - first]});
  return slots;
}

// Nothing if they don't fit.
std::optional<Slots> paired(const WeightsReader& file, const StoredOptimizer& saved,
                            const std::vector<Variable>& variables) {
  std::optional<Slots> slots =
      saved.kinds ? paired_by_kind(saved, variables) : paired_in_order(saved, variables);
  const auto fits = [&](const Slot& slot) {
    return stored(file, slot.tensor).header.shape == slot.variable.shape();
  };
  if (slots && !std::all_of(slots->begin(), slots->end(), fits)) slots.reset();
  return slots;
}

// Whether the file has more than an optimizer that never took a step.
bool has_slots(const StoredOptimizer& saved, std::size_t variables_without) {
  if (!saved.kinds) return saved.tensors.size() > variables_without;
  return std::any_of(saved.kinds->begin(), saved.kinds->end(),
                     [](const std::string& kind) { return kind != kRate; });
}

/// The state of an optimizer, read but not assigned yet.
struct OptimizerState {
  Optimizer* optimizer = nullptr;
  std::int64_t iteration = 0;
  std::vector<Assignment> assignments;
};

// An optimizer that is not built has an iteration and a rate alone. If the file has more, slots are
// made for them, which the model's weights, read before, bound; not before all has been read, since
// an error must not leave the optimizer built.
OptimizerState read_optimizer(Model& model, const WeightsReader& file, Mismatch mismatch,
                              Reading& reading) {
  if (!model.compiled()) return {};
  const std::optional<StoredOptimizer> saved = file.optimizer();
  const bool must_fit = mismatch == Mismatch::kRaiseForOptimizerToo;
  file.origin().check(saved.has_value() || !must_fit,
                      "the file must hold the optimizer's state. Received: one without.");
  if (!saved) return {};
  file.origin().check(saved->iteration >= 0,
                      "an optimizer's iteration must not be negative. Received: {}.",
                      saved->iteration);
  std::map<std::size_t, Tensor> values;
  for (const std::size_t tensor : saved->tensors) values.emplace(tensor, reading.read(tensor));
  Optimizer& optimizer = model.optimizer();
  std::vector<Variable> variables = variables_behind_iteration(optimizer);
  if (!optimizer.built() && has_slots(*saved, variables.size())) {
    optimizer.build(model.trainable_variables());
    variables = variables_behind_iteration(optimizer);
  }
  const std::optional<Slots> slots = paired(file, *saved, variables);
  if (!slots) {
    file.origin().check(!must_fit,
                        "the file must hold the {} variables of the model's optimizer. Received: "
                        "{}, or of other shapes.",
                        variables.size() + 1, saved->tensors.size() + 1);
    warn_of_fresh_optimizer(file, variables.size(), saved->tensors.size());
    return {};
  }
  OptimizerState state{&optimizer, saved->iteration, {}};
  for (const auto& [variable, tensor] : *slots)
    state.assignments.push_back({variable, values.at(tensor)});
  return state;
}

/// A weight and the rule that it gets.
struct RuleChange {
  Variable weight;
  std::shared_ptr<const Regularizer> rule;
};

// A file that holds nothing that rules have kept leaves what they keep; a rule that has had no
// value to keep takes the weight's.
void read_rules(const WeightsReader& file, const LayerMatch& match,
                std::span<const Assignment> values, Reading& reading,
                std::vector<RuleChange>& changes) {
  std::vector<Tensor> kept;
  for (const std::size_t index : match.kept) kept.push_back(reading.read(index));
  std::span<const Tensor> rest = kept;
  for (const auto& [weight, value] : values) {
    auto rule = attached_rule(weight, value);
    if (rule == nullptr) continue;
    const std::vector<Tensor> present = rule->kept();
    if (!kept.empty() && !present.empty()) {
      const auto own = rest.first(std::min(present.size(), rest.size()));
      rest = rest.subspan(own.size());
      bool fits = own.size() == present.size();
      for (std::size_t i = 0; i < own.size(); ++i)
        fits = fits && own[i].shape() == present[i].shape();
      file.origin().check(fits,
                          "what a rule keeps of a weight must have its shape. Received: another "
                          "for {} of {}.",
                          weight.name(), match.layer);
      if (auto other = rule->with_kept(own)) rule = std::move(other);
    }
    if (rule != weight.regularizer()) changes.push_back({weight, std::move(rule)});
  }
}

void assign(const std::vector<Assignment>& assignments) {
  for (const auto& [variable, value] : assignments) variable.assign(value);
}

// A file may fit none of thousands of layers.
std::string list_of(const std::vector<std::string>& mismatches) {
  constexpr std::size_t kMost = 20;
  const std::size_t listed = std::min(kMost, mismatches.size());
  const std::string more =
      listed < mismatches.size() ? fmt::format("; and {} more", mismatches.size() - listed) : "";
  return fmt::format("{}{}", fmt::join(std::span(mismatches).first(listed), "; "), more);
}

}  // namespace

std::shared_ptr<const Regularizer> attached_rule(const Variable& weight, const Tensor& value) {
  const auto& rule = weight.regularizer();
  if (rule == nullptr) return nullptr;
  auto own = rule->attached_to(value);
  return own ? own : rule;
}

std::vector<std::string> take_over(Model& model, const WeightsReader& file, Mismatch mismatch) {
  Reading reading(file);
  std::vector<std::string> mismatches;
  std::vector<LayerMatch> matches;
  for (LayerMatch& match : file.match(model)) {
    const std::string reason = mismatch_of(file, match);
    if (reason.empty()) {
      matches.push_back(std::move(match));
    } else {
      mismatches.push_back(excerpt(match.layer, kLongestText) + ": " + reason);
    }
  }
  file.origin().check(mismatch == Mismatch::kSkipLayer || mismatches.empty(),
                      "the file must hold the weights of all layers. Received: {} that it does "
                      "not fit: {}.",
                      mismatches.size(), Whole{list_of(mismatches)});
  std::vector<Assignment> assignments;
  std::vector<RuleChange> rules;
  for (const LayerMatch& match : matches) {
    const std::size_t first = assignments.size();
    for (std::size_t i = 0; i < match.weights.size(); ++i)
      assignments.push_back({match.weights[i], reading.read(match.tensors[i])});
    read_rules(file, match, std::span(assignments).subspan(first), reading, rules);
  }
  const OptimizerState state = read_optimizer(model, file, mismatch, reading);
  assign(assignments);
  // A run that goes on keeps the zeros that it began with: others may be zeros of this moment alone.
  const bool goes_on = mismatch == Mismatch::kRaiseForOptimizerToo;
  for (const auto& [weight, value] : assignments) {
    if (!goes_on) weight.set_constraint(constraints::attached(weight.constraint(), value));
  }
  for (const auto& [weight, rule] : rules) weight.set_regularizer(rule);
  if (state.optimizer != nullptr) {
    assign(state.assignments);
    state.optimizer->set_calls(state.iteration);
  }
  return mismatches;
}

}  // namespace strata::saving
