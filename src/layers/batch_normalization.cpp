// BatchNormalization: by the batch's statistics or by the moving ones.
#include "strata/layers/batch_normalization.hpp"

#include "core/fields.hpp"
#include "layers/base_fields.hpp"
#include "layers/gamma_and_beta.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/elementwise.hpp"
#include "strata/ops/nn.hpp"
#include "strata/ops/reduction.hpp"
#include "tensor/format.hpp"

namespace strata::layers {

template <class Fields>
void list_fields(Fields& fields, BatchNormalizationOptions& options) {
  AxisList axis = options.axis;  // Keras 2 writes a list of one
  fields("axis", axis);
  check(axis.values().size() == 1, "BatchNormalization",
        "axis must be one axis. Received: axis=[{}].", fmt::join(axis.values(), ", "));
  options.axis = axis.values()[0];
  fields("momentum", options.momentum);
  fields("epsilon", options.epsilon);
  list_center_and_scale(fields, options);
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

BatchNormalization::BatchNormalization(Options options)
    : BatchNormalization(std::move(options), OptionsOrigin::code) {}

BatchNormalization::BatchNormalization(Options options, OptionsOrigin origin)
    : Layer("BatchNormalization", options.name, options.activity_regularizer),
      options_(std::move(options)) {
  check(options_.momentum >= 0.0f && options_.momentum <= 1.0f, "BatchNormalization",
        "momentum must lie in [0, 1]. Received: momentum={}.", options_.momentum);
  check_epsilon("BatchNormalization", options_.epsilon);
  check_rules_of_gamma_and_beta(origin, "BatchNormalization", options_);
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
  if (options_.scale) gamma_ = add_weight(gamma_weight(options_, channels));
  if (options_.center) beta_ = add_weight(beta_weight(options_, channels));
  moving_mean_ = add_weight({.name = "moving_mean",
                             .shape = channels,
                             .initializer = options_.moving_mean_initializer,
                             .trainable = false,
                             .axes = {.output = 0}});
  moving_variance_ = add_weight({.name = "moving_variance",
                                 .shape = channels,
                                 .initializer = options_.moving_variance_initializer,
                                 .trainable = false,
                                 .axes = {.output = 0}});
}

Tensor BatchNormalization::call(const Tensor& inputs, const CallContext& context) {
  // An empty batch has no statistics.
  const bool by_batch = context.training && trainable() && inputs.size() > 0;
  if (context.mask.defined()) {
    check<ShapeError>(context.mask.rank() == inputs.rank() - 1, name(),
                      "the mask must have one axis less than the input. Received: mask.shape={}, "
                      "shape={}.",
                      context.mask.shape(), inputs.shape());
    if (by_batch) return normalize_masked(inputs, context.mask);
  }
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

// All positions by the statistics of those that count.
Tensor BatchNormalization::normalize_masked(const Tensor& inputs, const Tensor& mask) {
  constexpr float kNotZero = 1e-7f;  // Keras's, so that no positions have a mean of 0
  const int axis = inputs.shape().axis(options_.axis, name().c_str());
  std::vector<int> others;
  Shape spread;
  for (int each = 0; each < inputs.rank(); ++each) {
    if (each != axis) others.push_back(each);
    spread.append(each == axis ? inputs.shape()[axis] : 1);
  }
  const Tensor counts = ops::broadcast_to(ops::expand_dims(mask, -1), inputs.shape());
  const Tensor count = ops::sum(counts, others, /*keepdims=*/true) + kNotZero;
  const Tensor mean = ops::sum(counts * inputs, others, /*keepdims=*/true) / count;
  const Tensor centered = inputs - mean;
  const Tensor variance =
      ops::sum(counts * ops::square(centered), others, /*keepdims=*/true) / count;
  const float keep = options_.momentum;
  const auto update = [&](Variable& moving, const Tensor& batch) {
    const Tensor value = ops::reshape(ops::stop_gradient(batch), moving.shape());
    moving.assign(keep * moving.value() + (1.0f - keep) * value);
  };
  update(moving_mean_, mean);
  update(moving_variance_, variance);
  Tensor outputs = centered * ops::rsqrt(variance + options_.epsilon);
  if (options_.scale) outputs = outputs * ops::reshape(gamma_, spread);
  return options_.center ? outputs + ops::reshape(beta_, spread) : outputs;
}

// x * factor + offset, with all that does not depend on x worked out once per channel.
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

Config BatchNormalization::get_config() const { return with_fields(Layer::get_config(), options_); }

BatchNormalization BatchNormalization::from_config(const Config& config) {
  BatchNormalization layer(read_options<Options>("BatchNormalization", config),
                           OptionsOrigin::config);
  layer.set_base_config(config);
  return layer;
}

}  // namespace strata::layers
