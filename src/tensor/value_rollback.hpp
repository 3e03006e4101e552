// Puts the values of variables back when an operation that assigns to them fails.
#pragma once

#include <utility>
#include <vector>

#include "core/rollback.hpp"
#include "strata/tensor/variable.hpp"

namespace strata {

/// A rollback that assigns to the variables the values they have now. Elements are copied only
/// where a variable is written to in place meanwhile.
inline auto value_rollback(const std::vector<Variable>& variables) {
  std::vector<std::pair<Variable, Tensor>> values;
  values.reserve(variables.size());
  for (const Variable& variable : variables) values.emplace_back(variable, variable.value());
  return Rollback([values = std::move(values)] {
    for (const auto& [variable, value] : values) variable.assign(value);
  });
}

}  // namespace strata
