// Proximal: the value without a gradient, and the rules it refuses.
#include "strata/regularizers/proximal.hpp"

#include "autodiff/not_recording.hpp"
#include "core/fields.hpp"
#include "regularizers/rule_name.hpp"

namespace strata::regularizers {
namespace {

RegularizerSpec checked_rule(RegularizerSpec rule) {
  check(static_cast<bool>(rule), "Proximal", "a rule is needed. Received: nullptr.");
  check(rule->proximal_rule() == nullptr && rule->proximal_form(0).has_value(), "Proximal",
        "the rule must have a proximal operator, as L1, L2, L1L2, GroupLasso, SparseGroupLasso, "
        "NuclearNorm, Towards and Sum of such have. Received: {}, which has no proximal operator.",
        name_of(*rule));
  return rule;
}

}  // namespace

/// The one field of the config.
struct ProximalFields {
  RegularizerSpec rule = {};
};

void list_fields(auto& fields, ProximalFields& options) { fields("rule", options.rule); }

Proximal::Proximal(RegularizerSpec rule) : WrappingRule(checked_rule(std::move(rule))) {}

Tensor Proximal::operator()(const Tensor& x) const {
  const autodiff::NotRecording constant;
  return scalar_penalty(*rule(), x, "Proximal");
}

Tensor Proximal::penalty(const Tensor& x, const WeightAxes& axes) const {
  const autodiff::NotRecording constant;
  return scalar_penalty(*rule(), x, "Proximal", axes);
}

std::shared_ptr<const Regularizer> Proximal::around(RegularizerSpec rule) const {
  return std::make_shared<Proximal>(std::move(rule));
}

Config Proximal::get_config() const { return options_to_config(ProximalFields{rule()}); }

Proximal Proximal::from_config(const Config& config) {
  return Proximal(options_from_config<ProximalFields>("Proximal", config).rule);
}

}  // namespace strata::regularizers
