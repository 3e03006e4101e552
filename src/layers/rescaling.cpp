// Rescaling: checks its numbers and applies them.
#include "strata/layers/rescaling.hpp"

#include <algorithm>
#include <cmath>

#include "core/fields.hpp"
#include "layers/base_fields.hpp"
#include "strata/ops/elementwise.hpp"
#include "tensor/format.hpp"

namespace strata::layers {
namespace {

bool all_finite(const Tensor& tensor) {
  return std::all_of(tensor.values().begin(), tensor.values().end(),
                     [](float value) { return std::isfinite(value); });
}

// Whether an array of this shape broadcasts over inputs without making them larger.
bool fits_inputs(const Shape& array, const Shape& input) {
  const int offset = input.rank() - array.rank();
  if (offset < 0) return false;
  for (int axis = 0; axis < array.rank(); ++axis) {
    const std::int64_t extent = input[axis + offset];
    if (array[axis] != 1 && extent != Shape::kUnknown && array[axis] != extent) return false;
  }
  return true;
}

}  // namespace

template <class Fields>
void list_fields(Fields& fields, RescalingOptions& options) {
  fields("scale", options.scale);
  fields("offset", options.offset);
}

Rescaling::Rescaling(Options options)
    : Layer("Rescaling", options.name, options.activity_regularizer), options_(std::move(options)) {
  check(options_.scale.defined(), "Rescaling", "scale must be given. Received: none.");
  if (!options_.offset.defined()) options_.offset = 0.0f;
  check(all_finite(options_.scale), "Rescaling", "scale must be finite. Received: scale={}.",
        to_string(options_.scale));
  check(all_finite(options_.offset), "Rescaling", "offset must be finite. Received: offset={}.",
        to_string(options_.offset));
}

void Rescaling::check_input(const Shape& input) const {
  for (const Tensor* numbers : {&options_.scale, &options_.offset}) {
    check<ShapeError>(fits_inputs(numbers->shape(), input), name(),
                      "scale and offset must broadcast to the inputs. Received: {} of shape {}, "
                      "shape={}.",
                      numbers == &options_.scale ? "a scale" : "an offset", numbers->shape(),
                      input);
  }
}

Tensor Rescaling::call(const Tensor& inputs, const CallContext&) {
  return inputs * options_.scale + options_.offset;
}

Shape Rescaling::compute_output_shape(const Shape& input) {
  check_input(input);
  return input;
}

std::optional<std::vector<Layer::RegularizerSlot>> Rescaling::regularizer_slots() {
  return std::vector<RegularizerSlot>();
}

Config Rescaling::get_config() const { return with_fields(Layer::get_config(), options_); }

Rescaling Rescaling::from_config(const Config& config) {
  Rescaling layer(read_options<Options>("Rescaling", config));
  layer.set_base_config(config);
  return layer;
}

}  // namespace strata::layers
