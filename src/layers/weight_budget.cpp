// The budget for weights of this thread, and its check.
#include "layers/weight_budget.hpp"

#include <utility>

#include "core/check.hpp"
#include "tensor/format.hpp"

namespace strata::layers {

thread_local std::optional<WeightBudget::Left> WeightBudget::left_;

WeightBudget::WeightBudget(std::int64_t elements, std::int64_t layers)
    : outer_(std::exchange(left_, Left{elements, layers})) {}

WeightBudget::~WeightBudget() { left_ = outer_; }

void WeightBudget::spend(std::string_view who, const Shape& shape) {
  if (!left_) return;
  const std::int64_t count = shape.element_count();
  check(count <= left_->elements, who,
        "a weight must fit what is left of the limit on all weights, {} elements. Received: "
        "shape={}.",
        left_->elements, shape);
  left_->elements -= count;
}

void WeightBudget::spend_layer(std::string_view who) {
  if (!left_) return;
  check(left_->layers > 0, who,
        "a model must have no more layers than its memory limit has room for. Received: one more.");
  --left_->layers;
}

}  // namespace strata::layers
