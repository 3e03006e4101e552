#include "strata/optimizers/rmsprop.hpp"

#include "kernels/optimizer.hpp"
#include "optimizers/options.hpp"

namespace strata::optimizers {
namespace {

template <class Fields>
void list_fields(Fields& fields, RMSpropOptions& options) {
  fields("rho", options.rho);
  fields("momentum", options.momentum);
  fields("epsilon", options.epsilon);
  fields.truth("centered", options.centered);
}

}  // namespace

RMSprop::RMSprop(const Options& options) : RMSprop(options, OptionsOrigin::code) {}

RMSprop::RMSprop(const Options& options, OptionsOrigin origin)
    : Optimizer(base_options(options), "RMSprop"), options_(options) {
  check_share("RMSprop", "rho", options.rho);
  check_momentum("RMSprop", options.momentum);
  check_epsilon(origin, "RMSprop", options.epsilon);
}

void RMSprop::build_slots(const std::vector<Variable>& variables) {
  const auto add_all = [&](const char* slot, bool wanted) {
    std::vector<Variable> slots;
    if (!wanted) return slots;
    for (const Variable& variable : variables) slots.push_back(add_slot(variable, slot));
    return slots;
  };
  squares_ = add_all("velocity", true);
  velocities_ = add_all("momentum", options_.momentum > 0.0f);
  means_ = add_all("average_gradient", options_.centered);
}

void RMSprop::update(std::size_t index, const Tensor& gradient, const Variable& variable,
                     const Step& step) {
  kernels::rmsprop(
      gradient.size(),
      {step.learning_rate, step.decay, options_.rho, options_.momentum, options_.epsilon},
      {gradient.data(), step.scale, step.limit}, variable.mutable_data(),
      squares_[index].mutable_data(),
      velocities_.empty() ? nullptr : velocities_[index].mutable_data(),
      means_.empty() ? nullptr : means_[index].mutable_data());
}

Config RMSprop::get_config() const {
  Options own = options_;
  return with_own_fields(Optimizer::get_config(), [&](auto& fields) { list_fields(fields, own); });
}

RMSprop RMSprop::from_config(const Config& config) {
  const auto options = read_options<Options>(
      "RMSprop", config, [](auto& fields, Options& own) { list_fields(fields, own); });
  return {options, OptionsOrigin::config};
}

}  // namespace strata::optimizers
