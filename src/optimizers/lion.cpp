// Lion: its slots, its step and its config.
#include "strata/optimizers/lion.hpp"

#include "core/check.hpp"
#include "kernels/weights/optimizer.hpp"
#include "optimizers/options.hpp"

namespace strata::optimizers {

template <class Fields>
void list_fields(Fields& fields, LionOptions& options) {
  fields("beta_1", options.beta_1);
  fields("beta_2", options.beta_2);
}

Lion::Lion(const Options& options)
    : Optimizer(base_options<OptimizerOptions>(options), "Lion"), options_(options) {
  check(options.beta_1 > 0.0f && options.beta_1 <= 1.0f, "Lion",
        "beta_1 must be in (0, 1]. Received: beta_1={}.", options.beta_1);
  check(options.beta_2 >= 0.0f && options.beta_2 <= 1.0f, "Lion",
        "beta_2 must be in [0, 1]. Received: beta_2={}.", options.beta_2);
}

void Lion::build_slots(const std::vector<Variable>& variables) {
  momenta_ = add_slots(variables, "momentum");
}

void Lion::update(std::size_t index, const Tensor& gradient, const Variable& variable,
                  const Step& step) {
  kernels::lion(gradient.size(), {step.learning_rate, step.decay, options_.beta_1, options_.beta_2},
                {gradient.data(), step.scale, step.limit}, variable.mutable_data(),
                momenta_[index].mutable_data());
}

Config Lion::get_config() const { return with_fields(Optimizer::get_config(), options_); }

Lion Lion::from_config(const Config& config) { return Lion(read_options<Options>("Lion", config)); }

}  // namespace strata::optimizers
