// Every optimizer of ours against five steps of real Keras: weights after each, and all state.
#include "support/golden.hpp"

#include <gtest/gtest.h>

#include "strata/optimizers/optimizer.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace {

constexpr double kTolerance = 1e-4;

bool is_ours(const Config& run) {
  const std::string name = run.at("optimizer");
  const bool known = name == "SGD" || name == "Adam" || name == "AdamW" || name == "RMSprop";
  return known && run.at("arguments").at("learning_rate").is_number();  // no schedule
}

std::vector<Config> golden_runs() {
  std::vector<Config> runs;
  for (const Config& run : golden_cases("optimizers")) {
    if (run.contains("optimizer") && is_ours(run)) runs.push_back(run);
  }
  return runs;
}

std::vector<Tensor> tensors(const Config& list) {
  std::vector<Tensor> result;
  for (const Config& each : list) result.push_back(golden_tensor(each));
  return result;
}

class GoldenOptimizer : public ::testing::TestWithParam<Config> {
 protected:
  GoldenOptimizer() : inputs_(golden_cases("optimizers").at(0)) {
    const std::vector<Tensor> start = tensors(inputs_.at("start"));
    variables_ = {Variable("kernel", start[0]), Variable("bias", start[1])};
  }

  static OptimizerSpec make() {
    Config object;
    object["class_name"] = GetParam().at("optimizer");
    object["config"] = GetParam().at("arguments");
    return object;
  }

  const Config& inputs_;
  std::vector<Variable> variables_;
};

TEST_P(GoldenOptimizer, WeightsAreKerassAfterEachStep) {
  const OptimizerSpec optimizer = make();
  for (std::size_t step = 0; step < inputs_.at("gradients").size(); ++step) {
    optimizer->apply(tensors(inputs_.at("gradients")[step]), variables_);
    const std::vector<Tensor> expected = tensors(GetParam().at("after_step")[step]);
    EXPECT_THAT(variables_[0].value(), IsClose(expected[0], kTolerance)) << "step " << step;
    EXPECT_THAT(variables_[1].value(), IsClose(expected[1], kTolerance)) << "step " << step;
  }
}

TEST_P(GoldenOptimizer, StateIsKerassInOrderNamesAndValues) {
  const OptimizerSpec optimizer = make();
  for (const Config& gradients : inputs_.at("gradients")) {
    optimizer->apply(tensors(gradients), variables_);
  }
  const std::vector<Variable> state = optimizer->variables();
  const Config& expected = GetParam().at("state");
  ASSERT_EQ(state.size(), expected.size());
  for (std::size_t i = 0; i < state.size(); ++i) {
    EXPECT_EQ(state[i].name(), expected[i].at("name"));
    EXPECT_THAT(state[i].value(), IsClose(golden_tensor(expected[i]), kTolerance)) << i;
  }
}

std::string test_name(const ::testing::TestParamInfo<Config>& run) {
  std::string name = run.param.at("optimizer");
  for (const auto& [key, value] : run.param.at("arguments").items()) {
    if (key == "learning_rate") continue;
    name += "_" + key;
    if (value.is_number_integer()) name += value.dump();
  }
  std::erase_if(
      name, [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '_'; });
  return name;
}

INSTANTIATE_TEST_SUITE_P(Keras, GoldenOptimizer, ::testing::ValuesIn(golden_runs()), test_name);

TEST(Golden, FortyTwoRunsAreOfOptimizersOfOurs) { EXPECT_EQ(golden_runs().size(), 42U); }

}  // namespace
}  // namespace strata::testing
