// Softmax: over one axis or several.
#include "strata/layers/softmax.hpp"

#include "core/fields.hpp"
#include "layers/base_fields.hpp"
#include "strata/ops/elementwise.hpp"
#include "strata/ops/nn.hpp"
#include "strata/ops/reduction.hpp"
#include "tensor/format.hpp"

namespace strata::layers {

Softmax::Softmax(Options options)
    : Layer("Softmax", options.name, options.activity_regularizer), options_(std::move(options)) {
  check(!options_.axis.values().empty(), "Softmax",
        "axis must name at least one axis. Received: axis=[].");
  mark_built();
}

void Softmax::check_input(const Shape& input) const {
  ops::Axes(options_.axis.values()).of(input, name().c_str());
}

Tensor Softmax::call(const Tensor& inputs, const CallContext& context) {
  if (!context.mask.defined()) return softmax(inputs);
  check_mask(inputs.shape(), context.mask.shape());
  constexpr float kMinusInfinity = -1e9f;
  const Tensor counts = ops::greater(context.mask, 0.5f);
  return ops::where(counts, softmax(ops::where(counts, inputs, kMinusInfinity)), 0.0f);
}

void Softmax::check_mask(const Shape& input, const Shape& mask) const {
  bool fits = mask.rank() <= input.rank();
  for (int i = 1; fits && i <= mask.rank(); ++i) {
    const std::int64_t extent = mask[mask.rank() - i];
    fits = extent == 1 || extent == input[input.rank() - i];
  }
  check<ShapeError>(fits, name(),
                    "the mask must broadcast to the input. Received: mask.shape={}, shape={}.",
                    mask, input);
}

Tensor Softmax::softmax(const Tensor& inputs) const {
  const std::vector<int>& axes = options_.axis.values();
  if (axes.size() == 1) return ops::softmax(inputs, axes[0]);
  return ops::exp(inputs - ops::logsumexp(inputs, axes, true));
}

Shape Softmax::compute_output_shape(const Shape& input) {
  check_input(input);
  return input;
}

template <class Fields>
void list_fields(Fields& fields, SoftmaxOptions& options) {
  fields("axis", options.axis);
}

Config Softmax::get_config() const { return with_fields(Layer::get_config(), options_); }

Softmax Softmax::from_config(const Config& config) {
  Softmax layer(read_options<Options>("Softmax", config));
  layer.set_base_config(config);
  return layer;
}

}  // namespace strata::layers
