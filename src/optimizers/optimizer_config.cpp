// The names and the configs of optimizers.
#include "core/callable_rule.hpp"
#include "core/check.hpp"
#include "core/fields.hpp"
#include "core/registry.hpp"
#include "optimizers/options.hpp"
#include "strata/optimizers/optimizer.hpp"

namespace strata {
namespace {

// Optimizers go by their class name in any case, and by no other.
const registry::ClassEntry* find_class(std::string_view identifier) {
  using registry::lower_case;
  for (const std::string& name : registry::class_names(typeid(Optimizer))) {
    if (lower_case(name) == lower_case(identifier)) return registry::find(typeid(Optimizer), name);
  }
  return nullptr;
}

}  // namespace

Config Optimizer::get_config() const {
  OptimizerOptions now = options_;
  now.learning_rate = learning_rate();
  return write_fields([&](auto& fields) { optimizers::list_base_fields(fields, now); });
}

std::shared_ptr<Optimizer> Optimizer::from_identifier(std::string_view identifier) {
  const registry::ClassEntry* entry = find_class(identifier);
  if (entry == nullptr) {
    registry::raise_unknown("Optimizer", identifier, registry::class_names(typeid(Optimizer)));
  }
  return std::static_pointer_cast<Optimizer>(entry->make(Config::object()));
}

std::shared_ptr<Optimizer> Optimizer::from_object(const Config& config) {
  // As in an identifier, letter case doesn't count in a class name.
  if (config.is_object()) {
    const auto name = config.find("class_name");
    const auto* entry =
        name != config.end() && name->is_string() ? find_class(name->get<std::string>()) : nullptr;
    if (entry != nullptr && entry->class_name != *name) {
      Config proper = config;
      proper["class_name"] = entry->class_name;
      return read_rule<Optimizer>("Optimizer", proper);
    }
  }
  return read_rule<Optimizer>("Optimizer", config);
}

std::shared_ptr<Optimizer> Optimizer::from_function(Function, std::string registered_name) {
  raise("Optimizer",
        "a function is no optimizer: give a name, a config, or an object of a class derived from "
        "Optimizer. Received: {}.",
        registered_name.empty() ? "a nameless callable" : registered_name);
}

Config Optimizer::to_object(const Optimizer& optimizer) {
  return registry::object_config(typeid(optimizer), optimizer.get_config());
}

namespace optimizers {

Config serialize(const OptimizerSpec& optimizer) { return to_config(optimizer); }

OptimizerSpec deserialize(const Config& config) { return OptimizerSpec(config); }

OptimizerSpec get(OptimizerSpec identifier) { return identifier; }

}  // namespace optimizers
}  // namespace strata
