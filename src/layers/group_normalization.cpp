// GroupNormalization: its groups and weights, and the fused op.
#include "strata/layers/group_normalization.hpp"

#include "core/fields.hpp"
#include "layers/base_fields.hpp"
#include "layers/gamma_and_beta.hpp"
#include "strata/ops/nn.hpp"

namespace strata::layers {

template <class Fields>
void list_fields(Fields& fields, GroupNormalizationOptions& options) {
  fields("groups", options.groups);
  fields("axis", options.axis);
  fields("epsilon", options.epsilon);
  list_center_and_scale(fields, options);
  list_gamma_and_beta(fields, options);
}

GroupNormalization::GroupNormalization(Options options)
    : GroupNormalization(std::move(options), OptionsOrigin::code) {}

GroupNormalization::GroupNormalization(Options options, OptionsOrigin origin)
    : Layer("GroupNormalization", options.name, options.activity_regularizer),
      options_(std::move(options)) {
  const int groups = options_.groups;
  check(groups > 0 || groups == -1, "GroupNormalization",
        "groups must be a positive integer, or -1. Received: groups={}.", groups);
  check_epsilon("GroupNormalization", options_.epsilon);
  check_rules_of_gamma_and_beta(origin, "GroupNormalization", options_);
}

std::int64_t GroupNormalization::channels_of(const Shape& input) const {
  return input[input.axis(options_.axis, name().c_str())];
}

int GroupNormalization::groups_of(std::int64_t channels) const {
  return options_.groups == -1 ? static_cast<int>(channels) : options_.groups;
}

void GroupNormalization::check_input(const Shape& input) const {
  const std::int64_t channels = channels_of(input);
  check<ShapeError>(input.axis(options_.axis, name().c_str()) > 0, name(),
                    "axis must not be the batch's. Received: axis={}, shape={}.", options_.axis,
                    input);
  check<ShapeError>(channels != Shape::kUnknown, name(),
                    "the channels' axis, {}, must be known. Received: shape={}.", options_.axis,
                    input);
  check<ShapeError>(channels > 0 && channels % groups_of(channels) == 0, name(),
                    "the groups, {}, must divide the channels. Received: {} channels, shape={}.",
                    options_.groups, channels, input);
  if (!built()) return;
  const Shape& expected = *build_shape();
  check<ShapeError>(input.rank() == expected.rank() && channels == channels_of(expected), name(),
                    "the input must have rank {} and {} channels, as when the layer was built. "
                    "Received: shape={}.",
                    expected.rank(), channels_of(expected), input);
}

void GroupNormalization::create_weights(const Shape& input) {
  const Shape channels = {channels_of(input)};
  if (options_.scale) gamma_ = add_weight(gamma_weight(options_, channels));
  if (options_.center) beta_ = add_weight(beta_weight(options_, channels));
}

Tensor GroupNormalization::call(const Tensor& inputs, const CallContext&) {
  return ops::group_normalize(inputs, options_.scale ? gamma_.value() : Tensor(),
                              options_.center ? beta_.value() : Tensor(),
                              groups_of(channels_of(inputs.shape())), options_.axis,
                              options_.epsilon);
}

Shape GroupNormalization::compute_output_shape(const Shape& input) {
  check_input(input);
  return input;
}

std::optional<std::vector<Layer::RegularizerSlot>> GroupNormalization::regularizer_slots() {
  std::vector<RegularizerSlot> slots;
  if (options_.scale) slots.push_back({"gamma", &options_.gamma_regularizer});
  if (options_.center) slots.push_back({"beta", &options_.beta_regularizer});
  return slots;
}

// Keras writes the groups of a built layer as a number.
Config GroupNormalization::get_config() const {
  Options options = options_;
  if (built()) options.groups = groups_of(channels_of(*build_shape()));
  return with_fields(Layer::get_config(), std::move(options));
}

GroupNormalization GroupNormalization::from_config(const Config& config) {
  GroupNormalization layer(read_options<Options>("GroupNormalization", config),
                           OptionsOrigin::config);
  layer.set_base_config(config);
  return layer;
}

}  // namespace strata::layers
