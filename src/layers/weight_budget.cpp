#include "layers/weight_budget.hpp"

#include "core/check.hpp"
#include "tensor/format.hpp"

namespace strata::layers {
namespace {

thread_local std::optional<std::int64_t> left;

}  // namespace

WeightBudget::WeightBudget(std::int64_t elements) : outer_(left) { left = elements; }

WeightBudget::~WeightBudget() { left = outer_; }

void WeightBudget::spend(std::string_view who, const Shape& shape) {
  if (!left) return;
  const std::int64_t count = shape.element_count();
  check(count <= *left, who,
        "a weight must fit into what is left of max_params, {} elements. Received: shape={}.",
        *left, shape);
  *left -= count;
}

}  // namespace strata::layers
