// The names and the configs of optimizers.
#include "core/callable_rule.hpp"
#include "core/check.hpp"
#include "core/fields.hpp"
#include "core/registry.hpp"
#include "optimizers/options.hpp"
#include "strata/optimizers/optimizer.hpp"

namespace strata {
namespace {

// tf.keras 2.11 to 2.15 registers its own optimizers as a user's: `Custom>Adam`.
std::string without_package(std::string name) {
  constexpr std::string_view kPackage = "Custom>";
  const bool is_users = registry::find(typeid(Optimizer), name) != nullptr;
  return name.starts_with(kPackage) && !is_users ? name.substr(kPackage.size()) : name;
}

}  // namespace

Config Optimizer::get_config() const {
  OptimizerOptions now = options_;
  if (!now.learning_rate.schedule()) now.learning_rate = learning_rate();
  return write_fields([&](auto& fields) { optimizers::list_base_fields(fields, now); });
}

std::shared_ptr<Optimizer> Optimizer::from_identifier(std::string_view identifier) {
  return named_rule<Optimizer>("Optimizer", identifier);
}

std::shared_ptr<Optimizer> Optimizer::from_object(const Config& config) {
  // As in an identifier, letter case doesn't count in a class name.
  const Config name = config.is_object() ? config.value("class_name", Config()) : Config();
  if (name.is_string()) {
    const auto known =
        registry::find_identifier(typeid(Optimizer), without_package(name.get<std::string>()));
    if (known && known->entry->class_name != name &&
        !registry::names_custom_class(typeid(Optimizer), config)) {
      Config proper = config;
      proper["class_name"] = known->entry->class_name;
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
