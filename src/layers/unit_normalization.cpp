// UnitNormalization: L2 normalization as a layer.
#include "strata/layers/unit_normalization.hpp"

#include "core/fields.hpp"
#include "layers/base_fields.hpp"
#include "layers/normalized_axes.hpp"
#include "strata/ops/nn.hpp"

namespace strata::layers {

template <class Fields>
void list_fields(Fields& fields, UnitNormalizationOptions& options) {
  fields("axis", options.axis);
}

UnitNormalization::UnitNormalization(Options options)
    : Layer("UnitNormalization", options.name, options.activity_regularizer),
      options_(std::move(options)) {
  check_any_axis("UnitNormalization", options_.axis);
  mark_built();
}

void UnitNormalization::check_input(const Shape& input) const {
  ops::Axes(options_.axis.values()).of(input, name().c_str());
}

Tensor UnitNormalization::call(const Tensor& inputs, const CallContext&) {
  constexpr float kShortest = 1e-12f;
  return ops::l2_normalize(inputs, options_.axis.values(), kShortest);
}

Shape UnitNormalization::compute_output_shape(const Shape& input) {
  check_input(input);
  return input;
}

Config UnitNormalization::get_config() const { return with_fields(Layer::get_config(), options_); }

UnitNormalization UnitNormalization::from_config(const Config& config) {
  UnitNormalization layer(read_options<Options>("UnitNormalization", config));
  layer.set_base_config(config);
  return layer;
}

}  // namespace strata::layers
