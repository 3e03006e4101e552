// Towards: the rule and its reference, their checks and their config.
#include "strata/regularizers/towards.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/fields.hpp"
#include "strata/ops/elementwise.hpp"
#include "strata/tensor/variable.hpp"
#include "tensor/format.hpp"

namespace strata::regularizers {
namespace {

constexpr const char* kTowards = "Towards";

}  // namespace

void list_fields(auto& fields, TowardsOptions& options) {
  fields("rule", options.rule);
  fields("reference", options.reference);
}

Towards::Towards(Options options) : options_(std::move(options)) {
  check(static_cast<bool>(options_.rule), kTowards, "rule must be a regularizer. Received: none.");
  check(options_.rule->proximal_rule() == nullptr, kTowards,
        "a Proximal goes outside: Proximal(Towards(rule)). Received: Proximal inside.");
  auto rules = options_.rule->parts();
  rules.push_back(options_.rule.rule());
  check(std::none_of(
            rules.begin(), rules.end(),
            [](const auto& rule) { return dynamic_cast<const Towards*>(rule.get()) != nullptr; }),
        kTowards, "rule must not be a Towards itself. Received: one inside another.");
}

Towards::Towards(RegularizerSpec rule, Tensor reference)
    : Towards(Options{.rule = std::move(rule), .reference = std::move(reference)}) {}

void Towards::check_slot(const PenaltySlot& slot, std::string_view owner) const {
  check(!slot.activity, owner, "Towards is a penalty on weights. Received: an output of shape={}.",
        slot.shape);
  check<ShapeError>(
      !options_.reference.defined() || options_.reference.shape() == slot.shape, owner,
      "the reference of Towards must have the weight's shape {}. Received: shape={}.", slot.shape,
      options_.reference.defined() ? options_.reference.shape() : Shape{});
  options_.rule->check_slot(slot, owner);
}

std::shared_ptr<const Regularizer> Towards::attached_to(const Tensor& value) const {
  if (options_.reference.defined()) return nullptr;
  auto copy = std::make_shared<Towards>(*this);
  copy->options_.reference = ops::stop_gradient(value);
  copy->attached_ = true;
  return copy;
}

std::vector<Tensor> Towards::kept() const {
  return attached_ ? std::vector{options_.reference} : std::vector<Tensor>();
}

std::shared_ptr<const Regularizer> Towards::with_kept(std::span<const Tensor> tensors) const {
  if (!attached_ || tensors.size() != 1) return nullptr;
  auto copy = std::make_shared<Towards>(*this);
  copy->options_.reference = ops::stop_gradient(tensors.front());
  return copy;
}

// Of rules that act element by element; their step moves the distance, not the weight.
std::optional<ProximalForm> Towards::proximal_form(std::int64_t step) const {
  const std::optional<ProximalForm> form = options_.rule->proximal_form(step);
  if (!form || form->groups || form->scheduled) return {};
  return ProximalForm{.groups = true};
}

void Towards::shrink_groups(const Variable& weight, const ProximalSteps& steps) const {
  const ProximalForm form = *options_.rule->proximal_form(0);
  const std::span<const float> reference = options_.reference.values();
  float* w = weight.mutable_data();
  for (std::size_t i = 0; i < reference.size(); ++i) {
    const float step = steps[static_cast<std::int64_t>(i)];
    const float distance = w[i] - reference[i];
    const float left = std::max(std::abs(distance) - step * form.l1, 0.0f);
    w[i] = reference[i] + std::copysign(left / (1.0f + 2.0f * step * form.l2), distance);
  }
}

Tensor Towards::distance(const Tensor& x) const {
  check<StateError>(options_.reference.defined(), kTowards,
                    "a rule without a reference must be set on a weight, whose value it keeps. "
                    "Received: a call without one.");
  check<ShapeError>(options_.reference.shape() == x.shape(), kTowards,
                    "the reference must have the tensor's shape {}. Received: shape={}.", x.shape(),
                    options_.reference.shape());
  return x - options_.reference;
}

Tensor Towards::operator()(const Tensor& x) const {
  return scalar_penalty(*options_.rule, distance(x), kTowards);
}

Tensor Towards::penalty(const Tensor& x, const WeightAxes& axes) const {
  return scalar_penalty(*options_.rule, distance(x), kTowards, axes);
}

Config Towards::get_config() const {
  Options options = options_;
  if (attached_) options.reference = {};
  return options_to_config(std::move(options));
}

Towards Towards::from_config(const Config& config) {
  return Towards(options_from_config<Options>(kTowards, config));
}

}  // namespace strata::regularizers
