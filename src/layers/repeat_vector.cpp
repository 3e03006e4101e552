// RepeatVector: one more axis, along which the vector is repeated.
#include "strata/layers/repeat_vector.hpp"

#include "core/fields.hpp"
#include "layers/base_fields.hpp"
#include "strata/ops/array.hpp"
#include "tensor/format.hpp"

namespace strata::layers {

template <class Fields>
void list_fields(Fields& fields, RepeatVectorOptions& options) {
  fields("n", options.n);
}

RepeatVector::RepeatVector(Options options)
    : Layer("RepeatVector", options.name, options.activity_regularizer),
      options_(std::move(options)) {
  check(n() > 0, "RepeatVector", "n must be a positive integer. Received: n={}.", n());
}

void RepeatVector::check_input(const Shape& input) const {
  check<ShapeError>(input.rank() == 2, name(),
                    "the input must have rank 2: batch and features. Received: shape={}.", input);
}

Tensor RepeatVector::call(const Tensor& inputs, const CallContext&) {
  return ops::repeat(ops::expand_dims(inputs, 1), n(), 1);
}

Shape RepeatVector::compute_output_shape(const Shape& input) {
  check_input(input);
  return {input[0], n(), input[1]};
}

std::optional<std::vector<Layer::RegularizerSlot>> RepeatVector::regularizer_slots() {
  return std::vector<Layer::RegularizerSlot>();
}

Config RepeatVector::get_config() const { return with_fields(Layer::get_config(), options_); }

RepeatVector RepeatVector::from_config(const Config& config) {
  RepeatVector layer(read_options<Options>("RepeatVector", config, {.n = 0}));
  layer.set_base_config(config);
  return layer;
}

}  // namespace strata::layers
