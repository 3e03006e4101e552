// Bidirectional: copies of a recurrent layer for both directions, and the merge of their outputs.
#include "strata/layers/bidirectional.hpp"

#include <algorithm>
#include <utility>

#include "core/check.hpp"
#include "core/fields.hpp"
#include "layers/base_fields.hpp"
#include "layers/recurrent_cell.hpp"
#include "strata/layers/rnn.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/elementwise.hpp"
#include "tensor/format.hpp"

namespace strata::layers {
namespace {

constexpr const char* kBidirectional = "Bidirectional";

struct BidirectionalConfig {
  std::optional<std::string> merge_mode = "concat";
  std::string name = {};
};

template <class Fields>
void list_fields(Fields& fields, BidirectionalConfig& config) {
  fields("merge_mode", config.merge_mode);
  for (const char* key : {"layer", "backward_layer"}) fields.ignore(key);
}

std::shared_ptr<RNN> recurrent_layer(const char* slot, const std::shared_ptr<Layer>& layer) {
  auto found = std::dynamic_pointer_cast<RNN>(layer);
  check(found != nullptr, kBidirectional,
        "{} must be a recurrent layer: RNN, SimpleRNN, LSTM or GRU. Received: {}.", slot,
        layer == nullptr ? "none" : layer->name());
  return found;
}

// A new layer of the same config under the name of its direction, without weights.
std::shared_ptr<RNN> copy_for(const std::string& direction, const Layer& layer, bool backwards) {
  Config object = layer.to_object();
  const bool is_named = layer.name().starts_with(direction);
  object["config"]["name"] = is_named ? layer.name() : direction + layer.name();
  if (backwards) object["config"]["go_backwards"] = true;
  return recurrent_layer("layer", deserialize_unbuilt(std::move(object)));
}

std::shared_ptr<Layer> direction_in(const Config& config, const char* key) {
  const auto found = config.find(key);
  check(found != config.end(), kBidirectional, "a config needs a {}. Received: {}.", key, config);
  return deserialize_unbuilt(*found);
}

Tensor merged_outputs(const std::string& mode, const Tensor& forward, const Tensor& backward) {
  if (mode == "concat") return ops::concatenate({forward, backward}, -1);
  if (mode == "mul") return forward * backward;
  const Tensor sum = forward + backward;
  return mode == "ave" ? sum / 2.0f : sum;
}

}  // namespace

Bidirectional::Bidirectional(Options options)
    : Layer(kBidirectional, options.name, std::move(options.activity_regularizer)),
      merge_mode_(std::move(options.merge_mode)) {
  constexpr const char* kModes[] = {"concat", "sum", "mul", "ave"};
  check(!merge_mode_ ||
            std::find(std::begin(kModes), std::end(kModes), *merge_mode_) != std::end(kModes),
        kBidirectional, "merge_mode must be concat, sum, mul, ave or none. Received: {}.",
        merge_mode_.value_or("none"));
  const std::shared_ptr<RNN> layer = recurrent_layer("layer", options.layer.layer());
  forward_ = copy_for("forward_", *layer, false);
  backward_ = options.backward_layer
                  ? recurrent_layer("backward_layer", options.backward_layer->layer())
                  : copy_for("backward_", *layer, true);
  check(forward_->go_backwards() != backward_->go_backwards(), kBidirectional,
        "the layers must go in different directions. Received: go_backwards={} for both.",
        forward_->go_backwards());
  const auto check_equal = [](const char* option, bool forward, bool backward) {
    check(forward == backward, kBidirectional,
          "the layers must have the same {0}. Received: {0}={1} and {0}={2}.", option, forward,
          backward);
  };
  check_equal("return_sequences", forward_->return_sequences(), backward_->return_sequences());
  check_equal("return_state", forward_->return_state(), backward_->return_state());
  check_equal("stateful", forward_->stateful(), backward_->stateful());
  for (const auto& each : {forward_, backward_}) {
    each->settings_.zero_output_for_mask = each->return_sequences();
    track(each);
  }
}

std::size_t Bidirectional::state_count() const {
  return forward_->cell().state_size().size() + backward_->cell().state_size().size();
}

// The shapes that one of the layers gets: the sequences', and its states'.
std::vector<Shape> Bidirectional::half_of(const std::vector<Shape>& shapes,
                                          std::size_t half) const {
  std::vector<Shape> own = {shapes.front()};
  const auto count = static_cast<std::ptrdiff_t>((shapes.size() - 1) / 2);
  const auto first = shapes.begin() + 1 + static_cast<std::ptrdiff_t>(half) * count;
  own.insert(own.end(), first, first + count);
  return own;
}

void Bidirectional::check_input(const Shape& input) const {
  forward_->check_input(input);
  backward_->check_input(input);
}

void Bidirectional::check_inputs(const std::vector<Shape>& input_shapes) const {
  check<ShapeError>(
      input_shapes.size() == 1 || input_shapes.size() == state_count() + 1, name(),
      "the layer takes sequences, and {} initial states if any. Received: {} tensors.",
      state_count(), input_shapes.size());
  forward_->check_inputs(half_of(input_shapes, 0));
  backward_->check_inputs(half_of(input_shapes, 1));
}

void Bidirectional::create_weights(const Shape& input) {
  forward_->build(input);
  backward_->build(input);
}

void Bidirectional::create_weights_for(const std::vector<Shape>& input_shapes) {
  create_weights(input_shapes.front());
}

Tensors Bidirectional::call_tensors(const Tensors& inputs, const CallContext& context) {
  const std::size_t count = (inputs.size() - 1) / 2;
  const auto run = [&](RNN& layer, std::size_t half) {
    std::vector<Tensor> own = {inputs.front()};
    for (std::size_t i = 0; i < count; ++i) own.push_back(inputs[1 + half * count + i]);
    return layer(Tensors(std::move(own)), context);
  };
  const Tensors forward = run(*forward_, 0);
  const Tensors backward = run(*backward_, 1);
  const Tensor reversed =
      forward_->return_sequences() ? ops::flip(backward.front(), 1) : backward.front();
  std::vector<Tensor> all;
  if (merge_mode_) {
    all = {merged_outputs(*merge_mode_, forward.front(), reversed)};
  } else {
    all = {forward.front(), reversed};
  }
  for (const Tensors* each : {&forward, &backward})
    all.insert(all.end(), each->begin() + 1, each->end());
  if (all.size() == 1) return all.front();
  return Tensors(std::move(all));
}

Shape Bidirectional::compute_output_shape(const Shape& input) {
  const std::vector<Shape> shapes = compute_output_shapes({input});
  check<ShapeError>(shapes.size() == 1, name(),
                    "without a merge_mode, and with return_state, there are several outputs, which "
                    "no layer behind it in a Sequential could take; call the layer with Tensors. "
                    "Received: {} outputs.",
                    shapes.size());
  return shapes.front();
}

std::vector<Shape> Bidirectional::compute_output_shapes(const std::vector<Shape>& input_shapes) {
  check_inputs(input_shapes);
  const std::vector<Shape> forward = forward_->compute_output_shapes(half_of(input_shapes, 0));
  const std::vector<Shape> backward = backward_->compute_output_shapes(half_of(input_shapes, 1));
  const std::int64_t units = forward.front().back();
  check<ShapeError>(!merge_mode_ || *merge_mode_ == "concat" || units == backward.front().back(),
                    name(),
                    "to be merged by {}, outputs must be equally long. Received: {} and {}.",
                    merge_mode_.value_or("none"), forward.front(), backward.front());
  std::vector<Shape> all = {forward.front()};
  if (!merge_mode_) {
    all.push_back(backward.front());
  } else if (*merge_mode_ == "concat") {
    all[0] = forward.front().with(forward.front().rank() - 1, units + backward.front().back());
  }
  for (const auto* each : {&forward, &backward})
    all.insert(all.end(), each->begin() + 1, each->end());
  return all;
}

Tensor Bidirectional::compute_mask(const Tensor&, const Tensor& mask) {
  return forward_->return_sequences() ? mask : Tensor();
}

void Bidirectional::reset_state() {
  check<StateError>(forward_->stateful(), name(),
                    "only stateful layers have states to reset. Received: stateful=false.");
  forward_->reset_state();
  backward_->reset_state();
}

std::optional<std::vector<Layer::RegularizerSlot>> Bidirectional::regularizer_slots() {
  return std::vector<RegularizerSlot>();
}

void Bidirectional::restore_trainable(bool trainable) { set_own_trainable(trainable); }

Layer::FileLayout Bidirectional::file_layout() const {
  return {.own = {}, .sublayers = {"forward_layer/", "backward_layer/"}};
}

Config Bidirectional::get_config() const {
  Config config = with_fields(Layer::get_config(), BidirectionalConfig{merge_mode_, {}});
  config["layer"] = serialize(*forward_);
  config["backward_layer"] = serialize(*backward_);
  return config;
}

Bidirectional Bidirectional::from_config(const Config& config) {
  const auto read = read_options<BidirectionalConfig>(kBidirectional, config);
  Options options{.layer = LayerHandle(direction_in(config, "layer"))};
  options.merge_mode = read.merge_mode;
  const auto backward = config.find("backward_layer");
  if (backward != config.end() && !backward->is_null())
    options.backward_layer = LayerHandle(direction_in(config, "backward_layer"));
  options.name = read.name;
  Bidirectional layer(std::move(options));
  layer.set_base_config(config);
  return layer;
}

}  // namespace strata::layers
