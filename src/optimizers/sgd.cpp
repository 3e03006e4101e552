#include "strata/optimizers/sgd.hpp"

#include "kernels/optimizer.hpp"
#include "optimizers/options.hpp"

namespace strata::optimizers {
namespace {

template <class Fields>
void list_fields(Fields& fields, SGDOptions& options) {
  fields("momentum", options.momentum);
  fields.truth("nesterov", options.nesterov);
}

}  // namespace

SGD::SGD(const Options& options) : Optimizer(base_options(options), "SGD"), options_(options) {
  check_momentum("SGD", options.momentum);
}

void SGD::build_slots(const std::vector<Variable>& variables) {
  velocities_.clear();
  if (options_.momentum == 0.0f) return;
  for (const Variable& variable : variables) velocities_.push_back(add_slot(variable, "momentum"));
}

void SGD::update(std::size_t index, const Tensor& gradient, const Variable& variable,
                 const Step& step) {
  kernels::sgd(gradient.size(),
               {step.learning_rate, step.decay, options_.momentum, options_.nesterov},
               {gradient.data(), step.scale, step.limit}, variable.mutable_data(),
               velocities_.empty() ? nullptr : velocities_[index].mutable_data());
}

Config SGD::get_config() const {
  Options own = options_;
  return with_own_fields(Optimizer::get_config(), [&](auto& fields) { list_fields(fields, own); });
}

SGD SGD::from_config(const Config& config) {
  return SGD(read_options<Options>(
      "SGD", config, [](auto& fields, Options& options) { list_fields(fields, options); }));
}

}  // namespace strata::optimizers
