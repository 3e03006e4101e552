#include "strata/layers/activity_regularization.hpp"

#include "core/fields.hpp"
#include "layers/base_fields.hpp"

namespace strata::layers {

ActivityRegularization::ActivityRegularization(Options options)
    : Layer("ActivityRegularization", options.name, options.activity_regularizer),
      penalty_({.l1 = options.l1, .l2 = options.l2}) {
  mark_built();
}

Tensor ActivityRegularization::call(const Tensor& inputs, const CallContext&) {
  add_activity_penalty(penalty_, inputs);
  return inputs;
}

Shape ActivityRegularization::compute_output_shape(const Shape& input) { return input; }

Config ActivityRegularization::get_config() const {
  return with_base_fields(Layer::get_config(), [this](auto& fields) {
    fields("l1", penalty_.l1());
    fields("l2", penalty_.l2());
  });
}

ActivityRegularization ActivityRegularization::from_config(const Config& config) {
  Options options{.name = name_in(config)};
  read_layer_fields("ActivityRegularization", config, [&](auto& fields) {
    fields.or_default("l1", options.l1);
    fields.or_default("l2", options.l2);
  });
  ActivityRegularization layer(std::move(options));
  layer.set_base_config(config);
  return layer;
}

}  // namespace strata::layers
