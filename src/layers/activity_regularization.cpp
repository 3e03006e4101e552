// ActivityRegularization: records an L1 and L2 penalty on its inputs.
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

template <class Fields>
void list_fields(Fields& fields, ActivityRegularizationOptions& options) {
  fields.or_default("l1", options.l1);
  fields.or_default("l2", options.l2);
}

Config ActivityRegularization::get_config() const {
  return with_fields(Layer::get_config(), Options{.l1 = penalty_.l1(), .l2 = penalty_.l2()});
}

ActivityRegularization ActivityRegularization::from_config(const Config& config) {
  ActivityRegularization layer(read_options<Options>("ActivityRegularization", config));
  layer.set_base_config(config);
  return layer;
}

}  // namespace strata::layers
