#include "strata/initializers/identity.hpp"

#include "core/fields.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/elementwise.hpp"
#include "tensor/format.hpp"

namespace strata::initializers {

Identity::Identity(float gain) : gain_(gain) {}

Tensor Identity::operator()(const Shape& shape) const {
  check<ShapeError>(shape.rank() == 2, "Identity",
                    "the shape must have rank 2. Received: shape={}.", shape);
  return gain_ * ops::eye(shape[0], shape[1]);
}

// Keras writes no gain, though it reads one; a 1 is left out so that the two say the same.
Config Identity::get_config() const {
  return write_fields([&](auto& fields) {
    if (gain_ != 1.0f) fields("gain", gain_);
  });
}

Identity Identity::from_config(const Config& config) {
  float gain = 1.0f;
  read_fields("Identity", config, [&](auto& fields) { fields("gain", gain); });
  return Identity(gain);
}

}  // namespace strata::initializers
