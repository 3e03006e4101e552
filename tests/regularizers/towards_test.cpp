// Towards: references given and kept, gradient, configs, refusals.
#include "strata/regularizers/towards.hpp"

#include <gtest/gtest.h>

#include "strata/config.hpp"
#include "strata/layers/dense.hpp"
#include "strata/ops/ops.hpp"
#include "strata/regularizers/group_lasso.hpp"
#include "strata/regularizers/l1.hpp"
#include "strata/regularizers/l2.hpp"
#include "support/gradient_gap.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace towards_test {

using regularizers::GroupLasso;
using regularizers::L1;
using regularizers::L2;
using regularizers::Towards;

const Tensor kReference({2, 2}, {1, 2, 3, 4});

TEST(Towards, IsTheRuleOfTheDistance) {
  EXPECT_EQ(Towards(L2(0.5f), kReference)(kReference).item(), 0.0f);
  EXPECT_EQ(Towards(L2(0.5f), kReference)(kReference + 2.0f).item(), 8.0f);
}

TEST(Towards, GradientIsThatOfTheRule) {
  const Tensor x({2, 2}, {0.5f, -1.0f, 4.0f, 2.0f});
  EXPECT_LT(gradient_gap(Towards(L2(0.5f), kReference), x), 1e-3);
  EXPECT_LT(gradient_gap(Towards(GroupLasso(0.5f), kReference), x), 1e-3);
}

TEST(Towards, KeepsTheValueThatAWeightIsBuiltWith) {
  layers::Dense layer(
      {.units = 2, .kernel_initializer = "ones", .kernel_regularizer = Towards(L1(1.0f))});
  layer.build({1, 3});
  EXPECT_EQ(layer.losses().at(0).item(), 0.0f);
  layer.kernel().assign(ops::full({3, 2}, 3.0f));
  EXPECT_EQ(layer.losses().at(0).item(), 12.0f);
}

TEST(Towards, KeepsTheValueThatABuiltWeightHasWhenTheRuleIsSet) {
  layers::Dense layer({.units = 2, .kernel_initializer = "ones"});
  layer.build({1, 3});
  layer.kernel().assign(ops::full({3, 2}, 3.0f));
  layer.set_regularizer("kernel", Towards(L1(1.0f)));
  EXPECT_EQ(layer.losses().at(0).item(), 0.0f);
  layer.kernel().assign(ops::full({3, 2}, 2.0f));
  EXPECT_EQ(layer.losses().at(0).item(), 6.0f);
}

TEST(Towards, SetOnTwoWeightsKeepsTheValueOfEach) {
  const RegularizerSpec shared = Towards(L1(1.0f));
  layers::Dense ones({.units = 1, .kernel_initializer = "ones", .kernel_regularizer = shared});
  layers::Dense zeros({.units = 1, .kernel_initializer = "zeros", .kernel_regularizer = shared});
  ones.build({1, 2});
  zeros.build({1, 2});
  EXPECT_EQ(ones.losses().at(0).item(), 0.0f);
  EXPECT_EQ(zeros.losses().at(0).item(), 0.0f);
}

TEST(Towards, GoesByTheAxesThatTheLayerSays) {
  const WeightAxes turned{.input = 1, .output = 0};
  const GroupLasso rule({.factor = 1.0f, .groups = "inputs"});
  const Tensor x({2, 2}, {5, -1, 4, 2});
  EXPECT_EQ(Towards(rule, kReference).penalty(x, turned).item(),
            rule.penalty(x - kReference, turned).item());
}

TEST(Towards, ConfigHoldsOnlyAReferenceThatWasGiven) {
  EXPECT_EQ(Towards(L2(0.5f), kReference).get_config()["reference"].dump(),
            "[[1.0,2.0],[3.0,4.0]]");
  const Towards rule(L2(0.5f));
  EXPECT_TRUE(rule.get_config()["reference"].is_null());
  const auto kept = rule.attached_to(kReference);
  EXPECT_TRUE(kept->get_config()["reference"].is_null());
  EXPECT_EQ((*kept)(kReference + 1.0f).item(), 2.0f);
  const RegularizerSpec read =
      regularizers::deserialize(regularizers::serialize(Towards(L2(0.5f), kReference)));
  EXPECT_EQ(read(kReference + 1.0f).item(), 2.0f);
}

TEST(Towards, RefusesWhatItCannotTake) {
  EXPECT_THAT([] { Towards{RegularizerSpec()}; },
              Raises<InvalidArgument>("Towards: rule must be a regularizer. Received: none."));
  EXPECT_THAT([] { Towards(L2(0.5f))(kReference); },
              Raises<StateError>("Towards: a rule without a reference must be set on a weight, "
                                 "whose value it keeps. Received: a call without one."));
  layers::Dense shaped(
      {.units = 3, .kernel_regularizer = Towards(L2(0.5f), kReference), .name = "head"});
  EXPECT_THAT(([&] {
                shaped.build({1, 2});
              }),
              Raises<ShapeError>("head: kernel: the reference of Towards must have the weight's "
                                 "shape (2, 3). Received: shape=(2, 2)."));
  layers::Dense activity({.units = 3, .activity_regularizer = Towards(L2(0.5f)), .name = "head"});
  EXPECT_THAT(([&] {
                activity(ops::ones({1, 2}));
              }),
              Raises<InvalidArgument>("head: activity: Towards is a penalty on weights. Received: "
                                      "an output of shape=(1, 3)."));
  layers::Dense groups({.units = 3, .bias_regularizer = Towards(GroupLasso(0.5f)), .name = "head"});
  EXPECT_THROW(groups.build({1, 2}), InvalidArgument);
}

}  // namespace towards_test
}  // namespace strata::testing
