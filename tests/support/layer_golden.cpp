// Runs a layer on the input of a golden file, and compares output, losses and gradients.
#include "support/layer_golden.hpp"

#include <algorithm>
#include <cmath>

#include "strata/autodiff/gradient_tape.hpp"
#include "strata/layers/layer.hpp"
#include "strata/ops/elementwise.hpp"
#include "strata/ops/reduction.hpp"
#include "support/golden.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace {

std::vector<Tensor> golden_tensors(const Config& list) {
  std::vector<Tensor> tensors;
  for (const Config& value : list) tensors.push_back(golden_tensor(value));
  return tensors;
}

void expect_close(const std::vector<Tensor>& actual, const std::vector<Tensor>& expected,
                  const std::string& what) {
  ASSERT_EQ(actual.size(), expected.size()) << what;
  for (std::size_t i = 0; i < actual.size(); ++i) {
    EXPECT_THAT(actual[i], IsClose(expected[i])) << what << " " << i;
  }
}

double largest(const Tensor& tensor) {
  double size = 0.0;
  for (const float value : tensor.values()) size = std::max(size, std::abs(double{value}));
  return size;
}

// Sums in which terms cancel are only as right as the rounding of these terms and of what comes
// between.
double sum_tolerance(const Tensor& terms, const Tensor& sums) {
  constexpr double kRounding = 5e-7;  // of about ten terms, half a unit in the last place each
  return std::max(1e-5, kRounding * largest(terms) / std::max(largest(sums), 1e-3));
}

// Undefined where the case has none.
Tensor masks(const Config& golden, const char* key) {
  return golden.contains(key) ? golden_tensor(golden[key]) : Tensor();
}

}  // namespace

std::vector<Config> layer_cases(const std::string& family,
                                const std::vector<std::string>& class_names) {
  std::vector<Config> found;
  for (const Config& golden : golden_cases(family)) {
    const auto name = golden["layer"].get<std::string>();
    if (std::find(class_names.begin(), class_names.end(), name) != class_names.end()) {
      found.push_back(golden);
    }
  }
  return found;
}

void expect_as_keras(const Config& golden) {
  SCOPED_TRACE(golden["layer"].get<std::string>() + golden["arguments"].dump());
  const auto layer =
      layers::deserialize({{"class_name", golden["layer"]}, {"config", golden["arguments"]}});
  const Tensor inputs = golden_tensor(golden["x"]);
  layer->build(inputs.shape());
  layer->set_weights(golden_tensors(golden["weights"]));

  GradientTape tape({.persistent = true});
  const Tensor x = tape.watch(inputs);
  const bool training = golden["training"].get<bool>();
  const auto [y, mask] = layer->call_with_mask(x, {training, masks(golden, "mask")});
  const Tensor expected = golden_tensor(golden["y"]);
  EXPECT_THAT(y, IsClose(expected, sum_tolerance(inputs, expected)));
  const std::vector<Tensor> losses = layer->losses();
  std::vector<Tensor> expected_losses;
  for (const Config& loss : golden["losses"]) expected_losses.emplace_back(loss.get<float>());
  expect_close(losses, expected_losses, "loss");

  const Tensor dy = golden_tensor(golden["dy"]);
  const Tensor objective = ops::sum(y * dy) + ops::sum(losses);
  const std::vector<Tensor> gradients = tape.gradient(objective, layer->trainable_variables());
  const std::vector<Tensor> expected_gradients = golden_tensors(golden["weight_gradients"]);
  ASSERT_EQ(gradients.size(), expected_gradients.size());
  for (std::size_t i = 0; i < gradients.size(); ++i) {
    const Tensor& gradient = expected_gradients[i];
    EXPECT_THAT(gradients[i], IsClose(gradient, sum_tolerance(dy, gradient)))
        << "weight gradient " << i;
  }
  if (golden.contains("x_gradient")) {
    EXPECT_THAT(tape.gradient(objective, x), IsClose(golden_tensor(golden["x_gradient"])));
  }
  if (golden.contains("output_mask")) {
    const Tensor expected_mask = masks(golden, "output_mask");
    ASSERT_EQ(mask.defined(), expected_mask.defined());
    if (mask.defined()) {
      EXPECT_THAT(mask, IsClose(expected_mask, 0.0));
    }
  }
  if (golden.contains("state_after")) {
    std::vector<Tensor> state;
    for (const Variable& weight : layer->non_trainable_variables()) state.push_back(weight);
    expect_close(state, golden_tensors(golden["state_after"]), "state");
  }
}

}  // namespace strata::testing
