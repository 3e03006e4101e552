// Identity: a layer that begins by passing its inputs on.
#pragma once

#include <concepts>

#include "strata/initializers/initializer.hpp"

namespace strata::initializers {

/// `gain` on the diagonal of a matrix, square or not, and 0 elsewhere; default 1.
///
/// Raises ShapeError on a shape whose rank is not 2.
/// See https://keras.io/api/layers/initializers/#identity-class.
class Identity : public Initializer {
 public:
  explicit Identity(float gain = 1.0f);
  template <std::same_as<bool> B>
  explicit Identity(B) = delete;  // `Identity(true)` is no gain

  Tensor operator()(const Shape& shape) const override;
  Config get_config() const override;  ///< {}, or {"gain": …} where it is not 1
  static Identity from_config(const Config& config);
  float gain() const { return gain_; }

 private:
  float gain_;
};

}  // namespace strata::initializers
