#include "strata/initializers/constant.hpp"

#include "core/fields.hpp"
#include "strata/ops/array.hpp"

namespace strata::initializers {

Tensor Zeros::operator()(const Shape& shape) const { return ops::zeros(shape); }

Config Zeros::get_config() const { return Config::object(); }

Zeros Zeros::from_config(const Config& config) {
  read_fields("Zeros", config, [](auto&) {});
  return {};
}

Tensor Ones::operator()(const Shape& shape) const { return ops::ones(shape); }

Config Ones::get_config() const { return Config::object(); }

Ones Ones::from_config(const Config& config) {
  read_fields("Ones", config, [](auto&) {});
  return {};
}

Constant::Constant(float value) : value_(value) {}

Tensor Constant::operator()(const Shape& shape) const { return ops::full(shape, value_); }

Config Constant::get_config() const {
  return write_fields([&](auto& fields) { fields("value", value_); });
}

Constant Constant::from_config(const Config& config) {
  float value = 0.0f;
  read_fields("Constant", config, [&](auto& fields) { fields("value", value); });
  return Constant(value);
}

}  // namespace strata::initializers
