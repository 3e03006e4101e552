#include "strata/layers/batch_normalization.hpp"

#include <cmath>

#include "core/fields.hpp"
#include "layers/base_fields.hpp"
#include "layers/optional_weight.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/elementwise.hpp"
#include "strata/ops/nn.hpp"
#include "tensor/format.hpp"

namespace strata::layers {
namespace {

template <class Fields>
void list_fields(Fields& fields, BatchNormalizationOptions& options) {
  AxisList axis = options.axis;  // Keras 2 writes a list of one
  fields("axis", axis);
  check(axis.values().size() == 1, "BatchNormalization",
        "axis must be one axis. Received: axis=[{}].", fmt::join(axis.values(), ", "));
  options.axis = axis.values()[0];
  fields("momentum", options.momentum);
  fields("epsilon", options.epsilon);
  fields.truth("center", options.center);
  fields.truth("scale", options.scale);
  fields("beta_initializer", options.beta_initializer);
  fields("gamma_initializer", options.gamma_initializer);
  fields("moving_mean_initializer", options.moving_mean_initializer);
  fields("moving_variance_initializer", options.moving_variance_initializer);
  fields("beta_regularizer", options.beta_regularizer);
  fields("gamma_regularizer", options.gamma_regularizer);
  fields("beta_constraint", options.beta_constraint);
  fields("gamma_constraint", options.gamma_constraint);
  fields.neutral("synchronized", false);
  fields.neutral("renorm", false);
  for (const char* key : {"renorm_clipping", "renorm_momentum"})
    fields.ignore(key);  // options of `renorm`, which is refused
}

}  // namespace

BatchNormalization::BatchNormalization(Options options)
    : BatchNormalization(std::move(options), OptionsOrigin::code) {}

BatchNormalization::BatchNormalization(Options options, OptionsOrigin origin)
    : Layer("BatchNormalization", options.name, options.activity_regularizer),
      options_(std::move(options)) {
  check(options_.momentum >= 0.0f && options_.momentum <= 1.0f, "BatchNormalization",
        "momentum must lie in [0, 1]. Received: momentum={}.", options_.momentum);
  check(std::isfinite(options_.epsilon) && options_.epsilon >= 0.0f, "BatchNormalization",
        "epsilon must be finite and >= 0. Received: epsilon={}.", options_.epsilon);
  if (!options_.center)
    check_no_rules(origin, "BatchNormalization", "beta", "center", options_.beta_regularizer,
                   options_.beta_constraint);
  if (!options_.scale)
    check_no_rules(origin, "BatchNormalization", "gamma", "scale", options_.gamma_regularizer,
                   options_.gamma_constraint);
}

void BatchNormalization::check_input(const Shape& input) const {
  const std::int64_t channels = input[input.axis(options_.axis, name().c_str())];
  check<ShapeError>(channels != Shape::kUnknown, name(),
                    "the channels' axis, {}, must be known. Received: shape={}.", options_.axis,
                    input);
  if (!built()) return;
  const int rank = build_shape()->rank();
  const std::int64_t expected = moving_mean_.shape().front();
  check<ShapeError>(input.rank() == rank && channels == expected, name(),
                    "the input must have rank {} and {} channels, as when the layer was built. "
                    "Received: shape={}.",
                    rank, expected, input);
}

void BatchNormalization::create_weights(const Shape& input) {
  const Shape channels = {input[input.axis(options_.axis, name().c_str())]};
  if (options_.scale) {
    gamma_ = add_weight({.name = "gamma",
                         .shape = channels,
                         .initializer = options_.gamma_initializer,
                         .regularizer = options_.gamma_regularizer,
                         .constraint = options_.gamma_constraint});
  }
  if (options_.center) {
    beta_ = add_weight({.name = "beta",
                        .shape = channels,
                        .initializer = options_.beta_initializer,
                        .regularizer = options_.beta_regularizer,
                        .constraint = options_.beta_constraint});
  }
  moving_mean_ = add_weight({.name = "moving_mean",
                             .shape = channels,
                             .initializer = options_.moving_mean_initializer,
                             .trainable = false});
  moving_variance_ = add_weight({.name = "moving_variance",
                                 .shape = channels,
                                 .initializer = options_.moving_variance_initializer,
                                 .trainable = false});
}

Tensor BatchNormalization::call(const Tensor& inputs, const CallContext& context) {
  // An empty batch has no statistics.
  const bool by_batch = context.training && trainable() && inputs.size() > 0;
  return by_batch ? normalize_batch(inputs) : normalize_as_before(inputs);
}

Tensor BatchNormalization::normalize_batch(const Tensor& inputs) {
  const Tensor gamma = options_.scale ? gamma_.value() : Tensor();
  const Tensor beta = options_.center ? beta_.value() : Tensor();
  const ops::Normalized batch =
      ops::batch_normalize(inputs, gamma, beta, options_.axis, options_.epsilon);
  const float keep = options_.momentum;
  moving_mean_.assign(keep * moving_mean_.value() + (1.0f - keep) * batch.mean);
  moving_variance_.assign(keep * moving_variance_.value() + (1.0f - keep) * batch.variance);
  return batch.outputs;
}

// x * factor + offset, with all that does not depend on x worked out once a channel.
Tensor BatchNormalization::normalize_as_before(const Tensor& inputs) const {
  Tensor factor = ops::rsqrt(moving_variance_ + options_.epsilon);
  if (options_.scale) factor = factor * gamma_;
  Tensor offset = -(moving_mean_ * factor);
  if (options_.center) offset = offset + beta_;
  const int axis = inputs.shape().axis(options_.axis, name().c_str());
  Shape spread = {factor.size()};
  for (int after = axis + 1; after < inputs.rank(); ++after) spread.append(1);
  return inputs * ops::reshape(factor, spread) + ops::reshape(offset, spread);
}

Shape BatchNormalization::compute_output_shape(const Shape& input) {
  check_input(input);
  return input;
}

std::optional<std::vector<Layer::RegularizerSlot>> BatchNormalization::regularizer_slots() {
  std::vector<RegularizerSlot> slots;
  if (options_.scale) slots.push_back({"gamma", &options_.gamma_regularizer});
  if (options_.center) slots.push_back({"beta", &options_.beta_regularizer});
  return slots;
}

Config BatchNormalization::get_config() const {
  return with_base_fields(Layer::get_config(), [options = options_](auto& fields) mutable {
    list_fields(fields, options);
  });
}

BatchNormalization BatchNormalization::from_config(const Config& config) {
  Options options{.name = name_in(config)};
  read_layer_fields("BatchNormalization", config,
                    [&](auto& fields) { list_fields(fields, options); });
  BatchNormalization layer(std::move(options), OptionsOrigin::config);
  layer.set_base_config(config);
  return layer;
}

}  // namespace strata::layers
