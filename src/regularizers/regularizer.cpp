// Regularizers from identifiers, callables and configs, and the check that a penalty is a scalar
// with a gradient.
#include "strata/regularizers/regularizer.hpp"

#include "autodiff/dependence.hpp"
#include "core/callable_rule.hpp"
#include "core/check.hpp"
#include "core/fields.hpp"
#include "core/registry.hpp"
#include "regularizers/rule_name.hpp"
#include "strata/tensor/variable.hpp"
#include "tensor/format.hpp"

namespace strata {

Config Regularizer::get_config() const { refuse_config(registry::class_name_of(typeid(*this))); }

void Regularizer::check_weight(const Shape&, std::string_view) const {}

std::optional<ProximalForm> Regularizer::proximal_form(std::int64_t) const { return {}; }

void Regularizer::shrink_groups(const Variable& weight, const ProximalSteps&) const {
  raise(regularizers::name_of(*this),
        "a rule whose proximal_form says groups must override shrink_groups. Received: {}.",
        weight.name());
}

void Regularizer::check_slot(const PenaltySlot& slot, std::string_view owner) const {
  check_weight(slot.shape, owner);
}

Tensor Regularizer::penalty(const Tensor& x, const WeightAxes&) const { return (*this)(x); }

std::vector<std::shared_ptr<const Regularizer>> Regularizer::parts() const { return {}; }

std::shared_ptr<const Regularizer> Regularizer::attached_to(const Tensor&) const { return nullptr; }

std::vector<Tensor> Regularizer::kept() const { return {}; }

std::shared_ptr<const Regularizer> Regularizer::with_kept(std::span<const Tensor>) const {
  return nullptr;
}

std::shared_ptr<const Regularizer> Regularizer::from_identifier(std::string_view identifier) {
  return named_rule<const Regularizer>("Regularizer", identifier);
}

std::shared_ptr<const Regularizer> Regularizer::from_object(const Config& config) {
  return read_rule<const Regularizer>("Regularizer", config);
}

std::shared_ptr<const Regularizer> Regularizer::from_function(Function function,
                                                              std::string registered_name) {
  class Callable : public CallableRule<Regularizer> {
   public:
    using CallableRule::CallableRule;
    Tensor operator()(const Tensor& x) const override { return function()(x); }
  };
  return std::make_shared<Callable>(std::move(function), std::move(registered_name));
}

Config Regularizer::to_object(const Regularizer& regularizer) {
  return write_rule("Regularizer", regularizer);
}

namespace regularizers {

std::string name_of(const Regularizer& regularizer) {
  const auto* callable = dynamic_cast<const CallableRule<Regularizer>*>(&regularizer);
  if (callable == nullptr) return registry::class_name_of(typeid(regularizer));
  return callable->registered_name().empty() ? "a callable" : callable->registered_name();
}

Config serialize(const RegularizerSpec& regularizer) { return to_config(regularizer); }

RegularizerSpec deserialize(const Config& config) { return RegularizerSpec(config); }

RegularizerSpec get(RegularizerSpec identifier) { return identifier; }

Tensor scalar_penalty(const Regularizer& regularizer, const Tensor& x, std::string_view owner,
                      const std::optional<WeightAxes>& axes) {
  Tensor penalty = axes ? regularizer.penalty(x, *axes) : regularizer(x);
  if (!penalty.defined() || penalty.rank() != 0) {
    raise<ShapeError>(owner, "a regularizer must return a scalar. Received: shape={} from {}.",
                      penalty.defined() ? to_string(penalty.shape()) : "undefined",
                      name_of(regularizer));
  }
  if (autodiff::has_left_tape(penalty, x) && !regularizer.constant() && x.size() > 0 &&
      penalty.item() != 0.0f) {
    raise(fmt::format("{} regularizer", owner),
          "a penalty must depend on its tensor by ops, or it counts in the loss and trains "
          "nothing; "
          "{}. Received: {}, which has no gradient, from {}.",
          autodiff::kLeavesTheTape, penalty.item(), name_of(regularizer));
  }
  return penalty;
}

}  // namespace regularizers
}  // namespace strata
