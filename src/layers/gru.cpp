// GRUCell and GRU: their options, weights and configs; the recurrence is an op, or, with other
// activations and where the state is dropped, built of ops step by step.
#include "strata/layers/gru.hpp"

#include "activations/apply.hpp"
#include "layers/base_fields.hpp"
#include "layers/recurrent_cell.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/elementwise.hpp"

namespace strata::layers {
namespace {

constexpr int kGruGates = 3;

// The bias of the inputs (0) or of the state (1) with the reset gate behind the product.
Tensor gru_bias_row(const Tensor& bias, int row) {
  const std::int64_t width = bias.shape()[1];
  return ops::reshape(ops::slice(bias, {row, 0}, {1, width}), {width});
}

}  // namespace

template <class Fields>
void list_fields(Fields& fields, GRUCellOptions& options) {
  list_cell_fields(fields, options);
}

template <class Fields>
void list_fields(Fields& fields, GRUOptions& options) {
  list_settings(fields, options);
  list_cell_fields(fields, options);
  fields.if_set("use_cudnn", options.use_cudnn);
}

GRUCell::GRUCell(Options options) : GRUCell(std::move(options), OptionsOrigin::code) {}

GRUCell::GRUCell(Options options, OptionsOrigin origin)
    : RNNCell("GRUCell", options.name), options_(std::move(options)), generator_(options_.seed) {
  check_cell_options(origin, "GRUCell", options_);
}

void GRUCell::check_input(const Shape& input) const {
  check_step_input(*this, input, built() ? kernel_.shape().front() : Shape::kUnknown);
}

void GRUCell::create_weights(const Shape& input) {
  make_weights(input, [this](const WeightOptions& weight) { return add_weight(weight); });
}

void GRUCell::make_weights(const Shape& input, const AddWeight& add) {
  kernel_ = add(input_kernel(options_, input.back(), kGruGates));
  recurrent_kernel_ = add(layers::recurrent_kernel(options_, kGruGates));
  if (!options_.use_bias) return;
  const std::int64_t width = std::int64_t{kGruGates} * options_.units;
  bias_ =
      add(gate_bias(options_, options_.reset_after ? Shape{2, width} : Shape{width}, kGruGates));
}

ops::RecurrentOutputs GRUCell::run(const Tensor& sequences, const Tensors& initial_states,
                                   const ops::RecurrenceOptions& options,
                                   const CallContext& context) {
  using ops::FusedActivation;
  const auto draw = [this](const Shape& shape, float rate) {
    before_draw(generator_);
    return generator_.dropout_mask(shape, rate);
  };
  const auto [of_inputs, of_states] = draw_masks(options_, kGruGates, sequences, context, draw);
  const Tensor bias = options_.use_bias ? bias_.value() : Tensor();
  if (activations::fused_form(options_.activation) == FusedActivation::tanh &&
      activations::fused_form(options_.recurrent_activation) == FusedActivation::sigmoid &&
      of_inputs.size() <= 1 && of_states.empty()) {
    const auto run_all = options_.reset_after ? ops::gru : ops::gru_reset_before;
    return run_all(drop_from_steps(sequences, of_inputs), initial_states[0],
                   {kernel_, recurrent_kernel_, bias}, options);
  }
  const bool two_biases = options_.use_bias && options_.reset_after;
  const GateProducts inputs_by_gate(kernel_, two_biases ? gru_bias_row(bias, 0) : bias, kGruGates,
                                    of_inputs);
  const GateProducts states_by_gate(
      recurrent_kernel_, two_biases ? gru_bias_row(bias, 1) : Tensor(), kGruGates, of_states);
  const auto step = [&](const Tensor& x, const Tensors& states) -> Tensors {
    const Tensor& before = states[0];
    const auto gate = [&](int number) {
      return activations::apply_slot(options_.recurrent_activation,
                                     inputs_by_gate(number, x) + states_by_gate(number, before),
                                     name());
    };
    const Tensor update = gate(0);
    const Tensor reset = gate(1);
    const Tensor inner = options_.reset_after ? reset * states_by_gate(2, before)
                                              : states_by_gate(2, reset * before);
    const Tensor candidate =
        activations::apply_slot(options_.activation, inputs_by_gate(2, x) + inner, name());
    const Tensor hidden = update * before + (1.0f - update) * candidate;
    return {hidden, hidden};
  };
  return run_steps(step, sequences, initial_states, output_state(), options);
}

Tensors GRUCell::step(const Tensor& inputs, const Tensors& states, const CallContext& context) {
  return step_by_run(*this, inputs, states, context);
}

std::optional<std::vector<Layer::RegularizerSlot>> GRUCell::regularizer_slots() {
  std::vector<RegularizerSlot> slots = {{"kernel", &options_.kernel_regularizer},
                                        {"recurrent_kernel", &options_.recurrent_regularizer}};
  if (options_.use_bias) slots.push_back({"bias", &options_.bias_regularizer});
  return slots;
}

std::vector<Layer::RandomStream> GRUCell::random_streams() {
  if (options_.dropout == 0.0f && options_.recurrent_dropout == 0.0f) return {};
  return {{"seed_generator", &generator_}};
}

Config GRUCell::get_config() const { return with_fields(Layer::get_config(), options_); }

GRUCell GRUCell::from_config(const Config& config) {
  GRUCell cell(read_options<Options>("GRUCell", config, {.units = 0}), OptionsOrigin::config);
  cell.set_base_config(config);
  return cell;
}

GRU::GRU(Options options) : GRU(std::move(options), OptionsOrigin::code) {}

GRU::GRU(Options options, OptionsOrigin origin)
    : RNN("GRU", options.name, options.activity_regularizer, settings_of(options),
          std::shared_ptr<RNNCell>(
              new GRUCell(checked_cell_options<GRUCellOptions>(origin, "GRU", options, "gru_cell"),
                          OptionsOrigin::config))),
      use_cudnn_(options.use_cudnn) {
  check_no_cudnn("GRU", use_cudnn_);
}

Config GRU::get_config() const {
  Config config = with_fields(settings_config(), own_cell().options());
  if (use_cudnn_) config["use_cudnn"] = *use_cudnn_;
  return config;
}

GRU GRU::from_config(const Config& config) {
  GRU layer(read_options<Options>("GRU", without_auto_cudnn(config), {.units = 0}),
            OptionsOrigin::config);
  layer.set_base_config(config);
  return layer;
}

}  // namespace strata::layers
