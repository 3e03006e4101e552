// Adagrad: its slots, its step and its config.
#include "strata/optimizers/adagrad.hpp"

#include "kernels/weights/optimizer.hpp"
#include "optimizers/options.hpp"
#include "optimizers/pass_parameters.hpp"

namespace strata::optimizers {

template <class Fields>
void list_fields(Fields& fields, AdagradOptions& options) {
  fields("initial_accumulator_value", options.initial_accumulator_value);
  fields("epsilon", options.epsilon);
}

Adagrad::Adagrad(const Options& options) : Adagrad(options, OptionsOrigin::code) {}

Adagrad::Adagrad(const Options& options, OptionsOrigin origin)
    : Optimizer(base_options<OptimizerOptions>(options), "Adagrad"), options_(options) {
  check_not_negative("Adagrad", "initial_accumulator_value", options.initial_accumulator_value);
  check_epsilon(origin, "Adagrad", options.epsilon);
}

void Adagrad::build_slots(const std::vector<Variable>& variables) {
  sums_ = add_slots(variables, "accumulator", options_.initial_accumulator_value);
}

void Adagrad::update(std::size_t index, const Tensor& gradient, const Variable& variable,
                     const Step& step) {
  kernels::adagrad(gradient.size(), {step.learning_rate, step.decay, options_.epsilon},
                   raw_gradient(gradient, step), variable.mutable_data(),
                   sums_[index].mutable_data(),
                   proximal_pass(step.proximal, static_cast<double>(step.learning_rate)));
}

Config Adagrad::get_config() const { return with_fields(Optimizer::get_config(), options_); }

Adagrad Adagrad::from_config(const Config& config) {
  return {read_options<Options>("Adagrad", config), OptionsOrigin::config};
}

}  // namespace strata::optimizers
