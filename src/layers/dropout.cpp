// Dropout: a mask drawn per call from the layer's own random stream.
#include "strata/layers/dropout.hpp"

#include "core/fields.hpp"
#include "layers/base_fields.hpp"
#include "layers/noise_shape.hpp"
#include "strata/ops/elementwise.hpp"
#include "tensor/format.hpp"

namespace strata::layers {

template <class Fields>
void list_fields(Fields& fields, DropoutOptions& options) {
  fields("rate", options.rate);
  fields("seed", options.seed);
  fields("noise_shape", options.noise_shape);
}

Dropout::Dropout(Options options)
    : Layer("Dropout", options.name, options.activity_regularizer),
      options_(std::move(options)),
      generator_(options_.seed) {
  const float rate = options_.rate;
  check(rate >= 0.0f && rate <= 1.0f, "Dropout", "rate must lie in [0, 1]. Received: rate={}.",
        rate);
  check_noise_shape("Dropout", options_.noise_shape);
  mark_built();
}

void Dropout::check_input(const Shape& input) const {
  check_noise_fits(name(), options_.noise_shape, input);
}

Tensor Dropout::call(const Tensor& inputs, const CallContext& context) {
  if (!context.training || options_.rate == 0.0f) return inputs;
  const Shape drawn = drawn_shape(options_.noise_shape, inputs.shape());
  before_draw(generator_);
  return inputs * generator_.dropout_mask(drawn, options_.rate);
}

Shape Dropout::compute_output_shape(const Shape& input) {
  check_input(input);
  return input;
}

std::vector<Layer::RandomStream> Dropout::random_streams() {
  return {{"seed_generator", &generator_}};
}

Config Dropout::get_config() const { return with_fields(Layer::get_config(), options_); }

Dropout Dropout::from_config(const Config& config) {
  check(config.contains("rate"), "Dropout", "a config needs a rate. Received: {}.", config);
  Dropout layer(read_options<Options>("Dropout", config, {.rate = 0.0f}));
  layer.set_base_config(config);
  return layer;
}

}  // namespace strata::layers
