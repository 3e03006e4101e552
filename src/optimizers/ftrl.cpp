// Ftrl: its slots, its step and its config.
#include "strata/optimizers/ftrl.hpp"

#include <cmath>

#include "core/check.hpp"
#include "kernels/weights/optimizer.hpp"
#include "optimizers/options.hpp"

namespace strata::optimizers {

template <class Fields>
void list_fields(Fields& fields, FtrlOptions& options) {
  fields("learning_rate_power", options.learning_rate_power);
  fields("initial_accumulator_value", options.initial_accumulator_value);
  fields("l1_regularization_strength", options.l1_regularization_strength);
  fields("l2_regularization_strength", options.l2_regularization_strength);
  fields("l2_shrinkage_regularization_strength", options.l2_shrinkage_regularization_strength);
  fields("beta", options.beta);
}

Ftrl::Ftrl(const Options& options)
    : Optimizer(base_options<OptimizerOptions>(options), "Ftrl"), options_(options) {
  check(std::isfinite(options.learning_rate_power) && options.learning_rate_power <= 0.0f, "Ftrl",
        "learning_rate_power must be finite and <= 0. Received: learning_rate_power={}.",
        options.learning_rate_power);
  check_not_negative("Ftrl", "initial_accumulator_value", options.initial_accumulator_value);
  check_not_negative("Ftrl", "l1_regularization_strength", options.l1_regularization_strength);
  check_not_negative("Ftrl", "l2_regularization_strength", options.l2_regularization_strength);
  check_not_negative("Ftrl", "l2_shrinkage_regularization_strength",
                     options.l2_shrinkage_regularization_strength);
  check_not_negative("Ftrl", "beta", options.beta);
}

void Ftrl::build_slots(const std::vector<Variable>& variables) {
  sums_.clear();
  linears_.clear();
  for (const Variable& variable : variables) {
    sums_.push_back(add_slot(variable, "accumulator", options_.initial_accumulator_value));
    linears_.push_back(add_slot(variable, "linear"));
  }
}

void Ftrl::update(std::size_t index, const Tensor& gradient, const Variable& variable,
                  const Step& step) {
  if (step.learning_rate == 0.0f) return;  // by which the step divides
  kernels::ftrl(
      gradient.size(),
      {.learning_rate = step.learning_rate,
       .decay = step.decay,
       .power = -options_.learning_rate_power,
       .l1 = options_.l1_regularization_strength,
       .l2 = options_.l2_regularization_strength + options_.beta / (2.0f * step.learning_rate),
       .shrinkage = options_.l2_shrinkage_regularization_strength},
      {gradient.data(), step.scale, step.limit}, variable.mutable_data(),
      sums_[index].mutable_data(), linears_[index].mutable_data());
}

Config Ftrl::get_config() const { return with_fields(Optimizer::get_config(), options_); }

Ftrl Ftrl::from_config(const Config& config) { return Ftrl(read_options<Options>("Ftrl", config)); }

}  // namespace strata::optimizers
