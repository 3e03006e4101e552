// RMSprop: its slots, its step and its config.
#include "strata/optimizers/rmsprop.hpp"

#include "kernels/weights/optimizer.hpp"
#include "optimizers/options.hpp"
#include "optimizers/pass_parameters.hpp"

namespace strata::optimizers {

template <class Fields>
void list_fields(Fields& fields, RMSpropOptions& options) {
  fields("rho", options.rho);
  fields("momentum", options.momentum);
  fields("epsilon", options.epsilon);
  fields.truth("centered", options.centered);
}

RMSprop::RMSprop(const Options& options) : RMSprop(options, OptionsOrigin::code) {}

RMSprop::RMSprop(const Options& options, OptionsOrigin origin)
    : Optimizer(base_options<OptimizerOptions>(options), "RMSprop"), options_(options) {
  check_share("RMSprop", "rho", options.rho);
  check_momentum("RMSprop", options.momentum);
  check_epsilon(origin, "RMSprop", options.epsilon);
}

void RMSprop::build_slots(const std::vector<Variable>& variables) {
  squares_ = add_slots(variables, "velocity");
  if (options_.momentum > 0.0f) velocities_ = add_slots(variables, "momentum");
  if (options_.centered) means_ = add_slots(variables, "average_gradient");
}

void RMSprop::update(std::size_t index, const Tensor& gradient, const Variable& variable,
                     const Step& step) {
  kernels::rmsprop(
      gradient.size(),
      {step.learning_rate, step.decay, options_.rho, options_.momentum, options_.epsilon},
      raw_gradient(gradient, step), variable.mutable_data(),
      {squares_[index].mutable_data(),
       velocities_.empty() ? nullptr : velocities_[index].mutable_data(),
       means_.empty() ? nullptr : means_[index].mutable_data()},
      proximal_pass(step.proximal, static_cast<double>(step.learning_rate) /
                                       (1.0 - static_cast<double>(options_.momentum))));
}

Config RMSprop::get_config() const { return with_fields(Optimizer::get_config(), options_); }

RMSprop RMSprop::from_config(const Config& config) {
  return {read_options<Options>("RMSprop", config), OptionsOrigin::config};
}

}  // namespace strata::optimizers
