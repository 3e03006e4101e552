// Sum: one entry in losses, one for each rule in penalties, configs, refusals.
#include "strata/regularizers/sum.hpp"

#include <gtest/gtest.h>

#include "strata/config.hpp"
#include "strata/layers/dense.hpp"
#include "strata/layers/input.hpp"
#include "strata/models/sequential.hpp"
#include "strata/ops/ops.hpp"
#include "strata/regularizers/group_lasso.hpp"
#include "strata/regularizers/kl_sparsity.hpp"
#include "strata/regularizers/l1.hpp"
#include "strata/regularizers/l2.hpp"
#include "strata/regularizers/towards.hpp"
#include "support/gradient_gap.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace sum_test {

using regularizers::GroupLasso;
using regularizers::L1;
using regularizers::L2;
using regularizers::Sum;

const Tensor kX({2, 2}, {1, -2, 3, 4});

TEST(RegularizerSum, IsTheSumOfItsRules) {
  EXPECT_EQ(Sum({L1(1.0f), L2(0.5f)})(kX).item(), 10.0f + 15.0f);
  EXPECT_EQ(Sum({L2(0.5f)})(kX).item(), 15.0f);
}

TEST(RegularizerSum, GradientMatchesCentralDifferences) {
  EXPECT_LT(gradient_gap(Sum({L1(0.3f), L2(0.5f), GroupLasso(0.2f)}), kX), 1e-3);
}

TEST(RegularizerSum, IsOneLossAndAPenaltyForEachRule) {
  layers::Dense layer({.units = 2,
                       .kernel_initializer = "ones",
                       .kernel_regularizer = Sum({L1(1.0f), L2(0.5f)}),
                       .activity_regularizer = Sum({L2(1.0f), L1(0.5f)})});
  layer(ops::ones({4, 3}));  // outputs of 3
  ASSERT_EQ(layer.losses().size(), 2U);
  EXPECT_EQ(layer.losses()[0].item(), 18.0f + 3.0f);
  EXPECT_EQ(layer.losses()[1].item(), 6.0f + 3.0f);
  const auto penalties = layer.penalties();
  ASSERT_EQ(penalties.size(), 4U);
  const std::pair<const char*, float> expected[] = {
      {"activity", 18.0f}, {"activity", 3.0f}, {"kernel", 6.0f}, {"kernel", 3.0f}};
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(penalties[i].source, expected[i].first) << i;
    EXPECT_EQ(penalties[i].value.item(), expected[i].second) << i;
  }
}

TEST(RegularizerSum, CountsInTheLossOfAModelOnce) {
  Sequential model(
      {layers::Input({3}), layers::Dense({.units = 2,
                                          .kernel_initializer = "ones",
                                          .kernel_regularizer = Sum({L1(1.0f), L2(0.5f)})})});
  model.compile({.loss = "mse"});
  const Tensor x = ops::ones({4, 3});
  EXPECT_FLOAT_EQ(
      static_cast<float>(model.evaluate(x, ops::full({4, 2}, 3.0f), {.verbose = 0}).at("loss")),
      9.0f);
}

TEST(RegularizerSum, OfSumsHasTheRulesOfAll) {
  EXPECT_EQ(Sum({Sum({L1(1.0f), L2(0.5f)}), L1(2.0f)}).parts().size(), 3U);
}

TEST(RegularizerSum, LetsARuleKeepTheValueOfItsWeight) {
  layers::Dense layer({.units = 1,
                       .kernel_initializer = "ones",
                       .kernel_regularizer = Sum({L1(1.0f), regularizers::Towards(L1(1.0f))})});
  layer.build({1, 2});
  EXPECT_EQ(layer.losses().at(0).item(), 2.0f);
}

TEST(RegularizerSum, ConfigComesBackAsItWas) {
  const RegularizerSpec rule = Sum({L1(0.1f), GroupLasso({.factor = 0.5f, .groups = 1})});
  const Config config = regularizers::serialize(rule);
  EXPECT_EQ(config["config"]["rules"].size(), 2U);
  EXPECT_EQ(regularizers::serialize(regularizers::deserialize(config)), config);
}

TEST(RegularizerSum, RefusesWhatOneOfItsRulesRefuses) {
  layers::Dense layer({.units = 3,
                       .kernel_regularizer = Sum({L1(1.0f), regularizers::KLSparsity()}),
                       .name = "head"});
  EXPECT_THAT(([&] {
                layer.build({1, 2});
              }),
              Raises<InvalidArgument>("head: kernel: KLSparsity is a penalty on outputs, for an "
                                      "activity_regularizer. Received: a weight of shape=(2, 3)."));
}

TEST(RegularizerSum, RefusesNoRulesAndNone) {
  EXPECT_THAT(
      [] { Sum{std::vector<RegularizerSpec>{}}; },
      Raises<InvalidArgument>("Sum: rules must be one regularizer or several. Received: none."));
  EXPECT_THAT(
      [] {
        Sum({L1(1.0f), RegularizerSpec()});
      },
      Raises<InvalidArgument>("Sum: rules must all be regularizers. Received: none as rule 1."));
  EXPECT_THROW(RegularizerSpec("sum"), InvalidArgument);
}

}  // namespace sum_test
}  // namespace strata::testing
