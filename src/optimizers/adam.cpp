// Adam: its slots, its step and its config.
#include "strata/optimizers/adam.hpp"

#include <cmath>

#include "kernels/weights/optimizer.hpp"
#include "optimizers/options.hpp"
#include "optimizers/pass_parameters.hpp"

namespace strata::optimizers {

template <class Fields>
void list_fields(Fields& fields, AdamOptions& options) {
  list_adam_fields(fields, options);
}

Adam::Adam(const Options& options) : Adam(options, OptionsOrigin::code, "Adam") {}

Adam::Adam(const Options& options, OptionsOrigin origin, const char* class_name)
    : Optimizer(base_options<OptimizerOptions>(options), class_name), options_(options) {
  check_betas(origin, class_name, options);
}

void Adam::build_slots(const std::vector<Variable>& variables) {
  momenta_.clear();
  velocities_.clear();
  for (const Variable& variable : variables) {
    momenta_.push_back(add_slot(variable, "momentum"));
    velocities_.push_back(add_slot(variable, "velocity"));
  }
  if (options_.amsgrad) largest_ = add_slots(variables, "velocity_hat");
}

void Adam::update(std::size_t index, const Tensor& gradient, const Variable& variable,
                  const Step& step) {
  // In double: in float the powers lose their last digits, and with them 1 - beta_2 its first.
  const auto t = static_cast<double>(step.iteration + 1);
  const double rate = static_cast<double>(step.learning_rate) *
                      std::sqrt(1.0 - std::pow(static_cast<double>(options_.beta_2), t));
  const double corrected = rate / (1.0 - std::pow(static_cast<double>(options_.beta_1), t));
  kernels::adam(
      gradient.size(),
      {static_cast<float>(corrected), step.decay, options_.beta_1, options_.beta_2,
       options_.epsilon},
      raw_gradient(gradient, step), variable.mutable_data(),
      {momenta_[index].mutable_data(), velocities_[index].mutable_data(),
       options_.amsgrad ? largest_[index].mutable_data() : nullptr},
      // Where the gradient g stands still m is (1 - beta_1^t) g, by which corrected divides.
      proximal_pass(step.proximal, rate));
}

Config Adam::get_config() const { return with_fields(Optimizer::get_config(), options_); }

Adam Adam::from_config(const Config& config) {
  return Adam(read_options<Options>("Adam", config), OptionsOrigin::config, "Adam");
}

}  // namespace strata::optimizers
