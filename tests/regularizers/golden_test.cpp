// Every penalty against real Keras, values and gradients.
#include "support/golden.hpp"

#include <gtest/gtest.h>

#include "strata/autodiff/gradient_tape.hpp"
#include "strata/ops/array.hpp"
#include "strata/regularizers/regularizer.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace {

std::vector<Config> golden_penalties() {
  std::vector<Config> all;
  for (const Config& each : golden_cases("regularizers")) all.push_back(each);
  return all;
}

class GoldenPenalty : public ::testing::TestWithParam<Config> {
 protected:
  static RegularizerSpec make() {
    Config object;
    object["class_name"] = GetParam().at("regularizer");
    object["config"] = GetParam().at("arguments");
    return object;
  }
  const Tensor x_ = golden_tensor(GetParam().at("x"));
};

TEST_P(GoldenPenalty, ValueIsKerass) {
  const Tensor expected = GetParam().at("value").get<float>();
  EXPECT_THAT(make()(x_), IsClose(expected));
}

TEST_P(GoldenPenalty, GradientIsKerass) {
  GradientTape tape;
  const Tensor x = tape.watch(x_);
  Tensor gradient = tape.gradient(make()(x), x);
  if (!gradient.defined()) gradient = ops::zeros(x_.shape());  // zero factors read nothing
  EXPECT_THAT(gradient, IsClose(golden_tensor(GetParam().at("gradient"))));
}

INSTANTIATE_TEST_SUITE_P(Keras, GoldenPenalty, ::testing::ValuesIn(golden_penalties()),
                         [](const ::testing::TestParamInfo<Config>& penalty) {
                           return penalty.param.at("regularizer").get<std::string>() + "_" +
                                  std::to_string(penalty.index);
                         });

}  // namespace
}  // namespace strata::testing
