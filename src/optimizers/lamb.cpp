// Lamb: its slots, its step and its config.
#include "strata/optimizers/lamb.hpp"

#include <cmath>

#include "kernels/weights/optimizer.hpp"
#include "optimizers/options.hpp"

namespace strata::optimizers {

template <class Fields>
void list_fields(Fields& fields, LambOptions& options) {
  list_beta_fields(fields, options);
}

Lamb::Lamb(const Options& options) : Lamb(options, OptionsOrigin::code) {}

Lamb::Lamb(const Options& options, OptionsOrigin origin)
    : Optimizer(base_options<OptimizerOptions>(options), "Lamb"), options_(options) {
  check_betas(origin, "Lamb", options);
}

void Lamb::build_slots(const std::vector<Variable>& variables) {
  momenta_.clear();
  velocities_.clear();
  for (const Variable& variable : variables) {
    momenta_.push_back(add_slot(variable, "momentum"));
    velocities_.push_back(add_slot(variable, "velocity"));
  }
}

void Lamb::update(std::size_t index, const Tensor& gradient, const Variable& variable,
                  const Step& step) {
  const auto t = static_cast<double>(step.iteration + 1);
  const auto corrected = [t](float beta) {
    return static_cast<float>(1.0 / (1.0 - std::pow(static_cast<double>(beta), t)));
  };
  Tensor direction = TensorAccess::uninitialized(gradient.shape());
  float* const d = TensorAccess::data(direction);
  kernels::lamb_direction(gradient.size(),
                          {.beta_1 = options_.beta_1,
                           .beta_2 = options_.beta_2,
                           .epsilon = options_.epsilon,
                           .momentum_factor = corrected(options_.beta_1),
                           .square_factor = corrected(options_.beta_2)},
                          gradient.data(), momenta_[index].mutable_data(),
                          velocities_[index].mutable_data(), d);
  const double weight_norm = kernels::norm(gradient.size(), variable.value().data());
  const double direction_norm = kernels::norm(gradient.size(), d);
  const double ratio =
      weight_norm > 0.0 && direction_norm > 0.0 ? weight_norm / direction_norm : 1.0;
  const auto rate = static_cast<float>(ratio * static_cast<double>(step.learning_rate));
  kernels::add_scaled(gradient.size(), d, -rate, variable.mutable_data());
}

Config Lamb::get_config() const { return with_fields(Optimizer::get_config(), options_); }

Lamb Lamb::from_config(const Config& config) {
  return {read_options<Options>("Lamb", config), OptionsOrigin::config};
}

}  // namespace strata::optimizers
