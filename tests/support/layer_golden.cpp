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

// Outputs in which inputs cancel are only as right as the rounding of these inputs.
double output_tolerance(const Tensor& x, const Tensor& y) {
  constexpr double kRounding = 1e-7;
  return std::max(1e-5, kRounding * largest(x) / std::max(largest(y), 1e-3));
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
  const Tensor y = (*layer)(x, {.training = golden["training"].get<bool>()});
  const Tensor expected = golden_tensor(golden["y"]);
  EXPECT_THAT(y, IsClose(expected, output_tolerance(inputs, expected)));
  const std::vector<Tensor> losses = layer->losses();
  std::vector<Tensor> expected_losses;
  for (const Config& loss : golden["losses"]) expected_losses.emplace_back(loss.get<float>());
  expect_close(losses, expected_losses, "loss");

  const Tensor objective = ops::sum(y * golden_tensor(golden["dy"])) + ops::sum(losses);
  expect_close(tape.gradient(objective, layer->trainable_variables()),
               golden_tensors(golden["weight_gradients"]), "weight gradient");
  if (golden.contains("x_gradient")) {
    EXPECT_THAT(tape.gradient(objective, x), IsClose(golden_tensor(golden["x_gradient"])));
  }
  if (golden.contains("state_after")) {
    std::vector<Tensor> state;
    for (const Variable& weight : layer->non_trainable_variables()) state.push_back(weight);
    expect_close(state, golden_tensors(golden["state_after"]), "state");
  }
}

}  // namespace strata::testing
