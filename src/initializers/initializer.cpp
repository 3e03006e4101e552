// Initializers from identifiers, callables and configs.
#include "strata/initializers/initializer.hpp"

#include "core/callable_rule.hpp"
#include "core/fields.hpp"
#include "core/registry.hpp"

namespace strata {

Config Initializer::get_config() const { refuse_config(registry::class_name_of(typeid(*this))); }

std::shared_ptr<const Initializer> Initializer::from_identifier(std::string_view identifier) {
  return named_rule<const Initializer>("Initializer", identifier);
}

std::shared_ptr<const Initializer> Initializer::from_object(const Config& config) {
  return read_rule<const Initializer>("Initializer", config);
}

std::shared_ptr<const Initializer> Initializer::from_function(Function function,
                                                              std::string registered_name) {
  class Callable : public CallableRule<Initializer> {
   public:
    using CallableRule::CallableRule;
    Tensor operator()(const Shape& shape) const override { return function()(shape); }
  };
  return std::make_shared<Callable>(std::move(function), std::move(registered_name));
}

Config Initializer::to_object(const Initializer& initializer) {
  return write_rule("Initializer", initializer);
}

namespace initializers {

Config serialize(const InitializerSpec& initializer) { return to_config(initializer); }

InitializerSpec deserialize(const Config& config) { return InitializerSpec(config); }

InitializerSpec get(InitializerSpec identifier) { return identifier; }

}  // namespace initializers
}  // namespace strata
