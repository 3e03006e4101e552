// SpectralNormalization: the power method on another layer's kernel.
#include "strata/layers/spectral_normalization.hpp"

#include <algorithm>

#include "autodiff/not_recording.hpp"
#include "core/fields.hpp"
#include "layers/base_fields.hpp"
#include "strata/initializers/random.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/elementwise.hpp"
#include "strata/ops/linear_algebra.hpp"
#include "strata/ops/nn.hpp"
#include "tensor/format.hpp"

namespace strata::layers {
namespace {

bool is_normalized(std::string_view weight) { return weight == "kernel" || weight == "embeddings"; }

}  // namespace

SpectralNormalization::SpectralNormalization(Options options)
    : Layer("SpectralNormalization", std::move(options.name),
            std::move(options.activity_regularizer)),
      layer_(options.layer.layer()),
      power_iterations_(options.power_iterations) {
  check(layer_ != nullptr, "SpectralNormalization", "layer must be a layer. Received: none.");
  check(power_iterations_ > 0, "SpectralNormalization",
        "power_iterations must be positive. Received: power_iterations={}.", power_iterations_);
  track(layer_);
}

void SpectralNormalization::check_input(const Shape& input) const {
  check<ShapeError>(input.rank() >= 1, name(), "the inputs must have an axis. Received: shape={}.",
                    input);
}

void SpectralNormalization::create_weights(const Shape& input) {
  layer_->build(input);
  const std::vector<Variable> weights = layer_->own_weights();
  const auto found = std::find_if(weights.begin(), weights.end(), [](const Variable& weight) {
    return is_normalized(weight.name()) && weight.shape().rank() > 0;
  });
  check(found != weights.end(), name(),
        "the layer must have a kernel or embeddings. Received: a {}, which has neither.",
        layer_->class_name());
  kernel_ = *found;
  adopt_weight(kernel_);
  vector_u_ = add_weight({.name = "vector_u",
                          .shape = {1, kernel_.shape().back()},
                          .initializer = initializers::TruncatedNormal({.stddev = 0.02f}),
                          .trainable = false});
}

void SpectralNormalization::normalize_kernel() {
  const autodiff::NotRecording not_recording;
  const Tensor kernel = kernel_.value();
  const auto values = kernel.values();
  if (std::all_of(values.begin(), values.end(), [](float value) { return value == 0.0f; })) return;
  const Tensor matrix = ops::reshape(kernel, {-1, kernel.shape().back()});
  const Tensor transposed = ops::transpose(matrix);
  Tensor u = vector_u_.value();
  Tensor v;
  for (int i = 0; i < power_iterations_; ++i) {
    v = ops::l2_normalize(ops::matmul(u, transposed));
    u = ops::l2_normalize(ops::matmul(v, matrix));
  }
  const Tensor sigma = ops::matmul(ops::matmul(v, matrix), ops::transpose(u));
  before_assign(kernel_);
  before_assign(vector_u_);
  vector_u_.assign(u);
  kernel_.assign(kernel / ops::reshape(sigma, Shape()));
}

Tensor SpectralNormalization::call(const Tensor& inputs, const CallContext& context) {
  if (context.training) normalize_kernel();
  return (*layer_)(inputs, context);
}

Shape SpectralNormalization::compute_output_shape(const Shape& input) {
  check_input(input);
  return layer_->compute_output_shape(input);
}

// Of the layer's slots that of the weight which is listed here too.
std::optional<std::vector<Layer::RegularizerSlot>> SpectralNormalization::regularizer_slots() {
  std::vector<RegularizerSlot> slots = slots_of(*layer_).value_or(std::vector<RegularizerSlot>());
  std::erase_if(slots, [](const RegularizerSlot& slot) { return !is_normalized(slot.weight); });
  return slots;
}

// The layer's config has its own flag.
void SpectralNormalization::restore_trainable(bool trainable) { set_own_trainable(trainable); }

Layer::FileLayout SpectralNormalization::file_layout() const { return {.sublayers = {"layer/"}}; }

Config SpectralNormalization::get_config() const {
  Config config = Layer::get_config();
  config["layer"] = serialize(*layer_);
  config["power_iterations"] = power_iterations_;
  return config;
}

SpectralNormalization SpectralNormalization::from_config(const Config& config) {
  const auto layer = config.find("layer");
  check(layer != config.end(), "SpectralNormalization", "a config needs a layer. Received: {}.",
        config);
  Options options{.layer = deserialize(*layer), .name = name_in(config)};
  read_fields("SpectralNormalization", config, [&](auto& fields) {
    fields("power_iterations", options.power_iterations);
    for (const char* key : {"layer", "name", "trainable", "dtype", "activity_regularizer"})
      fields.skip(key);
    fields.ignore("autocast");
  });
  SpectralNormalization made(std::move(options));
  made.set_base_config(config);
  return made;
}

}  // namespace strata::layers
