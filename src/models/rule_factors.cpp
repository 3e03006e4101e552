// Reads and changes the factors of penalties by their configs.
#include "models/rule_factors.hpp"

#include <array>

#include "core/check.hpp"
#include "core/registry.hpp"
#include "models/visit_layers.hpp"
#include "strata/config.hpp"
#include "strata/regularizers/wrapping_rule.hpp"

namespace strata::models {
namespace {

using regularizers::WrappingRule;

constexpr std::array kFactors = {"l1", "l2", "factor"};

// The rule itself, without what only says when and how it counts.
const Regularizer& innermost(const Regularizer& rule) {
  const auto* outer = dynamic_cast<const WrappingRule*>(&rule);
  return outer == nullptr ? rule : innermost(*outer->rule());
}

std::string class_of(const Regularizer& rule) {
  const Regularizer& inner = innermost(rule);
  return registry::class_name_of(typeid(inner));
}

// What schedules multiply the rule by; nothing where there are none.
std::optional<float> multiplier(const Regularizer& rule, std::int64_t step) {
  const auto* outer = dynamic_cast<const WrappingRule*>(&rule);
  if (outer == nullptr) return {};
  const std::optional<float> own = outer->multiplier(step);
  const std::optional<float> inner = multiplier(*outer->rule(), step);
  if (!own) return inner;
  return *own * inner.value_or(1.0f);
}

std::string names_of(const std::vector<std::pair<std::string, float>>& factors) {
  std::string names;
  for (const auto& [name, value] : factors) names += (names.empty() ? "" : ", ") + name;
  return names.empty() ? "none" : names;
}

}  // namespace

std::shared_ptr<const Regularizer> rule_in(const Layer& layer, std::string_view slot) {
  if (slot == "activity") return layer.activity_regularizer().rule();
  for (const Variable& variable : layer.own_weights()) {
    if (variable.name() == slot) return variable.regularizer();
  }
  return nullptr;
}

std::vector<std::pair<std::string, float>> factors_of(const Regularizer& rule) {
  const Regularizer& inner = innermost(rule);
  if (registry::find(typeid(inner)) == nullptr) return {};
  const Config config = inner.get_config();
  std::vector<std::pair<std::string, float>> factors;
  for (const char* name : kFactors) {
    const auto found = config.find(name);
    if (found != config.end() && found->is_number())
      factors.emplace_back(name, found->get<float>());
  }
  return factors;
}

std::pair<std::string, float> factor_of(const Regularizer& rule, const std::string& factor,
                                        const std::string& who) {
  const auto factors = factors_of(rule);
  check(!factor.empty() || factors.size() == 1, who,
        "which factor is to be set must be said unless the rule has just one. Received: {}, which "
        "has {}.",
        class_of(rule), Whole{names_of(factors)});
  for (const auto& each : factors) {
    if (factor.empty() || each.first == factor) return each;
  }
  raise(who, "the rule has no factor of this name. Received: {} for {}, which has {}.", factor,
        class_of(rule), Whole{names_of(factors)});
}

std::shared_ptr<const Regularizer> with_factor(const std::shared_ptr<const Regularizer>& rule,
                                               const std::string& factor, float value,
                                               const std::string& who) {
  if (const auto* outer = dynamic_cast<const WrappingRule*>(rule.get()))
    return outer->around(with_factor(outer->rule().rule(), factor, value, who));
  const std::string name = factor_of(*rule, factor, who).first;
  Config object = Regularizer::to_object(*rule);
  object["config"][name] = value;
  return Regularizer::from_object(object);
}

Logs factors_in_force(const Layer& layer, std::string_view slot, std::int64_t step) {
  Logs logs;
  const std::shared_ptr<const Regularizer> rule = rule_in(layer, slot);
  if (rule == nullptr) return logs;
  const auto times = static_cast<double>(multiplier(*rule, step).value_or(1.0f));
  const std::string name = fmt::format("reg_factor/{}/{}", layer.name(), slot);
  const auto factors = factors_of(*rule);
  if (factors.empty()) logs[name] = times;  // a user's own rule
  for (const auto& [factor, value] : factors)
    logs[factors.size() == 1 ? name : name + "/" + factor] = times * static_cast<double>(value);
  return logs;
}

Logs scheduled_factors(const Layer& model, std::int64_t step) {
  Logs logs;
  const auto add = [&](const Layer& layer, std::string_view slot,
                       const std::shared_ptr<const Regularizer>& rule) {
    if (rule != nullptr && multiplier(*rule, step)) logs.merge(factors_in_force(layer, slot, step));
  };
  visit_layers(model, [&](const Layer& layer) {
    add(layer, "activity", layer.activity_regularizer().rule());
    for (const Variable& weight : layer.own_weights())
      add(layer, weight.name(), weight.regularizer());
  });
  return logs;
}

}  // namespace strata::models
