// Adafactor: its slots, its step and its config.
#include "strata/optimizers/adafactor.hpp"

#include <algorithm>
#include <cmath>

#include "autodiff/not_recording.hpp"
#include "core/check.hpp"
#include "kernels/weights/optimizer.hpp"
#include "optimizers/options.hpp"
#include "strata/ops/ops.hpp"

namespace strata::optimizers {

template <class Fields>
void list_fields(Fields& fields, AdafactorOptions& options) {
  fields("beta_2_decay", options.beta_2_decay);
  fields("epsilon_1", options.epsilon_1);
  fields("epsilon_2", options.epsilon_2);
  fields("clip_threshold", options.clip_threshold);
  fields.truth("relative_step", options.relative_step);
}

Adafactor::Adafactor(const Options& options)
    : Optimizer(base_options<OptimizerOptions>(options), "Adafactor"), options_(options) {
  check(std::isfinite(options.beta_2_decay) && options.beta_2_decay <= 0.0f, "Adafactor",
        "beta_2_decay must be finite and <= 0. Received: beta_2_decay={}.", options.beta_2_decay);
  check_not_negative("Adafactor", "epsilon_1", options.epsilon_1);
  check_not_negative("Adafactor", "epsilon_2", options.epsilon_2);
  check(options.clip_threshold > 0.0f, "Adafactor",
        "clip_threshold must be > 0. Received: clip_threshold={}.", options.clip_threshold);
}

namespace {

// `kernel` of `dense/kernel`.
std::string last_part(const std::string& name) { return name.substr(name.rfind('/') + 1); }

double root_mean_square(const Tensor& values) {
  return kernels::norm(values.size(), values.data()) /
         std::sqrt(static_cast<double>(values.size()));
}

}  // namespace

void Adafactor::build_slots(const std::vector<Variable>& variables) {
  rows_.clear();
  columns_.clear();
  squares_.clear();
  for (const Variable& variable : variables) {
    const std::string own = last_part(variable.name());
    const Shape& shape = variable.shape();
    if (shape.rank() < 2) {
      rows_.push_back(add_slot(own, Shape()));
      columns_.push_back(add_slot(own, Shape()));
    } else {
      rows_.push_back(add_slot(name() + "/" + own, shape.without(shape.rank() - 1)));
      columns_.push_back(add_slot(name() + "/" + own, shape.without(shape.rank() - 2)));
    }
    squares_.push_back(add_slot(variable, "velocity"));
  }
}

void Adafactor::update(std::size_t index, const Tensor& gradient, const Variable& variable,
                       const Step& step) {
  if (gradient.size() == 0) return;
  const autodiff::NotRecording constant;
  const auto t = static_cast<double>(step.iteration + 1);
  // Keras takes the smaller of the two in any case, so that relative_step changes nothing there.
  const double rate = std::min(static_cast<double>(step.learning_rate), 1.0 / std::sqrt(t));
  const auto kept =
      static_cast<float>(1.0 - std::pow(t, static_cast<double>(options_.beta_2_decay)));
  const Tensor square = ops::square(gradient) + options_.epsilon_1;
  const auto run = [kept](const Variable& average, const Tensor& value) {
    average.assign(kept * average + (1.0f - kept) * value);
  };
  if (variable.shape().rank() >= 2) {
    const Variable& r = rows_[index];
    run(r, ops::mean(square, {-1}));
    run(columns_[index], ops::mean(square, {-2}));
    const Tensor share = r / ops::mean(r, {-1}, true);
    squares_[index].assign(ops::expand_dims(share, -1) * ops::expand_dims(columns_[index], -2));
  } else {
    run(squares_[index], square);
  }
  const Tensor direction = gradient / ops::sqrt(squares_[index]);
  const double size = std::max(static_cast<double>(options_.epsilon_2), root_mean_square(variable));
  const double excess =
      std::max(1.0, root_mean_square(direction) / static_cast<double>(options_.clip_threshold));
  kernels::add_scaled(gradient.size(), direction.data(), static_cast<float>(-size * rate / excess),
                      variable.mutable_data());
}

Config Adafactor::get_config() const { return with_fields(Optimizer::get_config(), options_); }

Adafactor Adafactor::from_config(const Config& config) {
  return Adafactor(read_options<Options>("Adafactor", config));
}

}  // namespace strata::optimizers
