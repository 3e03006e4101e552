// Masking: steps of one value, found and set to 0.
#include "strata/layers/masking.hpp"

#include "core/fields.hpp"
#include "layers/base_fields.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/elementwise.hpp"
#include "strata/ops/reduction.hpp"
#include "tensor/format.hpp"

namespace strata::layers {
namespace {

// 1 for each step with another value than this; the features' axis has extent 1.
Tensor steps_with_other_values(const Tensor& inputs, float value) {
  return ops::max(ops::not_equal(ops::stop_gradient(inputs), value), {-1}, /*keepdims=*/true);
}

}  // namespace

template <class Fields>
void list_fields(Fields& fields, MaskingOptions& options) {
  fields("mask_value", options.mask_value);
}

Masking::Masking(Options options)
    : Layer("Masking", options.name, options.activity_regularizer), options_(std::move(options)) {
  mark_built();
}

void Masking::check_input(const Shape& input) const {
  check<ShapeError>(input.rank() >= 1, name(), "the input must have features. Received: shape={}.",
                    input);
}

Tensor Masking::call(const Tensor& inputs, const CallContext&) {
  const Tensor steps = steps_with_other_values(inputs, options_.mask_value);
  set_output_mask(ops::squeeze(steps, -1));
  return ops::where(steps, inputs, 0.0f);
}

Tensor Masking::compute_mask(const Tensor& inputs, const Tensor&) {
  return ops::squeeze(steps_with_other_values(inputs, options_.mask_value), -1);
}

Shape Masking::compute_output_shape(const Shape& input) {
  check_input(input);
  return input;
}

Config Masking::get_config() const { return with_fields(Layer::get_config(), options_); }

Masking Masking::from_config(const Config& config) {
  Masking layer(read_options<Options>("Masking", config));
  layer.set_base_config(config);
  return layer;
}

}  // namespace strata::layers
