// AlphaDropout: a mask drawn per call from the layer's own random stream.
#include "strata/layers/alpha_dropout.hpp"

#include <cmath>

#include "core/fields.hpp"
#include "layers/base_fields.hpp"
#include "layers/noise_shape.hpp"
#include "strata/ops/elementwise.hpp"

namespace strata::layers {

template <class Fields>
void list_fields(Fields& fields, AlphaDropoutOptions& options) {
  fields("rate", options.rate);
  fields("seed", options.seed);
  fields("noise_shape", options.noise_shape);
}

AlphaDropout::AlphaDropout(Options options)
    : Layer("AlphaDropout", options.name, options.activity_regularizer),
      options_(std::move(options)),
      generator_(options_.seed) {
  const float rate = options_.rate;
  check(rate >= 0.0f && rate < 1.0f, "AlphaDropout", "rate must lie in [0, 1). Received: rate={}.",
        rate);
  check_noise_shape("AlphaDropout", options_.noise_shape);
  mark_built();
}

void AlphaDropout::check_input(const Shape& input) const {
  check_noise_fits(name(), options_.noise_shape, input);
}

Tensor AlphaDropout::call(const Tensor& inputs, const CallContext& context) {
  const float rate = options_.rate;
  if (!context.training || rate == 0.0f) return inputs;
  constexpr double kLimit = -1.6732632423543772 * 1.0507009873554805;
  const double drop = static_cast<double>(rate);
  const double a = 1.0 / std::sqrt((1.0 - drop) * (1.0 + drop * kLimit * kLimit));
  const double b = -a * kLimit * drop;
  before_draw(generator_);
  // 1 / (1 - rate) where kept, else 0.
  const Tensor mask =
      generator_.dropout_mask(drawn_shape(options_.noise_shape, inputs.shape()), rate);
  const Tensor scale = mask * static_cast<float>(a * (1.0 - drop));
  const Tensor shift =
      static_cast<float>(a * kLimit + b) - mask * static_cast<float>(a * kLimit * (1.0 - drop));
  return inputs * scale + shift;
}

Shape AlphaDropout::compute_output_shape(const Shape& input) {
  check_input(input);
  return input;
}

std::vector<Layer::RandomStream> AlphaDropout::random_streams() {
  return {{"seed_generator", &generator_}};
}

Config AlphaDropout::get_config() const { return with_fields(Layer::get_config(), options_); }

AlphaDropout AlphaDropout::from_config(const Config& config) {
  check(config.contains("rate"), "AlphaDropout", "a config needs a rate. Received: {}.", config);
  AlphaDropout layer(read_options<Options>("AlphaDropout", config, {.rate = 0.0f}));
  layer.set_base_config(config);
  return layer;
}

}  // namespace strata::layers
