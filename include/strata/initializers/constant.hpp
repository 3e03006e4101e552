// Initializers without chance: the same value everywhere.
#pragma once

#include <concepts>

#include "strata/initializers/initializer.hpp"

namespace strata::initializers {

/// All zeros. See https://keras.io/api/layers/initializers/#zeros-class.
class Zeros : public Initializer {
 public:
  Tensor operator()(const Shape& shape) const override;
  Config get_config() const override;  ///< {}
  static Zeros from_config(const Config& config);
};

/// All ones. See https://keras.io/api/layers/initializers/#ones-class.
class Ones : public Initializer {
 public:
  Tensor operator()(const Shape& shape) const override;
  Config get_config() const override;  ///< {}
  static Ones from_config(const Config& config);
};

/// `value` everywhere; default 0. See https://keras.io/api/layers/initializers/#constant-class.
class Constant : public Initializer {
 public:
  explicit Constant(float value = 0.0f);
  template <std::same_as<bool> B>
  explicit Constant(B) = delete;  // `Constant(true)` is no value

  Tensor operator()(const Shape& shape) const override;
  Config get_config() const override;  ///< {"value": …}
  static Constant from_config(const Config& config);
  float value() const { return value_; }

 private:
  float value_;
};

}  // namespace strata::initializers
