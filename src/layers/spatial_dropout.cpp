// SpatialDropout: a mask of one number per channel.
#include "strata/layers/spatial_dropout.hpp"

#include "core/fields.hpp"
#include "layers/base_fields.hpp"
#include "layers/spatial.hpp"
#include "strata/ops/elementwise.hpp"

namespace strata::layers {
namespace {

template <int N>
constexpr const char* kSpatialDropout = N == 1   ? "SpatialDropout1D"
                                        : N == 2 ? "SpatialDropout2D"
                                                 : "SpatialDropout3D";

bool is_channels_first(const SpatialDropout1DOptions&) { return false; }
bool is_channels_first(const SpatialDropoutOptions& options) {
  return options.data_format == "channels_first";
}

}  // namespace

template <class Fields>
void list_fields(Fields& fields, SpatialDropout1DOptions& options) {
  fields("rate", options.rate);
  fields("seed", options.seed);
}

template <class Fields>
void list_fields(Fields& fields, SpatialDropoutOptions& options) {
  fields("rate", options.rate);
  fields("seed", options.seed);
  fields.or_default("data_format", options.data_format);
}

template <int N>
SpatialDropout<N>::SpatialDropout(Options options)
    : Layer(kSpatialDropout<N>, options.name, options.activity_regularizer),
      options_(std::move(options)),
      generator_(options_.seed) {
  const float rate = options_.rate;
  check(rate >= 0.0f && rate <= 1.0f, kSpatialDropout<N>,
        "rate must lie in [0, 1]. Received: rate={}.", rate);
  if constexpr (N > 1) checked_data_format(kSpatialDropout<N>, options_.data_format);
  mark_built();
}

template <int N>
void SpatialDropout<N>::check_input(const Shape& input) const {
  check_spatial_rank(name(), input, N);
}

template <int N>
Tensor SpatialDropout<N>::call(const Tensor& inputs, const CallContext& context) {
  if (!context.training || options_.rate == 0.0f) return inputs;
  Shape drawn = inputs.shape();
  const int first = is_channels_first(options_) ? 2 : 1;
  for (int axis = first; axis < first + N; ++axis) drawn[axis] = 1;
  before_draw(generator_);
  return inputs * generator_.dropout_mask(drawn, options_.rate);
}

template <int N>
Shape SpatialDropout<N>::compute_output_shape(const Shape& input) {
  check_input(input);
  return input;
}

template <int N>
std::vector<Layer::RandomStream> SpatialDropout<N>::random_streams() {
  return {{"seed_generator", &generator_}};
}

// In Keras's order. Its class takes no `trainable` and writes the type by its name.
template <int N>
Config SpatialDropout<N>::get_config() const {
  Config config;
  config["rate"] = to_config(options_.rate);
  config["seed"] = to_config(options_.seed);
  Config base = Layer::get_config();
  base["dtype"] = "float32";
  for (const auto& [key, value] : base.items()) {
    if (key != "trainable") config[key] = value;
  }
  return with_fields(std::move(config), options_);
}

template <int N>
SpatialDropout<N> SpatialDropout<N>::from_config(const Config& config) {
  check(config.contains("rate"), kSpatialDropout<N>, "a config needs a rate. Received: {}.",
        config);
  SpatialDropout layer(read_options<Options>(kSpatialDropout<N>, config, {.rate = 0.0f}));
  layer.set_base_config(config);
  return layer;
}

template class SpatialDropout<1>;
template class SpatialDropout<2>;
template class SpatialDropout<3>;

}  // namespace strata::layers
