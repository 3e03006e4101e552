// Chain: its constraints, one after the other.
#include "strata/constraints/chain.hpp"

#include <algorithm>

#include "core/fields.hpp"

namespace strata::constraints {

struct ChainFields {
  std::vector<ConstraintSpec> constraints;
};
void list_fields(auto& fields, ChainFields& chain) { fields("constraints", chain.constraints); }

Chain::Chain(const std::vector<ConstraintSpec>& constraints) {
  check(!constraints.empty(), "Chain",
        "constraints must be one constraint or several. Received: none.");
  for (std::size_t i = 0; i < constraints.size(); ++i) {
    check(static_cast<bool>(constraints[i]), "Chain",
          "constraints must all be constraints. Received: none as constraint {}.", i);
    const auto* chain = dynamic_cast<const Chain*>(constraints[i].rule().get());
    if (chain == nullptr) {
      parts_.push_back(constraints[i].rule());
    } else {
      parts_.insert(parts_.end(), chain->parts_.begin(), chain->parts_.end());
    }
  }
}

Tensor Chain::operator()(const Tensor& weight) const {
  Tensor projected = weight;
  for (const auto& part : parts_) projected = (*part)(projected);
  return projected;
}

void Chain::check_weight(const Shape& shape, std::string_view owner) const {
  for (const auto& part : parts_) part->check_weight(shape, owner);
}

bool Chain::may_raise() const {
  return std::any_of(parts_.begin(), parts_.end(),
                     [](const auto& part) { return part->may_raise(); });
}

Config Chain::get_config() const {
  return options_to_config(ChainFields{{parts_.begin(), parts_.end()}});
}

Chain Chain::from_config(const Config& config) {
  return Chain(options_from_config<ChainFields>("Chain", config).constraints);
}

}  // namespace strata::constraints
