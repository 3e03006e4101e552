// Identity: passes on what it gets.
#include "strata/layers/identity.hpp"

#include "core/fields.hpp"
#include "layers/base_fields.hpp"

namespace strata::layers {

template <class Fields>
void list_fields(Fields&, IdentityOptions&) {}

Identity::Identity(Options options)
    : Layer("Identity", std::move(options.name), std::move(options.activity_regularizer)) {
  mark_built();
}

void Identity::check_inputs(const std::vector<Shape>&) const {}

Tensors Identity::call_tensors(const Tensors& inputs, const CallContext&) { return inputs; }

Shape Identity::compute_output_shape(const Shape& input) { return input; }

std::vector<Shape> Identity::compute_output_shapes(const std::vector<Shape>& inputs) {
  return inputs;
}

Config Identity::get_config() const { return Layer::get_config(); }

Identity Identity::from_config(const Config& config) {
  Identity layer(read_options<Options>("Identity", config));
  layer.set_base_config(config);
  return layer;
}

}  // namespace strata::layers
