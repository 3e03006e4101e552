// PReLU: the shape of its slopes, and the op.
#include "strata/layers/prelu.hpp"

#include "core/fields.hpp"
#include "layers/base_fields.hpp"
#include "strata/ops/nn.hpp"
#include "tensor/format.hpp"

namespace strata::layers {

template <class Fields>
void list_fields(Fields& fields, PReLUOptions& options) {
  fields("alpha_initializer", options.alpha_initializer);
  fields("alpha_regularizer", options.alpha_regularizer);
  fields("alpha_constraint", options.alpha_constraint);
  fields("shared_axes", options.shared_axes);
}

PReLU::PReLU(Options options)
    : Layer("PReLU", options.name, options.activity_regularizer), options_(std::move(options)) {}

// Raises on inputs without such a shape. A negative axis counts from the back of alpha with one more
// axis at its end, as in Keras: -1 is the last but one of the inputs.
Shape PReLU::alpha_shape(const Shape& input) const {
  check<ShapeError>(input.rank() > 0, name(), "the inputs need a batch axis. Received: shape={}.",
                    input);
  Shape shape = input.without(0);
  for (const int axis :
       options_.shared_axes ? options_.shared_axes->values() : std::vector<int>()) {
    const int at = axis > 0 ? axis - 1 : shape.rank() + axis - 1;
    check<ShapeError>(axis != 0 && at >= 0 && at < shape.rank(), name(),
                      "shared_axes must be axes of the inputs other than the batch's. Received: "
                      "axis {}, shape={}.",
                      axis, input);
    shape = shape.with(at, 1);
  }
  for (const std::int64_t extent : shape) {
    check<ShapeError>(extent != Shape::kUnknown, name(),
                      "axes that are not shared must be known. Received: shape={}.", input);
  }
  return shape;
}

void PReLU::check_input(const Shape& input) const {
  const Shape shape = alpha_shape(input);
  if (!built()) return;
  check<ShapeError>(shape == alpha_.shape(), name(),
                    "alpha has the shape {}, as when the layer was built. Received: shape={}.",
                    alpha_.shape(), input);
}

void PReLU::create_weights(const Shape& input) {
  const Shape shape = alpha_shape(input);
  WeightAxes axes;
  if (shape.rank() > 0 && shape.back() == input.back()) axes.output = shape.rank() - 1;
  alpha_ = add_weight({.name = "alpha",
                       .shape = shape,
                       .initializer = options_.alpha_initializer,
                       .regularizer = options_.alpha_regularizer,
                       .constraint = options_.alpha_constraint,
                       .axes = axes});
}

Tensor PReLU::call(const Tensor& inputs, const CallContext&) { return ops::prelu(inputs, alpha_); }

Shape PReLU::compute_output_shape(const Shape& input) {
  check_input(input);
  return input;
}

std::optional<std::vector<Layer::RegularizerSlot>> PReLU::regularizer_slots() {
  return {{{"alpha", &options_.alpha_regularizer}}};
}

// Keras writes a list of axes even if it is one.
Config PReLU::get_config() const {
  Config config = with_fields(Layer::get_config(), options_);
  if (options_.shared_axes) config["shared_axes"] = options_.shared_axes->values();
  return config;
}

PReLU PReLU::from_config(const Config& config) {
  PReLU layer(read_options<Options>("PReLU", config));
  layer.set_base_config(config);
  return layer;
}

}  // namespace strata::layers
