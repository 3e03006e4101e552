// gradient_check: the differences, element by element.
#include "strata/models/gradient_check.hpp"

#include <algorithm>
#include <cmath>

#include "core/check.hpp"
#include "regularizers/proximal_rule.hpp"
#include "strata/autodiff/gradient_tape.hpp"
#include "strata/ops/elementwise.hpp"
#include "strata/regularizers/at_step.hpp"
#include "tensor/value_rollback.hpp"

namespace strata {
namespace {

// The total loss with the weights of now, without the penalties that have no gradient on purpose.
Tensor loss_of(Model& model, const Tensors& x, const Tensors& y, const Tensor& sample_weight) {
  Tensor loss = model.compute_loss(y, model(x, {.training = false}), sample_weight);
  for (const Variable& weight : model.trainable_variables()) {
    if (regularizers::proximal_rule_of(weight) != nullptr)
      loss = loss - (*weight.regularizer())(weight);
  }
  return loss;
}

void move_element(const Variable& weight, const Tensor& start, std::int64_t index, float by) {
  weight.assign(start);
  weight.mutable_data()[index] += by;
}

}  // namespace

const GradientGap& GradientCheckReport::worst() const {
  check<StateError>(!weights.empty(), "gradient_check",
                    "a model without trainable weights has no gradient. Received: no weights.");
  return *std::max_element(
      weights.begin(), weights.end(),
      [](const GradientGap& a, const GradientGap& b) { return a.gap < b.gap; });
}

std::string to_string(const GradientGap& gap) {
  return fmt::format("{}[{}]: gradient {:.6g}, by differences {:.6g}, gap {:.3g}", gap.weight,
                     gap.index, gap.gradient, gap.difference, gap.gap);
}

GradientCheckReport gradient_check(Model& model, const Tensors& x, const Tensors& y,
                                   const GradientCheckOptions& options) {
  check(std::isfinite(options.step) && options.step > 0.0f, "gradient_check",
        "step must be finite and > 0. Received: step={}.", options.step);
  check(options.elements_per_weight > 0, "gradient_check",
        "elements_per_weight must be positive. Received: elements_per_weight={}.",
        options.elements_per_weight);
  model.compile_options();
  const regularizers::AtStep at_step(model.optimizer().calls(),
                                     regularizers::AtStep::Purpose::report);
  const auto loss = [&] { return loss_of(model, x, y, options.sample_weight); };
  loss();  // builds the model
  const std::vector<Variable> variables = model.trainable_variables();
  std::vector<Tensor> gradients;
  {
    GradientTape tape;
    gradients = tape.gradient(loss(), variables);
  }
  GradientCheckReport report;
  const auto restore = value_rollback(variables);
  for (std::size_t i = 0; i < variables.size(); ++i) {
    const Variable& weight = variables[i];
    const Tensor start = weight.value();
    GradientGap worst{.weight = weight.path()};
    double largest = 1e-3;
    const std::int64_t size = start.size();
    const std::int64_t looked_at = std::min<std::int64_t>(size, options.elements_per_weight);
    for (std::int64_t k = 0; k < looked_at; ++k) {
      const std::int64_t index = k * size / looked_at;
      const auto loss_at = [&](float by) {
        move_element(weight, start, index, by);
        return static_cast<double>(loss().item());
      };
      const double step = static_cast<double>(options.step);
      const double difference = (loss_at(options.step) - loss_at(-options.step)) / (2.0 * step);
      const double gradient =
          gradients[i].defined() ? static_cast<double>(gradients[i].data()[index]) : 0.0;
      largest = std::max({largest, std::abs(gradient), std::abs(difference)});
      const double gap = std::abs(gradient - difference);
      // NaN is a gap larger than any.
      if (k > 0 && gap <= worst.gap) continue;
      worst.index = index;
      worst.gradient = gradient;
      worst.difference = difference;
      worst.gap = std::isnan(gap) ? HUGE_VAL : gap;
    }
    weight.assign(start);
    worst.gap /= largest;
    report.weights.push_back(std::move(worst));
  }
  return report;
}

}  // namespace strata
