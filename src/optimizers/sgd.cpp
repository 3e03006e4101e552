// Gradient descent: its slots, its step and its config.
#include "strata/optimizers/sgd.hpp"

#include "kernels/weights/optimizer.hpp"
#include "optimizers/options.hpp"
#include "optimizers/pass_parameters.hpp"

namespace strata::optimizers {

template <class Fields>
void list_fields(Fields& fields, SGDOptions& options) {
  fields("momentum", options.momentum);
  fields.truth("nesterov", options.nesterov);
}

SGD::SGD(const Options& options)
    : Optimizer(base_options<OptimizerOptions>(options), "SGD"), options_(options) {
  check_momentum("SGD", options.momentum);
}

void SGD::build_slots(const std::vector<Variable>& variables) {
  if (options_.momentum != 0.0f) velocities_ = add_slots(variables, "momentum");
}

// With momentum m the velocity comes to rest at -learning_rate g / (1 - m).
std::optional<float> SGD::proximal_step(float learning_rate) const {
  if (options_.momentum >= 1.0f) return {};
  return learning_rate / (1.0f - options_.momentum);
}

void SGD::update(std::size_t index, const Tensor& gradient, const Variable& variable,
                 const Step& step) {
  kernels::sgd(gradient.size(),
               {step.learning_rate, step.decay, options_.momentum, options_.nesterov},
               raw_gradient(gradient, step), variable.mutable_data(),
               velocities_.empty() ? nullptr : velocities_[index].mutable_data(),
               proximal_pass(step.proximal, 1.0));
}

Config SGD::get_config() const { return with_fields(Optimizer::get_config(), options_); }

SGD SGD::from_config(const Config& config) { return SGD(read_options<Options>("SGD", config)); }

}  // namespace strata::optimizers
