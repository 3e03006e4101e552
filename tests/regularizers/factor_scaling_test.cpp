// How a factor goes with data and width: what docs/penalties.md says of it, held to the values.
#include <gtest/gtest.h>

#include <cmath>
#include <strata/strata.hpp>

#include "support/matchers.hpp"

namespace strata::testing {
namespace factor_scaling_test {

using namespace regularizers;  // NOLINT: the rules are what this is about

const Tensor kX = random::Generator(1).normal({24, 4});
const Tensor kY = random::Generator(2).normal({24, 2});
const Tensor kKernel = random::Generator(3).normal({4, 2});

struct Data {
  Tensor x = kX;
  Tensor y = kY;
};

// The whole loss of a linear layer of this kernel.
double objective(const Data& data, const Tensor& kernel, const RegularizerSpec& rule,
                 int batch_size = 24) {
  Sequential model({layers::Input({static_cast<int>(kernel.shape()[0])}),
                    layers::Dense({.units = static_cast<int>(kernel.shape()[1]),
                                   .use_bias = false,
                                   .kernel_regularizer = rule})});
  model.set_weights({kernel});
  model.compile({.loss = "mse"});
  return model.evaluate(data.x, data.y, {.batch_size = batch_size, .verbose = 0}).at("loss");
}

Tensor twice(const Tensor& x, int axis) { return ops::concatenate({x, x}, axis); }

TEST(FactorScaling, DoesNotGoWithTheNumberOfSamplesOrTheBatchSize) {
  const double once = objective({}, kKernel, L1(0.1f));
  EXPECT_NEAR(objective({twice(kX, 0), twice(kY, 0)}, kKernel, L1(0.1f)), once, 1e-5);
  EXPECT_NEAR(objective({}, kKernel, L1(0.1f), 8), once, 1e-5);
}

// With inputs c times as large the same function has a kernel of 1/c: a rule of degree p needs c^p
// times the factor for the same loss.
TEST(FactorScaling, GoesWithTheScaleOfTheInputsToTheDegree) {
  const Data large{.x = 3.0f * kX};
  const Tensor kernel = kKernel / 3.0f;
  EXPECT_NEAR(objective(large, kernel, L1(0.3f)), objective({}, kKernel, L1(0.1f)), 1e-5);
  EXPECT_NEAR(objective(large, kernel, GroupLasso(0.3f)), objective({}, kKernel, GroupLasso(0.1f)),
              1e-5);
  EXPECT_NEAR(objective(large, kernel, L2(0.9f)), objective({}, kKernel, L2(0.1f)), 1e-5);
}

// Targets s times as large make mse s^2 times as large, and the kernel s times.
TEST(FactorScaling, GoesWithTheScaleOfTheTargetsToTwoLessTheDegree) {
  const Data large{.y = 3.0f * kY};
  const Tensor kernel = 3.0f * kKernel;
  EXPECT_NEAR(objective(large, kernel, L1(0.3f)), 9.0 * objective({}, kKernel, L1(0.1f)), 1e-4);
  EXPECT_NEAR(objective(large, kernel, L2(0.1f)), 9.0 * objective({}, kKernel, L2(0.1f)), 1e-4);
}

// Each input is there twice, with half of its weights: the same function.
TEST(FactorScaling, OfL2GoesWithTheNumberOfInputsThatSayTheSame) {
  const Data wide{.x = twice(kX, 1)};
  const Tensor kernel = twice(kKernel / 2.0f, 0);
  EXPECT_NEAR(objective(wide, kernel, L1(0.1f)), objective({}, kKernel, L1(0.1f)), 1e-5);
  EXPECT_NEAR(objective(wide, kernel, GroupLasso(0.1f)), objective({}, kKernel, GroupLasso(0.1f)),
              1e-5);
  EXPECT_NEAR(objective(wide, kernel, L2(0.2f)), objective({}, kKernel, L2(0.1f)), 1e-5);
}

// The loss is a mean over outputs, the penalty a sum.
TEST(FactorScaling, GoesAgainstTheNumberOfOutputs) {
  const Data wide{.y = twice(kY, 1)};
  const Tensor kernel = twice(kKernel, 1);
  EXPECT_NEAR(objective(wide, kernel, L1(0.05f)), objective({}, kKernel, L1(0.1f)), 1e-5);
  EXPECT_NEAR(objective(wide, kernel, L2(0.05f)), objective({}, kKernel, L2(0.1f)), 1e-5);
  EXPECT_NEAR(objective(wide, kernel, GroupLasso(0.05f)), objective({}, kKernel, GroupLasso(0.1f)),
              1e-5);
}

// A layer between two others with each unit twice, and half of the weights that leave it: the same
// function. What enters counts twice, what leaves as before.
TEST(FactorScaling, OfHiddenLayersIsForWhatEntersAndWhatLeaves) {
  const Tensor entering = kKernel;
  const Tensor leaving = random::Generator(4).normal({2, 3});
  const Tensor wide_entering = twice(entering, 1);
  const Tensor wide_leaving = twice(leaving / 2.0f, 0);
  const auto value = [](const Regularizer& rule, const Tensor& w) { return rule(w).item(); };
  EXPECT_THAT(ops::matmul(ops::matmul(kX, wide_entering), wide_leaving),
              IsClose(ops::matmul(ops::matmul(kX, entering), leaving)));
  EXPECT_NEAR(value(L1(0.1f), wide_entering), 2.0f * value(L1(0.1f), entering), 1e-5f);
  EXPECT_NEAR(value(L1(0.1f), wide_leaving), value(L1(0.1f), leaving), 1e-5f);
  EXPECT_NEAR(value(L2(0.1f), wide_entering), 2.0f * value(L2(0.1f), entering), 1e-5f);
  EXPECT_NEAR(value(L2(0.1f), wide_leaving), value(L2(0.1f), leaving) / 2.0f, 1e-5f);
}

struct Growth {
  const char* rule;
  std::optional<double> degree;  // of R(3 w) = 3^p R(w); none if there is no such p
  double width;                  // of R ~ n^q
};

// The table of docs/penalties.md.
constexpr Growth kTable[] = {{"l1", 1.0, 1.5},
                             {"l2", 2.0, 1.0},
                             {"group_lasso", 1.0, 1.5},
                             {"hoyer_square", 0.0, 2.0},
                             {"spectral_norm", 2.0, 0.0},
                             {"nuclear_norm", 1.0, 1.0},
                             {"soft_orthogonal", {}, 1.0},
                             {"orthogonal_regularizer", 0.0, -0.5},
                             {"total_variation", 1.0, 1.5}};

Tensor glorot(int n) { return initializers::GlorotUniform({.seed = 5})({n, n}); }

TEST(FactorScaling, HasTheTablesDegreesAndWidths) {
  for (const Growth& each : kTable) {
    const RegularizerSpec rule(each.rule);
    const auto value = [&](const Tensor& w) { return static_cast<double>((*rule)(w).item()); };
    const double narrow = value(glorot(128));
    EXPECT_NEAR(std::log2(value(glorot(256)) / narrow), each.width, 0.08) << each.rule;
    const double degree = std::log(value(3.0f * glorot(128)) / narrow) / std::log(3.0);
    if (each.degree) {
      EXPECT_NEAR(degree, *each.degree, 1e-3) << each.rule;
    } else {
      EXPECT_GT(std::abs(degree - std::round(degree)), 0.01) << each.rule;
    }
  }
}

}  // namespace factor_scaling_test
}  // namespace strata::testing
