// SimpleRNNCell and SimpleRNN: their options, weights and configs; the recurrence is an op, or, with
// other activations and where the state is dropped, built of ops step by step.
#include "strata/layers/simple_rnn.hpp"

#include "activations/apply.hpp"
#include "layers/base_fields.hpp"
#include "layers/recurrent_cell.hpp"
#include "ops/fused_activation.hpp"
#include "strata/ops/elementwise.hpp"

namespace strata::layers {

template <class Fields>
void list_fields(Fields& fields, SimpleRNNCellOptions& options) {
  list_cell_fields(fields, options);
}

template <class Fields>
void list_fields(Fields& fields, SimpleRNNOptions& options) {
  list_settings(fields, options);
  list_cell_fields(fields, options);
}

SimpleRNNCell::SimpleRNNCell(Options options)
    : SimpleRNNCell(std::move(options), OptionsOrigin::code) {}

SimpleRNNCell::SimpleRNNCell(Options options, OptionsOrigin origin)
    : RNNCell("SimpleRNNCell", options.name),
      options_(std::move(options)),
      generator_(options_.seed) {
  check_cell_options(origin, "SimpleRNNCell", options_);
}

void SimpleRNNCell::check_input(const Shape& input) const {
  check_step_input(*this, input, built() ? kernel_.shape().front() : Shape::kUnknown);
}

void SimpleRNNCell::create_weights(const Shape& input) {
  make_weights(input, [this](const WeightOptions& weight) { return add_weight(weight); });
}

void SimpleRNNCell::make_weights(const Shape& input, const AddWeight& add) {
  kernel_ = add(input_kernel(options_, input.back(), 1));
  recurrent_kernel_ = add(layers::recurrent_kernel(options_, 1));
  if (!options_.use_bias) return;
  bias_ = add(gate_bias(options_, {options_.units}, 1));
}

ops::RecurrentOutputs SimpleRNNCell::run(const Tensor& sequences, const Tensors& initial_states,
                                         const ops::RecurrenceOptions& options,
                                         const CallContext& context) {
  const auto draw = [this](const Shape& shape, float rate) {
    before_draw(generator_);
    return generator_.dropout_mask(shape, rate);
  };
  const auto [of_inputs, of_states] = draw_masks(options_, 1, sequences, context, draw);
  const Tensor bias = options_.use_bias ? bias_.value() : Tensor();
  const auto fused = activations::fused_form(options_.activation);
  if (fused && of_states.empty()) {
    return ops::simple_rnn(drop_from_steps(sequences, of_inputs), initial_states[0],
                           {kernel_, recurrent_kernel_, bias}, options, *fused);
  }
  const GateProducts of_x(kernel_, bias, 1, of_inputs);
  const GateProducts of_h(recurrent_kernel_, {}, 1, of_states);
  const auto step = [&](const Tensor& x, const Tensors& states) -> Tensors {
    const Tensor hidden =
        activations::apply_slot(options_.activation, of_x(0, x) + of_h(0, states[0]), name());
    return {hidden, hidden};
  };
  return run_steps(step, sequences, initial_states, output_state(), options);
}

Tensors SimpleRNNCell::step(const Tensor& inputs, const Tensors& states,
                            const CallContext& context) {
  return step_by_run(*this, inputs, states, context);
}

std::optional<std::vector<Layer::RegularizerSlot>> SimpleRNNCell::regularizer_slots() {
  std::vector<RegularizerSlot> slots = {{"kernel", &options_.kernel_regularizer},
                                        {"recurrent_kernel", &options_.recurrent_regularizer}};
  if (options_.use_bias) slots.push_back({"bias", &options_.bias_regularizer});
  return slots;
}

std::vector<Layer::RandomStream> SimpleRNNCell::random_streams() {
  if (options_.dropout == 0.0f && options_.recurrent_dropout == 0.0f) return {};
  return {{"seed_generator", &generator_}};
}

Config SimpleRNNCell::get_config() const { return with_fields(Layer::get_config(), options_); }

SimpleRNNCell SimpleRNNCell::from_config(const Config& config) {
  SimpleRNNCell cell(read_options<Options>("SimpleRNNCell", config, {.units = 0}),
                     OptionsOrigin::config);
  cell.set_base_config(config);
  return cell;
}

SimpleRNN::SimpleRNN(Options options) : SimpleRNN(std::move(options), OptionsOrigin::code) {}

SimpleRNN::SimpleRNN(Options options, OptionsOrigin origin)
    : RNN("SimpleRNN", options.name, options.activity_regularizer, settings_of(options),
          std::shared_ptr<RNNCell>(
              new SimpleRNNCell(checked_cell_options<SimpleRNNCellOptions>(
                                    origin, "SimpleRNN", options, "simple_rnn_cell"),
                                OptionsOrigin::config))) {}

Config SimpleRNN::get_config() const {
  return with_fields(settings_config(), own_cell().options());
}

SimpleRNN SimpleRNN::from_config(const Config& config) {
  SimpleRNN layer(read_options<Options>("SimpleRNN", config, {.units = 0}), OptionsOrigin::config);
  layer.set_base_config(config);
  return layer;
}

}  // namespace strata::layers
