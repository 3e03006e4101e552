// GaussianNoise: noise drawn per call from the layer's own random stream.
#include "strata/layers/gaussian_noise.hpp"

#include "core/fields.hpp"
#include "layers/base_fields.hpp"
#include "strata/ops/elementwise.hpp"

namespace strata::layers {

template <class Fields>
void list_fields(Fields& fields, GaussianNoiseOptions& options) {
  fields("stddev", options.stddev);
  fields("seed", options.seed);
}

GaussianNoise::GaussianNoise(Options options)
    : Layer("GaussianNoise", options.name, options.activity_regularizer),
      options_(std::move(options)),
      generator_(options_.seed) {
  const float stddev = options_.stddev;
  check(stddev >= 0.0f && stddev <= 1.0f, "GaussianNoise",
        "stddev must lie in [0, 1]. Received: stddev={}.", stddev);
  mark_built();
}

Tensor GaussianNoise::call(const Tensor& inputs, const CallContext& context) {
  const float stddev = options_.stddev;
  if (!context.training || stddev == 0.0f) return inputs;
  before_draw(generator_);
  return inputs + generator_.normal(inputs.shape(), 0.0f, stddev);
}

Shape GaussianNoise::compute_output_shape(const Shape& input) { return input; }

std::vector<Layer::RandomStream> GaussianNoise::random_streams() {
  return {{"seed_generator", &generator_}};
}

Config GaussianNoise::get_config() const { return with_fields(Layer::get_config(), options_); }

GaussianNoise GaussianNoise::from_config(const Config& config) {
  check(config.contains("stddev"), "GaussianNoise", "a config needs a stddev. Received: {}.",
        config);
  GaussianNoise layer(read_options<Options>("GaussianNoise", config, {.stddev = 0.0f}));
  layer.set_base_config(config);
  return layer;
}

}  // namespace strata::layers
