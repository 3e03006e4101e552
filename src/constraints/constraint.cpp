// Constraints from identifiers, callables and configs.
#include "strata/constraints/constraint.hpp"

#include "core/callable_rule.hpp"
#include "core/fields.hpp"
#include "core/registry.hpp"

namespace strata {

Config Constraint::get_config() const { refuse_config(registry::class_name_of(typeid(*this))); }

void Constraint::check_weight(const Shape&, std::string_view) const {}

std::shared_ptr<const Constraint> Constraint::from_identifier(std::string_view identifier) {
  return named_rule<const Constraint>("Constraint", identifier);
}

std::shared_ptr<const Constraint> Constraint::from_object(const Config& config) {
  return read_rule<const Constraint>("Constraint", config);
}

std::shared_ptr<const Constraint> Constraint::from_function(Function function,
                                                            std::string registered_name) {
  class Callable : public CallableRule<Constraint> {
   public:
    using CallableRule::CallableRule;
    Tensor operator()(const Tensor& weight) const override { return function()(weight); }
  };
  return std::make_shared<Callable>(std::move(function), std::move(registered_name));
}

Config Constraint::to_object(const Constraint& constraint) {
  return write_rule("Constraint", constraint);
}

namespace constraints {

Config serialize(const ConstraintSpec& constraint) { return to_config(constraint); }

ConstraintSpec deserialize(const Config& config) { return ConstraintSpec(config); }

ConstraintSpec get(ConstraintSpec identifier) { return identifier; }

}  // namespace constraints
}  // namespace strata
