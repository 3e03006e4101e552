// Zeros, Ones and Constant: the values and the configs.
#include "strata/initializers/constant.hpp"

#include "core/fields.hpp"
#include "strata/ops/array.hpp"

namespace strata::initializers {
namespace {

struct ConstantFields {
  float value = 0.0f;
};
void list_fields(auto& fields, ConstantFields& rule) { fields("value", rule.value); }

}  // namespace

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

Config Constant::get_config() const { return options_to_config(ConstantFields{value_}); }

Constant Constant::from_config(const Config& config) {
  return Constant(options_from_config<ConstantFields>("Constant", config).value);
}

}  // namespace strata::initializers
