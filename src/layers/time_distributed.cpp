// TimeDistributed: all steps in one call of the layer where that is the same, else step by step.
#include "strata/layers/time_distributed.hpp"

#include <algorithm>
#include <array>
#include <typeinfo>
#include <utility>

#include "core/fields.hpp"
#include "layers/at_step.hpp"
#include "layers/base_fields.hpp"
#include "strata/layers/activation.hpp"
#include "strata/layers/convolution.hpp"
#include "strata/layers/dense.hpp"
#include "strata/layers/embedding.hpp"
#include "strata/layers/flatten.hpp"
#include "strata/layers/global_pooling.hpp"
#include "strata/layers/pooling.hpp"
#include "strata/layers/relu.hpp"
#include "strata/layers/reshape.hpp"
#include "strata/ops/array.hpp"
#include "tensor/format.hpp"

namespace strata::layers {
namespace {

// Layers that compute each sample from that sample alone, so that steps may be samples too. A user's
// subclass may do anything.
bool computes_samples_alone(const Layer& layer) {
  static const std::array<const std::type_info*, 21> kinds = {&typeid(Activation),
                                                              &typeid(Conv1D),
                                                              &typeid(Conv2D),
                                                              &typeid(Conv3D),
                                                              &typeid(Dense),
                                                              &typeid(Embedding),
                                                              &typeid(Flatten),
                                                              &typeid(ReLU),
                                                              &typeid(Reshape),
                                                              &typeid(MaxPooling1D),
                                                              &typeid(MaxPooling2D),
                                                              &typeid(MaxPooling3D),
                                                              &typeid(AveragePooling1D),
                                                              &typeid(AveragePooling2D),
                                                              &typeid(AveragePooling3D),
                                                              &typeid(GlobalMaxPooling1D),
                                                              &typeid(GlobalMaxPooling2D),
                                                              &typeid(GlobalMaxPooling3D),
                                                              &typeid(GlobalAveragePooling1D),
                                                              &typeid(GlobalAveragePooling2D),
                                                              &typeid(GlobalAveragePooling3D)};
  const std::type_info& kind = typeid(layer);
  return std::any_of(kinds.begin(), kinds.end(), [&](const auto* each) { return *each == kind; });
}

// (batch, steps, …) to (batch · steps, …).
Shape with_steps_as_samples(const Shape& shape) {
  return shape.without(1).with(0, shape[0] * shape[1]);
}

// (samples, …) to (batch, steps, …).
Shape with_axes_in_front(std::int64_t batch, std::int64_t steps, const Shape& shape) {
  Shape result = {batch, steps};
  for (int axis = 1; axis < shape.rank(); ++axis) result.append(shape[axis]);
  return result;
}

}  // namespace

TimeDistributed::TimeDistributed(Options options)
    : TimeDistributed(std::move(options.name), options.layer.layer(),
                      std::move(options.activity_regularizer)) {
  check(!layer_->activity_regularizer(), "TimeDistributed",
        "an activity regularizer must be TimeDistributed's own, since that of the layer that it "
        "calls doesn't count. Received: {} with one.",
        layer_->name());
}

TimeDistributed::TimeDistributed(std::string name, std::shared_ptr<Layer> layer,
                                 RegularizerSpec activity)
    : Layer("TimeDistributed", std::move(name), std::move(activity)), layer_(std::move(layer)) {
  check(layer_ != nullptr, "TimeDistributed", "a layer is needed. Received: none.");
  track(layer_);
}

void TimeDistributed::check_input(const Shape& input) const {
  check<ShapeError>(input.rank() >= 3, name(),
                    "the input must have at least three axes, (batch, steps, …). Received: "
                    "shape={}.",
                    input);
}

void TimeDistributed::create_weights(const Shape& input) { layer_->build(input.without(1)); }

Tensor TimeDistributed::call(const Tensor& inputs, const CallContext& context) {
  const Shape& shape = inputs.shape();
  const std::int64_t batch = shape[0];
  const std::int64_t steps = shape[1];
  const Tensor& mask = context.mask;
  check<ShapeError>(
      !mask.defined() || (mask.rank() >= 2 && mask.shape()[0] == batch && mask.shape()[1] == steps),
      name(),
      "the mask's first two axes must be those of the input. Received: "
      "mask.shape={}, shape={}.",
      mask.shape(), shape);
  const auto call_layer = [&](const Tensor& x, const Tensor& its_mask) {
    const Tensors outputs =
        layer_->call_tensors(x, {.training = context.training, .mask = its_mask});
    return outputs.single("TimeDistributed");
  };
  if (steps == 0) return ops::zeros(compute_output_shape(shape));
  const bool masks_whole_steps = !mask.defined() || mask.rank() == 2;
  if (computes_samples_alone(*layer_) && masks_whole_steps) {
    const Tensor outputs = call_layer(ops::reshape(inputs, with_steps_as_samples(shape)), {});
    return ops::reshape(outputs, with_axes_in_front(batch, steps, outputs.shape()));
  }
  std::vector<Tensor> outputs;
  for (std::int64_t step = 0; step < steps; ++step)
    outputs.push_back(call_layer(at_step(inputs, step), at_step(mask, step)));
  return ops::stack(outputs, 1);
}

Shape TimeDistributed::compute_output_shape(const Shape& input) {
  check_input(input);
  const Shape outputs = layer_->compute_output_shape(input.without(1));
  return with_axes_in_front(outputs.front(), input[1], outputs);
}

// The layer's weights are its own.
std::optional<std::vector<Layer::RegularizerSlot>> TimeDistributed::regularizer_slots() {
  return std::vector<RegularizerSlot>();
}

// The config holds the layer's own flag.
void TimeDistributed::restore_trainable(bool trainable) { set_own_trainable(trainable); }

Config TimeDistributed::get_config() const {
  Config config = Layer::get_config();
  config["layer"] = in_context(name(), [&] { return serialize(*layer_); });
  return config;
}

TimeDistributed TimeDistributed::from_config(const Config& config) {
  const auto layer = config.find("layer");
  check(layer != config.end() && layer->is_object(), "TimeDistributed",
        "a config needs a layer. Received: {}.", config);
  ConfigReader reader("TimeDistributed", config);
  for (const char* key : {"name", "trainable", "dtype", "activity_regularizer", "layer"})
    reader.skip(key);
  for (const char* key : {"autocast", "batch_input_shape", "input_shape"}) reader.ignore(key);
  reader.finish();
  const std::string name = name_in(config);
  TimeDistributed wrapper(name, in_context(name, [&] { return deserialize(*layer); }), {});
  wrapper.set_base_config(config);
  return wrapper;
}

}  // namespace strata::layers
