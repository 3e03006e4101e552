// Adamax: its slots, its step and its config.
#include "strata/optimizers/adamax.hpp"

#include <cmath>

#include "kernels/weights/optimizer.hpp"
#include "optimizers/options.hpp"
#include "optimizers/pass_parameters.hpp"

namespace strata::optimizers {

template <class Fields>
void list_fields(Fields& fields, AdamaxOptions& options) {
  list_beta_fields(fields, options);
}

Adamax::Adamax(const Options& options) : Adamax(options, OptionsOrigin::code) {}

Adamax::Adamax(const Options& options, OptionsOrigin origin)
    : Optimizer(base_options<OptimizerOptions>(options), "Adamax"), options_(options) {
  check_betas(origin, "Adamax", options);
}

void Adamax::build_slots(const std::vector<Variable>& variables) {
  momenta_.clear();
  norms_.clear();
  for (const Variable& variable : variables) {
    momenta_.push_back(add_slot(variable, "momentum"));
    norms_.push_back(add_slot(variable, "norm"));
  }
}

void Adamax::update(std::size_t index, const Tensor& gradient, const Variable& variable,
                    const Step& step) {
  const auto t = static_cast<double>(step.iteration + 1);
  const double corrected = static_cast<double>(step.learning_rate) /
                           (1.0 - std::pow(static_cast<double>(options_.beta_1), t));
  kernels::adamax(gradient.size(),
                  {static_cast<float>(corrected), step.decay, options_.beta_1, options_.beta_2,
                   options_.epsilon},
                  raw_gradient(gradient, step), variable.mutable_data(),
                  momenta_[index].mutable_data(), norms_[index].mutable_data(),
                  proximal_pass(step.proximal, static_cast<double>(step.learning_rate)));
}

Config Adamax::get_config() const { return with_fields(Optimizer::get_config(), options_); }

Adamax Adamax::from_config(const Config& config) {
  return {read_options<Options>("Adamax", config), OptionsOrigin::config};
}

}  // namespace strata::optimizers
