// Every optimizer of ours against five steps of real Keras: weights after each, and all state.
#include "support/golden.hpp"

#include <gtest/gtest.h>

#include <set>

#include "strata/optimizers/optimizer.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace {

constexpr double kTolerance = 1e-4;

// The first case of a family holds the weights at the start and the gradients of all runs.
struct KerasRun {
  std::string family;
  Config golden;
};

std::vector<KerasRun> golden_runs() {
  std::vector<KerasRun> runs;
  for (const char* family : {"optimizers", "optimizers_by_shape"}) {
    for (const Config& run : golden_cases(family)) {
      if (run.contains("optimizer")) runs.push_back({family, run});
    }
  }
  return runs;
}

std::vector<Tensor> tensors(const Config& list) {
  std::vector<Tensor> result;
  for (const Config& each : list) result.push_back(golden_tensor(each));
  return result;
}

class GoldenOptimizer : public ::testing::TestWithParam<KerasRun> {
 protected:
  GoldenOptimizer() : inputs_(golden_cases(GetParam().family).at(0)) {
    const std::vector<Tensor> start = tensors(inputs_.at("start"));
    std::vector<std::string> names{"kernel", "bias"};
    if (start.size() == 3) names.insert(names.begin() + 1, "filters");
    for (std::size_t i = 0; i < start.size(); ++i) variables_.emplace_back(names[i], start[i]);
  }

  static OptimizerSpec make() {
    Config object;
    object["class_name"] = GetParam().golden.at("optimizer");
    object["config"] = GetParam().golden.at("arguments");
    return object;
  }

  const Config& inputs_;
  std::vector<Variable> variables_;
};

TEST_P(GoldenOptimizer, WeightsAreKerassAfterEachStep) {
  const OptimizerSpec optimizer = make();
  for (std::size_t step = 0; step < inputs_.at("gradients").size(); ++step) {
    optimizer->apply(tensors(inputs_.at("gradients")[step]), variables_);
    const std::vector<Tensor> expected = tensors(GetParam().golden.at("after_step")[step]);
    for (std::size_t i = 0; i < variables_.size(); ++i) {
      EXPECT_THAT(variables_[i].value(), IsClose(expected[i], kTolerance)) << "step " << step;
    }
  }
}

TEST_P(GoldenOptimizer, StateIsKerassInOrderNamesAndValues) {
  const OptimizerSpec optimizer = make();
  for (const Config& gradients : inputs_.at("gradients")) {
    optimizer->apply(tensors(gradients), variables_);
  }
  const std::vector<Variable> state = optimizer->variables();
  const Config& expected = GetParam().golden.at("state");
  ASSERT_EQ(state.size(), expected.size());
  for (std::size_t i = 0; i < state.size(); ++i) {
    EXPECT_EQ(state[i].name(), expected[i].at("name"));
    EXPECT_THAT(state[i].value(), IsClose(golden_tensor(expected[i]), kTolerance)) << i;
  }
}

std::string test_name(const ::testing::TestParamInfo<KerasRun>& run) {
  std::string name = run.param.golden.at("optimizer");
  for (const auto& [key, value] : run.param.golden.at("arguments").items()) {
    if (key == "learning_rate" && value.is_number()) continue;
    name += "_" + key;
    if (value.is_number_integer()) name += value.dump();
  }
  std::erase_if(
      name, [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '_'; });
  return name;
}

INSTANTIATE_TEST_SUITE_P(Keras, GoldenOptimizer, ::testing::ValuesIn(golden_runs()), test_name);

TEST(Golden, EveryOptimizerHasRuns) {
  std::set<std::string> names;
  for (const KerasRun& run : golden_runs()) names.insert(run.golden.at("optimizer"));
  EXPECT_EQ(names.size(), 12U);
}

}  // namespace
}  // namespace strata::testing
