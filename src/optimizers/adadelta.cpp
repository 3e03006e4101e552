// Adadelta: its slots, its step and its config.
#include "strata/optimizers/adadelta.hpp"

#include "kernels/weights/optimizer.hpp"
#include "optimizers/options.hpp"
#include "optimizers/pass_parameters.hpp"

namespace strata::optimizers {

template <class Fields>
void list_fields(Fields& fields, AdadeltaOptions& options) {
  fields("rho", options.rho);
  fields("epsilon", options.epsilon);
}

Adadelta::Adadelta(const Options& options) : Adadelta(options, OptionsOrigin::code) {}

Adadelta::Adadelta(const Options& options, OptionsOrigin origin)
    : Optimizer(base_options<OptimizerOptions>(options), "Adadelta"), options_(options) {
  check_share("Adadelta", "rho", options.rho);
  check_epsilon(origin, "Adadelta", options.epsilon);
}

void Adadelta::build_slots(const std::vector<Variable>& variables) {
  squares_.clear();
  changes_.clear();
  for (const Variable& variable : variables) {
    squares_.push_back(add_slot(variable, "accumulated_grad"));
    changes_.push_back(add_slot(variable, "accumulated_delta_var"));
  }
}

void Adadelta::update(std::size_t index, const Tensor& gradient, const Variable& variable,
                      const Step& step) {
  kernels::adadelta(gradient.size(),
                    {step.learning_rate, step.decay, options_.rho, options_.epsilon},
                    raw_gradient(gradient, step), variable.mutable_data(),
                    squares_[index].mutable_data(), changes_[index].mutable_data(),
                    proximal_pass(step.proximal, static_cast<double>(step.learning_rate)));
}

Config Adadelta::get_config() const { return with_fields(Optimizer::get_config(), options_); }

Adadelta Adadelta::from_config(const Config& config) {
  return {read_options<Options>("Adadelta", config), OptionsOrigin::config};
}

}  // namespace strata::optimizers
