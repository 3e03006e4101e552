// KeepZeros: which elements were 0, and its projection.
#include "strata/constraints/keep_zeros.hpp"

#include <algorithm>

#include "core/fields.hpp"
#include "strata/ops/elementwise.hpp"
#include "tensor/format.hpp"

namespace strata::constraints {

void KeepZeros::check_weight(const Shape& shape, std::string_view owner) const {
  check<ShapeError>(!kept_.defined() || kept_.shape() == shape, owner,
                    "KeepZeros keeps the zeros of a weight of shape {}. Received: shape={}.",
                    kept_.defined() ? kept_.shape() : Shape(), shape);
}

Tensor KeepZeros::operator()(const Tensor& weight) const {
  check<StateError>(kept_.defined(), "KeepZeros",
                    "the constraint must be set on a weight, whose zeros it keeps. Received: a "
                    "call without one.");
  check_weight(weight.shape(), "KeepZeros");
  return ops::where(kept_, weight, 0.0f);  // a product would keep NaN
}

KeepZeros KeepZeros::attached_to(const Tensor& value) const {
  KeepZeros own;
  own.kept_ = TensorAccess::uninitialized(value.shape());
  std::transform(value.values().begin(), value.values().end(), TensorAccess::data(own.kept_),
                 [](float each) { return each == 0.0f ? 0.0f : 1.0f; });
  return own;
}

Config KeepZeros::get_config() const { return Config::object(); }

KeepZeros KeepZeros::from_config(const Config& config) {
  read_fields("KeepZeros", config, [](auto&) {});
  return {};
}

}  // namespace strata::constraints
