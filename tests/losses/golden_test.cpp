// Every value and gradient that Keras computed for the losses Strata has.
#include "support/golden.hpp"

#include <gtest/gtest.h>

#include "strata/autodiff/gradient_tape.hpp"
#include "strata/losses/loss.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace {

std::vector<Config> cases_of(const std::string& loss) {
  std::vector<Config> found;
  for (const char* family : {"losses", "losses_special"}) {
    for (const Config& entry : golden_cases(family)) {
      if (entry.at("loss") == loss) found.push_back(entry);
    }
  }
  return found;
}

LossSpec loss_of(const Config& entry) {
  Config config = entry.at("arguments");
  config["reduction"] = entry.at("reduction");
  return losses::deserialize({{"class_name", entry.at("loss")}, {"config", config}});
}

std::string describe(const Config& entry) {
  return entry.at("loss").dump() + entry.at("arguments").dump() + entry.at("reduction").dump() +
         (entry.at("sample_weight").is_null() ? "" : " weighted");
}

class LossGolden : public ::testing::TestWithParam<const char*> {};

TEST_P(LossGolden, ValuesAgreeWithKeras) {
  const auto cases = cases_of(GetParam());
  ASSERT_FALSE(cases.empty());
  for (const Config& entry : cases) {
    SCOPED_TRACE(describe(entry));
    const Tensor value =
        loss_of(entry)(golden_tensor(entry.at("y_true")), golden_tensor(entry.at("y_pred")),
                       golden_tensor(entry.at("sample_weight")));
    EXPECT_THAT(value, IsClose(golden_tensor(entry.at("value"))));
  }
}

TEST_P(LossGolden, GradientsAgreeWithKeras) {
  for (const Config& entry : cases_of(GetParam())) {
    SCOPED_TRACE(describe(entry));
    GradientTape tape;
    const Tensor y_pred = tape.watch(golden_tensor(entry.at("y_pred")));
    const Tensor value = loss_of(entry)(golden_tensor(entry.at("y_true")), y_pred,
                                        golden_tensor(entry.at("sample_weight")));
    EXPECT_THAT(tape.gradient(value, y_pred),
                IsClose(golden_tensor(entry.at("y_pred_gradient_of_sum"))));
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, LossGolden,
    ::testing::Values("MeanSquaredError", "MeanAbsoluteError", "MeanAbsolutePercentageError",
                      "MeanSquaredLogarithmicError", "Huber", "LogCosh", "CosineSimilarity",
                      "Hinge", "SquaredHinge", "CategoricalHinge", "KLDivergence", "Poisson",
                      "BinaryCrossentropy", "CategoricalCrossentropy",
                      "SparseCategoricalCrossentropy", "BinaryFocalCrossentropy",
                      "CategoricalFocalCrossentropy", "CategoricalGeneralizedCrossEntropy", "Dice",
                      "Tversky", "Circle"),
    [](const auto& suite) { return std::string(suite.param); });

}  // namespace
}  // namespace strata::testing
