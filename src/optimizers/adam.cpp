#include "strata/optimizers/adam.hpp"

#include <cmath>

#include "kernels/optimizer.hpp"
#include "optimizers/options.hpp"

namespace strata::optimizers {

Adam::Adam(const Options& options) : Adam(options, OptionsOrigin::code, "Adam") {}

Adam::Adam(const Options& options, OptionsOrigin origin, const char* class_name)
    : Optimizer(base_options(options), class_name), options_(options) {
  check_share(class_name, "beta_1", options.beta_1);
  check_share(class_name, "beta_2", options.beta_2);
  check_epsilon(origin, class_name, options.epsilon);
}

void Adam::build_slots(const std::vector<Variable>& variables) {
  momenta_.clear();
  velocities_.clear();
  largest_.clear();
  for (const Variable& variable : variables) {
    momenta_.push_back(add_slot(variable, "momentum"));
    velocities_.push_back(add_slot(variable, "velocity"));
  }
  if (!options_.amsgrad) return;
  for (const Variable& variable : variables) {
    largest_.push_back(add_slot(variable, "velocity_hat"));
  }
}

void Adam::update(std::size_t index, const Tensor& gradient, const Variable& variable,
                  const Step& step) {
  // In double: in float the powers lose their last digits, and with them 1 - beta_2 its first.
  const auto t = static_cast<double>(step.iteration + 1);
  const double corrected = static_cast<double>(step.learning_rate) *
                           std::sqrt(1.0 - std::pow(static_cast<double>(options_.beta_2), t)) /
                           (1.0 - std::pow(static_cast<double>(options_.beta_1), t));
  kernels::adam(gradient.size(),
                {static_cast<float>(corrected), step.decay, options_.beta_1, options_.beta_2,
                 options_.epsilon},
                {gradient.data(), step.scale, step.limit}, variable.mutable_data(),
                momenta_[index].mutable_data(), velocities_[index].mutable_data(),
                options_.amsgrad ? largest_[index].mutable_data() : nullptr);
}

Config Adam::get_config() const {
  Options own = options_;
  return with_own_fields(Optimizer::get_config(),
                         [&](auto& fields) { list_adam_fields(fields, own); });
}

Adam Adam::from_config(const Config& config) {
  const auto options = read_options<Options>(
      "Adam", config, [](auto& fields, Options& own) { list_adam_fields(fields, own); });
  return Adam(options, OptionsOrigin::config, "Adam");
}

}  // namespace strata::optimizers
