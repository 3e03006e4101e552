// gradient_check: what it finds right, and what it finds wrong.
#include "strata/models/gradient_check.hpp"

#include <gtest/gtest.h>

#include "strata/config.hpp"
#include "strata/layers/dense.hpp"
#include "strata/layers/input.hpp"
#include "strata/models/sequential.hpp"
#include "strata/ops/elementwise.hpp"
#include "strata/ops/reduction.hpp"
#include "strata/regularizers/group_lasso.hpp"
#include "strata/regularizers/hoyer_square.hpp"
#include "strata/regularizers/l1.hpp"
#include "strata/regularizers/l2.hpp"
#include "strata/regularizers/nuclear_norm.hpp"
#include "strata/regularizers/soft_orthogonal.hpp"
#include "strata/regularizers/sparse_group_lasso.hpp"
#include "strata/regularizers/spectral_norm.hpp"
#include "strata/regularizers/sum.hpp"
#include "strata/regularizers/total_variation.hpp"
#include "strata/regularizers/towards.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace {

const Tensor kX({2, 3}, {0.5f, -0.25f, 1.0f, -1.0f, 0.75f, 0.25f});
const Tensor kY({2, 1}, {0.5f, -0.5f});

Sequential model_with(RegularizerSpec kernel_regularizer, RegularizerSpec activity_regularizer) {
  Sequential model({layers::Input({3}),
                    layers::Dense({.units = 4, .activation = "tanh", .name = "first"}),
                    layers::Dense({.units = 1,
                                   .kernel_regularizer = std::move(kernel_regularizer),
                                   .activity_regularizer = std::move(activity_regularizer),
                                   .name = "second"})});
  model.compile({.loss = "mse"});
  return model;
}

TEST(GradientCheck, FindsTheGradientsRightPenaltiesIncluded) {
  Sequential model = model_with(regularizers::L2(0.3f), regularizers::L2(0.2f));
  const std::vector<Tensor> before = model.get_weights();
  const GradientCheckReport report = gradient_check(model, kX, kY);
  ASSERT_EQ(report.weights.size(), 4U);
  EXPECT_LT(report.worst().gap, 2e-3) << to_string(report.worst());
  EXPECT_GT(std::abs(report.weights[2].gradient), 1e-4);
  for (std::size_t i = 0; i < before.size(); ++i) {
    EXPECT_THAT(model.get_weights()[i], IsClose(before[i], 0.0));
  }
}

TEST(GradientCheck, FindsTheGradientsOfEachRuleRight) {
  using namespace regularizers;
  const std::pair<RegularizerSpec, RegularizerSpec> slots[] = {
      // of a kernel and of the outputs
      {L1(0.3f), L1(0.2f)},
      {GroupLasso(0.3f), GroupLasso({.factor = 0.2f, .groups = -1})},
      {SparseGroupLasso(0.2f, 0.3f), {}},
      {SpectralNorm(0.3f), SpectralNorm(0.2f)},
      {NuclearNorm(0.3f), NuclearNorm(0.2f)},
      {SoftOrthogonal(0.3f), SoftOrthogonal(0.2f)},
      {HoyerSquare(0.3f), HoyerSquare(0.2f)},
      {TotalVariation(0.3f), {}},
      {Towards(L2(0.3f), Tensor({4, 1}, {1, 2, 3, 4})), {}},
      {Sum({L2(0.3f), GroupLasso(0.1f)}), Sum({L2(0.3f), L1(0.1f)})}};
  for (const auto& [kernel, activity] : slots) {
    Sequential model = model_with(kernel, activity);
    const GradientCheckReport report = gradient_check(model, kX, kY);
    EXPECT_LT(report.worst().gap, 5e-3)
        << to_string(report.worst()) << ": " << serialize(kernel).dump();
  }
}

// A penalty that tells the tape half of its gradient.
TEST(GradientCheck, NamesTheWeightWhoseGradientIsWrong) {
  const RegularizerSpec wrong = [](const Tensor& w) {
    const Tensor value = ops::sum(ops::square(w));
    return ops::sum(ops::square(ops::stop_gradient(w))) + 0.5f * value -
           0.5f * ops::stop_gradient(value);
  };
  Sequential model = model_with(wrong, {});
  const GradientCheckReport report = gradient_check(model, kX, kY);
  EXPECT_TRUE(report.worst().weight.ends_with("second/kernel")) << report.worst().weight;
  EXPECT_GT(report.worst().gap, 0.05);
}

TEST(GradientCheck, RefusesWhatItCantUse) {
  Sequential model = model_with({}, {});
  EXPECT_THAT(([&] { gradient_check(model, kX, kY, {.step = 0.0f}); }),
              Raises("gradient_check: step must be finite and > 0. Received: step=0."));
  Sequential plain({layers::Input({3}), layers::Dense({.units = 1})});
  EXPECT_THROW(gradient_check(plain, kX, kY), StateError);
}

}  // namespace
}  // namespace strata::testing
