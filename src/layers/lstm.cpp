// LSTMCell and LSTM: their options, weights and configs; the recurrence is an op, or, with other
// activations and where the state is dropped, built of ops step by step.
#include "strata/layers/lstm.hpp"

#include "activations/apply.hpp"
#include "layers/base_fields.hpp"
#include "layers/recurrent_cell.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/elementwise.hpp"

namespace strata::layers {
namespace {

constexpr int kLstmGates = 4;

// The forget gate's part is ones.
InitializerSpec with_forget_ones(const InitializerSpec& initializer) {
  return [initializer](const Shape& shape) {
    const std::int64_t units = shape.front() / kLstmGates;
    return ops::concatenate(
        {initializer(Shape{units}), ops::ones({units}), initializer(Shape{2 * units})}, 0);
  };
}

}  // namespace

template <class Fields>
void list_fields(Fields& fields, LSTMCellOptions& options) {
  list_cell_fields(fields, options);
}

template <class Fields>
void list_fields(Fields& fields, LSTMOptions& options) {
  list_settings(fields, options);
  list_cell_fields(fields, options);
  fields.if_set("use_cudnn", options.use_cudnn);
}

LSTMCell::LSTMCell(Options options) : LSTMCell(std::move(options), OptionsOrigin::code) {}

LSTMCell::LSTMCell(Options options, OptionsOrigin origin)
    : RNNCell("LSTMCell", options.name), options_(std::move(options)), generator_(options_.seed) {
  check_cell_options(origin, "LSTMCell", options_);
}

void LSTMCell::check_input(const Shape& input) const {
  check_step_input(*this, input, built() ? kernel_.shape().front() : Shape::kUnknown);
}

void LSTMCell::create_weights(const Shape& input) {
  make_weights(input, [this](const WeightOptions& weight) { return add_weight(weight); });
}

void LSTMCell::make_weights(const Shape& input, const AddWeight& add) {
  kernel_ = add(input_kernel(options_, input.back(), kLstmGates));
  recurrent_kernel_ = add(layers::recurrent_kernel(options_, kLstmGates));
  if (!options_.use_bias) return;
  WeightOptions bias = gate_bias(options_, {std::int64_t{kLstmGates} * options_.units}, kLstmGates);
  if (options_.unit_forget_bias) bias.initializer = with_forget_ones(bias.initializer);
  bias_ = add(bias);
}

ops::RecurrentOutputs LSTMCell::run(const Tensor& sequences, const Tensors& initial_states,
                                    const ops::RecurrenceOptions& options,
                                    const CallContext& context) {
  using ops::FusedActivation;
  const auto draw = [this](const Shape& shape, float rate) {
    before_draw(generator_);
    return generator_.dropout_mask(shape, rate);
  };
  const auto [of_inputs, of_states] = draw_masks(options_, kLstmGates, sequences, context, draw);
  const Tensor bias = options_.use_bias ? bias_.value() : Tensor();
  if (activations::fused_form(options_.activation) == FusedActivation::tanh &&
      activations::fused_form(options_.recurrent_activation) == FusedActivation::sigmoid &&
      of_inputs.size() <= 1 && of_states.empty()) {
    return ops::lstm(drop_from_steps(sequences, of_inputs), initial_states[0], initial_states[1],
                     {kernel_, recurrent_kernel_, bias}, options);
  }
  const GateProducts inputs_by_gate(kernel_, bias, kLstmGates, of_inputs);
  const GateProducts states_by_gate(recurrent_kernel_, {}, kLstmGates, of_states);
  const auto step = [&](const Tensor& x, const Tensors& states) -> Tensors {
    const auto gate = [&](int number, const ActivationSpec& activation) {
      return activations::apply_slot(
          activation, inputs_by_gate(number, x) + states_by_gate(number, states[0]), name());
    };
    const Tensor input = gate(0, options_.recurrent_activation);
    const Tensor forget = gate(1, options_.recurrent_activation);
    const Tensor candidate = gate(2, options_.activation);
    const Tensor output = gate(3, options_.recurrent_activation);
    const Tensor carry = forget * states[1] + input * candidate;
    const Tensor hidden = output * activations::apply_slot(options_.activation, carry, name());
    return {hidden, hidden, carry};
  };
  return run_steps(step, sequences, initial_states, output_state(), options);
}

Tensors LSTMCell::step(const Tensor& inputs, const Tensors& states, const CallContext& context) {
  return step_by_run(*this, inputs, states, context);
}

std::optional<std::vector<Layer::RegularizerSlot>> LSTMCell::regularizer_slots() {
  std::vector<RegularizerSlot> slots = {{"kernel", &options_.kernel_regularizer},
                                        {"recurrent_kernel", &options_.recurrent_regularizer}};
  if (options_.use_bias) slots.push_back({"bias", &options_.bias_regularizer});
  return slots;
}

std::vector<Layer::RandomStream> LSTMCell::random_streams() {
  if (options_.dropout == 0.0f && options_.recurrent_dropout == 0.0f) return {};
  return {{"seed_generator", &generator_}};
}

Config LSTMCell::get_config() const { return with_fields(Layer::get_config(), options_); }

LSTMCell LSTMCell::from_config(const Config& config) {
  LSTMCell cell(read_options<Options>("LSTMCell", config, {.units = 0}), OptionsOrigin::config);
  cell.set_base_config(config);
  return cell;
}

LSTM::LSTM(Options options) : LSTM(std::move(options), OptionsOrigin::code) {}

LSTM::LSTM(Options options, OptionsOrigin origin)
    : RNN("LSTM", options.name, options.activity_regularizer, settings_of(options),
          std::shared_ptr<RNNCell>(new LSTMCell(
              checked_cell_options<LSTMCellOptions>(origin, "LSTM", options, "lstm_cell"),
              OptionsOrigin::config))),
      use_cudnn_(options.use_cudnn) {
  check_no_cudnn("LSTM", use_cudnn_);
}

Config LSTM::get_config() const {
  Config config = with_fields(settings_config(), own_cell().options());
  if (use_cudnn_) config["use_cudnn"] = *use_cudnn_;
  return config;
}

LSTM LSTM::from_config(const Config& config) {
  LSTM layer(read_options<Options>("LSTM", without_auto_cudnn(config), {.units = 0}),
             OptionsOrigin::config);
  layer.set_base_config(config);
  return layer;
}

}  // namespace strata::layers
