// GaussianDropout: noise drawn per call from the layer's own random stream.
#include "strata/layers/gaussian_dropout.hpp"

#include <cmath>

#include "core/fields.hpp"
#include "layers/base_fields.hpp"
#include "strata/ops/elementwise.hpp"

namespace strata::layers {

template <class Fields>
void list_fields(Fields& fields, GaussianDropoutOptions& options) {
  fields("rate", options.rate);
  fields("seed", options.seed);
}

GaussianDropout::GaussianDropout(Options options)
    : Layer("GaussianDropout", options.name, options.activity_regularizer),
      options_(std::move(options)),
      generator_(options_.seed) {
  const float rate = options_.rate;
  check(rate >= 0.0f && rate < 1.0f, "GaussianDropout",
        "rate must lie in [0, 1). Received: rate={}.", rate);
  mark_built();
}

Tensor GaussianDropout::call(const Tensor& inputs, const CallContext& context) {
  const float rate = options_.rate;
  if (!context.training || rate == 0.0f) return inputs;
  before_draw(generator_);
  return inputs * generator_.normal(inputs.shape(), 1.0f, std::sqrt(rate / (1.0f - rate)));
}

Shape GaussianDropout::compute_output_shape(const Shape& input) { return input; }

std::vector<Layer::RandomStream> GaussianDropout::random_streams() {
  return {{"seed_generator", &generator_}};
}

Config GaussianDropout::get_config() const { return with_fields(Layer::get_config(), options_); }

GaussianDropout GaussianDropout::from_config(const Config& config) {
  check(config.contains("rate"), "GaussianDropout", "a config needs a rate. Received: {}.", config);
  GaussianDropout layer(read_options<Options>("GaussianDropout", config, {.rate = 0.0f}));
  layer.set_base_config(config);
  return layer;
}

}  // namespace strata::layers
