// RNN: states, masks and outputs around a cell.
#include "strata/layers/rnn.hpp"

#include <utility>

#include "core/check.hpp"
#include "core/fields.hpp"
#include "layers/base_fields.hpp"
#include "layers/recurrent_cell.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/elementwise.hpp"
#include "tensor/format.hpp"

namespace strata::layers {
namespace {

// What a config says of an RNN beside its cell.
struct RnnConfig : RecurrentSettings {
  std::string name = {};
};

template <class Fields>
void list_fields(Fields& fields, RnnConfig& config) {
  list_settings(fields, config);
  fields.ignore("cell");
}

}  // namespace

template <class Fields>
void list_fields(Fields& fields, RecurrentSettings& settings) {
  list_settings(fields, settings);
}

RNN::RNN(Options options)
    : Layer("RNN", options.name, std::move(options.activity_regularizer)),
      settings_(settings_of(options)),
      cell_(options.cell.cell()) {
  check(cell_ != nullptr, "RNN", "cell must be a cell. Received: none.");
  check(!cell_->state_size().empty(), "RNN", "a cell must have a state. Received: {} without one.",
        cell_->name());
  track(cell_);
}

RNN::RNN(std::string_view class_name, std::string name, RegularizerSpec activity_regularizer,
         const RecurrentSettings& settings, std::shared_ptr<RNNCell> own_cell)
    : Layer(class_name, std::move(name), std::move(activity_regularizer)),
      settings_(settings),
      cell_(std::move(own_cell)),
      owns_weights_(true) {}

void RNN::check_input(const Shape& sequences) const {
  check<ShapeError>(owns_weights_ ? sequences.rank() == 3 : sequences.rank() >= 3, name(),
                    "the input must have the axes (batch, steps, {}). Received: shape={}.",
                    owns_weights_ ? "features" : "…", sequences);
  check<ShapeError>(sequences[1] != 0, name(),
                    "a sequence must have a step or more. Received: shape={}.", sequences);
  if (owns_weights_) {
    const std::int64_t features = built() ? build_shapes().front().back() : Shape::kUnknown;
    check_step_input(*this, sequences.without(1), features);
  } else {
    cell_->check_input(sequences.without(1));
  }
  if (!settings_.stateful || !built()) return;
  const std::int64_t batch = states_.front().shape().front();
  check<ShapeError>(sequences.front() == batch || sequences.front() == Shape::kUnknown, name(),
                    "a stateful layer's batch size must stay {}, as when it was built. "
                    "Received: shape={}.",
                    batch, sequences);
}

void RNN::check_inputs(const std::vector<Shape>& input_shapes) const {
  const std::vector<int> sizes = cell_->state_size();
  check<ShapeError>(
      input_shapes.size() == 1 || input_shapes.size() == sizes.size() + 1, name(),
      "the layer takes sequences, and {} initial states if any. Received: {} tensors.",
      sizes.size(), input_shapes.size());
  check_input(input_shapes.front());
  for (std::size_t i = 1; i < input_shapes.size(); ++i) {
    const Shape& shape = input_shapes[i];
    check<ShapeError>(shape.rank() == 2 && shape.back() == sizes[i - 1], name(),
                      "initial state {} must have the shape (batch, {}). Received: shape={}.",
                      i - 1, sizes[i - 1], shape);
  }
}

void RNN::create_weights(const Shape& input) {
  check<ShapeError>(!settings_.stateful || input.front() != Shape::kUnknown, name(),
                    "a stateful layer must know the batch size when it is built: give the Input a "
                    "batch_size. Received: shape={}.",
                    input);
  const Shape step = input.without(1);
  if (owns_weights_) {
    cell_->make_weights(step, [this](const WeightOptions& weight) { return add_weight(weight); });
  } else {
    cell_->build(step);
  }
  states_.clear();
  if (!settings_.stateful) return;
  for (const Tensor& state : cell_->get_initial_state(input.front()))
    states_.emplace_back("rnn_state", state, false);
}

void RNN::create_weights_for(const std::vector<Shape>& input_shapes) {
  create_weights(input_shapes.front());
}

Tensors RNN::initial_states(const Tensors& inputs) const {
  if (inputs.size() > 1) return Tensors(std::vector<Tensor>(inputs.begin() + 1, inputs.end()));
  if (!settings_.stateful) return cell_->get_initial_state(inputs.front().shape().front());
  std::vector<Tensor> kept;
  for (const Variable& state : states_) kept.push_back(state.value());
  return Tensors(std::move(kept));
}

Tensors RNN::call_tensors(const Tensors& inputs, const CallContext& context) {
  const Shape steps = {inputs.front().shape()[0], inputs.front().shape()[1]};
  check<ShapeError>(!context.mask.defined() || context.mask.shape() == steps, name(),
                    "the mask must have the shape (batch, steps) of the inputs, {}. "
                    "Received: shape={}.",
                    steps, context.mask.shape());
  const ops::RecurrentOutputs result =
      cell_->run(inputs.front(), initial_states(inputs),
                 {.return_sequences = settings_.return_sequences,
                  .return_state = settings_.return_state || settings_.stateful,
                  .go_backwards = settings_.go_backwards,
                  .zero_output_for_mask = settings_.zero_output_for_mask,
                  .mask = context.mask},
                 {.training = context.training});
  for (std::size_t i = 0; i < states_.size(); ++i) {
    before_assign(states_[i]);
    states_[i].assign(ops::stop_gradient(result.states[i]));
  }
  if (!settings_.return_state) return result.outputs;
  std::vector<Tensor> all = {result.outputs};
  all.insert(all.end(), result.states.begin(), result.states.end());
  return Tensors(std::move(all));
}

Tensor RNN::compute_mask(const Tensor&, const Tensor& mask) {
  return settings_.return_sequences ? mask : Tensor();
}

void RNN::reset_state() {
  for (const Variable& state : states_) state.assign(ops::zeros(state.shape()));
}

Shape RNN::compute_output_shape(const Shape& input) {
  const std::vector<Shape> shapes = compute_output_shapes({input});
  check<ShapeError>(shapes.size() == 1, name(),
                    "with return_state there are several outputs, which no layer behind it in a "
                    "Sequential could take; call the layer with Tensors. Received: {} outputs.",
                    shapes.size());
  return shapes.front();
}

std::vector<Shape> RNN::compute_output_shapes(const std::vector<Shape>& input_shapes) {
  check_inputs(input_shapes);
  const Shape& input = input_shapes.front();
  const std::int64_t units = cell_->output_size();
  std::vector<Shape> shapes;
  if (settings_.return_state) shapes = state_shapes(*cell_, input.front());
  shapes.insert(shapes.begin(), settings_.return_sequences ? Shape{input.front(), input[1], units}
                                                           : Shape{input.front(), units});
  return shapes;
}

// The weights of a cell that is a layer of its own are its.
std::optional<std::vector<Layer::RegularizerSlot>> RNN::regularizer_slots() {
  return owns_weights_ ? cell_->regularizer_slots() : std::vector<RegularizerSlot>();
}

std::vector<Layer::RandomStream> RNN::random_streams() {
  return owns_weights_ ? cell_->random_streams() : std::vector<RandomStream>();
}

// The cell's config has a flag of its own.
void RNN::restore_trainable(bool trainable) {
  owns_weights_ ? set_trainable(trainable) : set_own_trainable(trainable);
}

Layer::FileLayout RNN::file_layout() const {
  if (owns_weights_) return {.own = "cell/", .sublayers = {}};
  return {.own = {}, .sublayers = {"cell/"}};
}

Config RNN::settings_config() const { return with_fields(Layer::get_config(), settings_); }

Config RNN::get_config() const {
  Config config = settings_config();
  config["cell"] = serialize(*cell_);
  return config;
}

RNN RNN::from_config(const Config& config) {
  const auto found = config.find("cell");
  check(found != config.end(), "RNN", "a config needs a cell. Received: {}.", config);
  const auto read = read_options<RnnConfig>("RNN", config);
  const auto cell = std::dynamic_pointer_cast<RNNCell>(deserialize_unbuilt(*found));
  check(cell != nullptr, "RNN", "cell must be a cell. Received: {}.", *found);
  Options options{.cell = RNNCellHandle(cell)};
  options.return_sequences = read.return_sequences;
  options.return_state = read.return_state;
  options.go_backwards = read.go_backwards;
  options.stateful = read.stateful;
  options.unroll = read.unroll;
  options.zero_output_for_mask = read.zero_output_for_mask;
  options.name = read.name;
  RNN layer(std::move(options));
  layer.set_base_config(config);
  return layer;
}

}  // namespace strata::layers
