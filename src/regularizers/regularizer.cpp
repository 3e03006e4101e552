// Regularizers from identifiers, callables and configs, and the check that a penalty is a scalar
// with a gradient.
#include "strata/regularizers/regularizer.hpp"

#include "autodiff/dependence.hpp"
#include "core/callable_rule.hpp"
#include "core/check.hpp"
#include "core/fields.hpp"
#include "core/registry.hpp"
#include "strata/regularizers/l1.hpp"
#include "strata/regularizers/l1l2.hpp"
#include "strata/regularizers/l2.hpp"
#include "strata/regularizers/orthogonal.hpp"
#include "tensor/format.hpp"

namespace strata {
namespace {

std::string name_of(const Regularizer& regularizer) {
  const auto* callable = dynamic_cast<const CallableRule<Regularizer>*>(&regularizer);
  if (callable == nullptr) return registry::class_name_of(typeid(regularizer));
  return callable->registered_name().empty() ? "a callable" : callable->registered_name();
}

}  // namespace

Config Regularizer::get_config() const { refuse_config(registry::class_name_of(typeid(*this))); }

void Regularizer::check_weight(const Shape&, std::string_view) const {}

std::shared_ptr<const Regularizer> Regularizer::from_identifier(std::string_view identifier) {
  using namespace regularizers;
  const std::string name = registry::lower_case(identifier);
  if (name == "l1") return std::make_shared<L1>();
  if (name == "l2") return std::make_shared<L2>();
  if (name == "l1_l2" || name == "l1l2") {
    return std::make_shared<L1L2>(L1L2Options{.l1 = 0.01f, .l2 = 0.01f});
  }
  if (name == "orthogonal_regularizer" || name == "orthogonalregularizer") {
    return std::make_shared<OrthogonalRegularizer>();
  }
  registry::raise_unknown("Regularizer", identifier,
                          {"l1", "l2", "l1_l2", "l1l2", "L1", "L2", "L1L2",
                           "orthogonal_regularizer", "OrthogonalRegularizer"});
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

Config serialize(const RegularizerSpec& regularizer) { return to_config(regularizer); }

RegularizerSpec deserialize(const Config& config) { return RegularizerSpec(config); }

RegularizerSpec get(RegularizerSpec identifier) { return identifier; }

Tensor scalar_penalty(const Regularizer& regularizer, const Tensor& x, std::string_view owner) {
  Tensor penalty = regularizer(x);
  check<ShapeError>(penalty.defined() && penalty.rank() == 0, owner,
                    "a regularizer must return a scalar. Received: shape={} from {}.",
                    penalty.defined() ? to_string(penalty.shape()) : "undefined",
                    name_of(regularizer));
  if (autodiff::has_left_tape(penalty, x) && !regularizer.constant() && x.size() > 0 &&
      penalty.item() != 0.0f) {
    raise(
        fmt::format("{} regularizer", owner),
        "a penalty must depend on its tensor by ops, or it counts in the loss and trains nothing; "
        "{}. Received: {}, which has no gradient, from {}.",
        autodiff::kLeavesTheTape, penalty.item(), name_of(regularizer));
  }
  return penalty;
}

}  // namespace regularizers
}  // namespace strata
