// Compares a gradient from the tape with central differences.
#include "support/gradient_gap.hpp"

#include <algorithm>
#include <cmath>

#include "strata/autodiff/gradient_tape.hpp"
#include "strata/ops/elementwise.hpp"
#include "strata/ops/reduction.hpp"

namespace strata::testing {
namespace {

float weight_of(std::size_t index) {
  return 0.5f + static_cast<float>((index * 7919) % 101) / 101.0f;
}

Tensor weights_like(const Tensor& tensor) {
  std::vector<float> weights(static_cast<std::size_t>(tensor.size()));
  for (std::size_t i = 0; i < weights.size(); ++i) weights[i] = weight_of(i);
  return {tensor.shape(), weights};
}

double weighted_sum(const Tensor& tensor) {
  double sum = 0.0;
  for (std::size_t i = 0; i < tensor.values().size(); ++i)
    sum += double{weight_of(i)} * double{tensor.values()[i]};
  return sum;
}

}  // namespace

double gradient_gap(const TensorFunction& function, const std::vector<Tensor>& inputs, float step) {
  std::vector<Tensor> analytic;
  {
    GradientTape tape;
    std::vector<Tensor> watched;
    for (const Tensor& input : inputs) watched.push_back(tape.watch(input));
    const Tensor output = function(watched);
    analytic = tape.gradient(ops::sum(output * weights_like(output)), watched);
  }
  double gap = 0.0;
  double largest = 1e-3;
  for (std::size_t k = 0; k < inputs.size(); ++k) {
    if (!analytic[k].defined()) return INFINITY;
    for (std::size_t i = 0; i < inputs[k].values().size(); ++i) {
      const auto outcome_at = [&](float value) {
        std::vector<float> moved(inputs[k].values().begin(), inputs[k].values().end());
        moved[i] = value;
        std::vector<Tensor> arguments = inputs;
        arguments[k] = Tensor(inputs[k].shape(), moved);
        return weighted_sum(function(arguments));
      };
      const float high = inputs[k].values()[i] + step;
      const float low = inputs[k].values()[i] - step;
      const double numeric = (outcome_at(high) - outcome_at(low)) / (double{high} - double{low});
      const double found = analytic[k].values()[i];
      if (std::isnan(found) || std::isnan(numeric)) return INFINITY;
      largest = std::max(largest, std::abs(numeric));
      gap = std::max(gap, std::abs(found - numeric));
    }
  }
  return gap / largest;
}

}  // namespace strata::testing
