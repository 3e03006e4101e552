// Identity: the diagonal, its rank check and its config.
#include "strata/initializers/identity.hpp"

#include "core/fields.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/elementwise.hpp"
#include "tensor/format.hpp"

namespace strata::initializers {
namespace {

struct IdentityFields {
  float gain = 1.0f;
};
// Keras writes no gain, though it reads one; a 1 is left out so that the two say the same.
void list_fields(auto& fields, IdentityFields& rule) { fields.unless("gain", rule.gain, 1.0f); }

}  // namespace

Identity::Identity(float gain) : gain_(gain) {}

Tensor Identity::operator()(const Shape& shape) const {
  check<ShapeError>(shape.rank() == 2, "Identity",
                    "the shape must have rank 2. Received: shape={}.", shape);
  return gain_ * ops::eye(shape[0], shape[1]);
}

Config Identity::get_config() const { return options_to_config(IdentityFields{gain_}); }

Identity Identity::from_config(const Config& config) {
  return Identity(options_from_config<IdentityFields>("Identity", config).gain);
}

}  // namespace strata::initializers
