// What the families of rules share in turning callables, strings and configs into rules and back.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "core/check.hpp"
#include "core/registry.hpp"

namespace strata {

/// The base of each family's wrapper around a user's callable.
template <class Rule>
class CallableRule : public Rule {
 public:
  /// `base` is what the family's base class is made from.
  template <class... Base>
  CallableRule(typename Rule::Function function, std::string registered_name, Base&&... base)
      : Rule(std::forward<Base>(base)...),
        function_(std::move(function)),
        registered_name_(std::move(registered_name)) {}
  const typename Rule::Function& function() const { return function_; }
  const std::string& registered_name() const { return registered_name_; }

 private:
  typename Rule::Function function_;
  std::string registered_name_;
};

/// What a callable is called in logs: its registered name without the package, or `lambda`.
inline std::string callable_name(const std::string& registered_name) {
  return registered_name.empty() ? "lambda" : registered_name.substr(registered_name.find('>') + 1);
}

/// The function a config object names, as Keras writes them; empty if it is something else.
inline std::string function_named_by(const Config& config) {
  if (!config.is_object() || config.value("class_name", Config()) != "function") return {};
  const Config name = config.value("config", Config());
  return name.is_string() ? name.get<std::string>() : std::string();
}

[[noreturn]] inline void refuse_config(const std::string& class_name) {
  raise(
      class_name,
      "a class that is to be saved must override get_config(), have a static from_config(), and be "
      "registered with register_serializable. Received: no get_config() in {}.",
      class_name);
}

/// The rule that a user's function of this name makes, from the table or this thread's custom
/// scopes; null if there is none.
template <class Rule>
std::shared_ptr<Rule> users_function(
    std::string_view name, decltype(registry::find_function)& find = registry::find_function) {
  using Base = std::remove_const_t<Rule>;
  const auto entry = find(typeid(typename Base::Function), name);
  if (entry == nullptr) return nullptr;
  return Base::from_function(
      *std::static_pointer_cast<const typename Base::Function>(entry->function),
      entry->registered_name);
}

/// `from_identifier` of a family: a built-in's name, else one in this thread's custom scopes.
template <class Rule>
std::shared_ptr<Rule> named_rule(std::string_view label, std::string_view identifier) {
  using Base = std::remove_const_t<Rule>;
  if (!registry::find_identifier(typeid(Base), identifier)) {
    if (auto function = users_function<Rule>(identifier)) return function;
  }
  return registry::named<Base>(label, identifier);
}

/// `from_object` of a family: null, a string, a user's function, or an object with a class name.
/// `also_known` is what an error lists besides the family's classes or functions.
template <class Rule>
std::shared_ptr<Rule> read_rule(std::string_view label, const Config& config,
                                const std::vector<std::string>& also_known = {}) {
  using Base = std::remove_const_t<Rule>;
  if (config.is_null()) return nullptr;
  if (config.is_string()) return Base::from_identifier(config.get<std::string>());
  if (!config.is_object() || config.value("class_name", Config()) != "function")
    return registry::read<Base>(label, config, also_known);
  const std::string name = function_named_by(config);
  if (auto function = users_function<Rule>(name)) return function;
  if (auto function = users_function<Rule>(name, registry::find_function_without_package))
    return function;
  registry::raise_unknown_function(label, typeid(typename Base::Function),
                                   config.value("config", Config()), also_known);
}

/// `to_object` of a family.
template <class Base>
Config write_rule(std::string_view label, const Base& rule) {
  if (const auto* callable = dynamic_cast<const CallableRule<Base>*>(&rule)) {
    check(!callable->registered_name().empty(), label,
          "a callable can be written into a config only when registered: use what "
          "register_serializable({{.package = …, .name = …}}, callable) returns. Received: a "
          "nameless callable.");
    return registry::function_config(callable->registered_name());
  }
  return registry::object_config(typeid(rule), rule.get_config());
}

}  // namespace strata
