// Sum: its rules, asked one by one.
#include "strata/regularizers/sum.hpp"

#include <algorithm>

#include "core/fields.hpp"
#include "strata/ops/elementwise.hpp"

namespace strata::regularizers {

struct SumFields {
  std::vector<RegularizerSpec> rules;
};
void list_fields(auto& fields, SumFields& sum) { fields("rules", sum.rules); }

namespace {

Tensor sum_of(const std::vector<std::shared_ptr<const Regularizer>>& rules, const Tensor& x,
              const std::optional<WeightAxes>& axes) {
  Tensor sum = scalar_penalty(*rules.front(), x, "Sum", axes);
  for (std::size_t i = 1; i < rules.size(); ++i)
    sum = sum + scalar_penalty(*rules[i], x, "Sum", axes);
  return sum;
}

}  // namespace

Sum::Sum(const std::vector<RegularizerSpec>& rules) {
  check(!rules.empty(), "Sum", "rules must be one regularizer or several. Received: none.");
  for (std::size_t i = 0; i < rules.size(); ++i) {
    check(static_cast<bool>(rules[i]), "Sum",
          "rules must all be regularizers. Received: none as rule {}.", i);
    check(rules[i]->proximal_rule() == nullptr, "Sum",
          "a Proximal goes outside: Proximal(Sum({{…}})). Received: Proximal as rule {}.", i);
    const auto parts = rules[i]->parts();
    if (parts.empty()) rules_.push_back(rules[i].rule());
    rules_.insert(rules_.end(), parts.begin(), parts.end());
  }
}

Tensor Sum::operator()(const Tensor& x) const { return sum_of(rules_, x, std::nullopt); }

Tensor Sum::penalty(const Tensor& x, const WeightAxes& axes) const {
  return sum_of(rules_, x, axes);
}

void Sum::check_slot(const PenaltySlot& slot, std::string_view owner) const {
  for (const auto& rule : rules_) rule->check_slot(slot, owner);
}

std::shared_ptr<const Regularizer> Sum::attached_to(const Tensor& value) const {
  auto copy = std::make_shared<Sum>(*this);
  bool changed = false;
  for (auto& rule : copy->rules_) {
    if (auto own = rule->attached_to(value)) {
      rule = std::move(own);
      changed = true;
    }
  }
  return changed ? copy : nullptr;
}

std::vector<Tensor> Sum::kept() const {
  std::vector<Tensor> all;
  for (const auto& rule : rules_) {
    for (const Tensor& tensor : rule->kept()) all.push_back(tensor);
  }
  return all;
}

std::shared_ptr<const Regularizer> Sum::with_kept(std::span<const Tensor> tensors) const {
  auto copy = std::make_shared<Sum>(*this);
  for (auto& rule : copy->rules_) {
    const std::size_t count = std::min(rule->kept().size(), tensors.size());
    if (auto other = rule->with_kept(tensors.first(count))) rule = std::move(other);
    tensors = tensors.subspan(count);
  }
  return copy;
}

// Of at most one L1 part, one L2 part and one group rule.
std::optional<ProximalForm> Sum::proximal_form(std::int64_t step) const {
  ProximalForm sum;
  for (const auto& rule : rules_) {
    const std::optional<ProximalForm> form = rule->proximal_form(step);
    if (!form || form->one_step || form->scheduled) return {};
    if (std::min(form->l1, sum.l1) > 0.0f || std::min(form->l2, sum.l2) > 0.0f) return {};
    if (form->groups && sum.groups) return {};
    sum.l1 += form->l1;
    sum.l2 += form->l2;
    sum.groups = sum.groups || form->groups;
  }
  return sum;
}

void Sum::shrink_groups(const Variable& weight, const ProximalSteps& steps) const {
  for (const auto& rule : rules_) {
    if (rule->proximal_form(0)->groups) rule->shrink_groups(weight, steps);
  }
}

bool Sum::constant() const {
  return std::all_of(rules_.begin(), rules_.end(),
                     [](const auto& rule) { return rule->constant(); });
}

Config Sum::get_config() const {
  return options_to_config(SumFields{{rules_.begin(), rules_.end()}});
}

Sum Sum::from_config(const Config& config) {
  return Sum(options_from_config<SumFields>("Sum", config).rules);
}

}  // namespace strata::regularizers
