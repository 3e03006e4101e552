// Nadam: its slots, its step and its config.
#include "strata/optimizers/nadam.hpp"

#include <cmath>

#include "kernels/weights/optimizer.hpp"
#include "optimizers/options.hpp"
#include "optimizers/pass_parameters.hpp"

namespace strata::optimizers {

template <class Fields>
void list_fields(Fields& fields, NadamOptions& options) {
  list_beta_fields(fields, options);
}

Nadam::Nadam(const Options& options) : Nadam(options, OptionsOrigin::code) {}

Nadam::Nadam(const Options& options, OptionsOrigin origin)
    : Optimizer(base_options<OptimizerOptions>(options), "Nadam"), options_(options) {
  check_betas(origin, "Nadam", options);
}

void Nadam::build_slots(const std::vector<Variable>& variables) {
  momenta_.clear();
  velocities_.clear();
  for (const Variable& variable : variables) {
    momenta_.push_back(add_slot(variable, "momentum"));
    velocities_.push_back(add_slot(variable, "velocity"));
  }
  product_ = add_slot("variable", Shape(), 1.0f);  // Keras gives it no name of its own
}

double Nadam::momentum_of(std::int64_t step) const {
  return static_cast<double>(options_.beta_1) *
         (1.0 - 0.5 * std::pow(0.96, static_cast<double>(step)));
}

void Nadam::begin_update(const Step& step) {
  const double before = static_cast<double>(product_.value().item());
  product_.assign(static_cast<float>(before * momentum_of(step.iteration + 1)));
}

void Nadam::update(std::size_t index, const Tensor& gradient, const Variable& variable,
                   const Step& step) {
  const std::int64_t t = step.iteration + 1;
  const double product = static_cast<double>(product_.value().item());
  const double now = momentum_of(t);
  const double next = momentum_of(t + 1);
  const double square =
      1.0 - std::pow(static_cast<double>(options_.beta_2), static_cast<double>(t));
  kernels::nadam(gradient.size(),
                 {.learning_rate = step.learning_rate,
                  .decay = step.decay,
                  .beta_1 = options_.beta_1,
                  .beta_2 = options_.beta_2,
                  .epsilon = options_.epsilon,
                  .momentum_factor = static_cast<float>(next / (1.0 - product * next)),
                  .gradient_factor = static_cast<float>((1.0 - now) / (1.0 - product)),
                  .square_factor = static_cast<float>(1.0 / square)},
                 raw_gradient(gradient, step), variable.mutable_data(),
                 momenta_[index].mutable_data(), velocities_[index].mutable_data(),
                 proximal_pass(step.proximal, static_cast<double>(step.learning_rate)));
}

Config Nadam::get_config() const { return with_fields(Optimizer::get_config(), options_); }

Nadam Nadam::from_config(const Config& config) {
  return {read_options<Options>("Nadam", config), OptionsOrigin::config};
}

}  // namespace strata::optimizers
