// Every constraint against Keras's values, and the names and configs they go by.
#include "strata/constraints/constraint.hpp"

#include <cmath>

#include "strata/config.hpp"
#include "strata/constraints/chain.hpp"
#include "strata/constraints/keep_zeros.hpp"
#include "strata/constraints/max_norm.hpp"
#include "strata/constraints/min_max_norm.hpp"
#include "strata/constraints/non_neg.hpp"
#include "strata/constraints/unit_norm.hpp"
#include "strata/initializers/identity.hpp"
#include "strata/layers/dense.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/elementwise.hpp"
#include "support/golden.hpp"
#include "support/matchers.hpp"

namespace strata {
namespace {

using testing::golden_cases;
using testing::golden_tensor;
using testing::IsClose;
using testing::Raises;

ConstraintSpec constraint_of(const Config& golden) {
  return Config({{"class_name", golden["constraint"]}, {"config", golden["arguments"]}});
}

const Tensor kWeight({2, 2}, {3.0f, 0.1f, 4.0f, -0.2f});

class ConstraintGolden : public ::testing::TestWithParam<std::size_t> {};

TEST_P(ConstraintGolden, ProjectsAsKerasDoes) {
  const Config& golden = golden_cases("constraints").at(GetParam());
  EXPECT_THAT(constraint_of(golden)(golden_tensor(golden["w"])),
              IsClose(golden_tensor(golden["result"])));
}

INSTANTIATE_TEST_SUITE_P(Keras, ConstraintGolden,
                         ::testing::Range<std::size_t>(0, golden_cases("constraints").size()));

TEST(NonNeg, LiftsToZero) {
  EXPECT_THAT(constraints::NonNeg()(kWeight), IsClose(Tensor({2, 2}, {3.0f, 0.1f, 4.0f, 0.0f})));
}

TEST(MaxNorm, LeavesShortColumnsAlone) {
  EXPECT_THAT(constraints::MaxNorm()(kWeight), IsClose(Tensor({2, 2}, {1.2f, 0.1f, 1.6f, -0.2f})));
}

TEST(UnitNorm, KeepsAZeroColumnZero) {
  EXPECT_THAT(constraints::UnitNorm()(Tensor({2, 2}, {3.0f, 0.0f, 4.0f, 0.0f})),
              IsClose(Tensor({2, 2}, {0.6f, 0.0f, 0.8f, 0.0f})));
}

TEST(UnitNorm, TakesAKernelsAxesTogether) {
  const Tensor kernel({1, 2, 2, 1}, {1.0f, 1.0f, 1.0f, 1.0f});
  EXPECT_THAT(constraints::UnitNorm({.axis = {0, 1, 2}})(kernel),
              IsClose(Tensor({1, 2, 2, 1}, {0.5f, 0.5f, 0.5f, 0.5f})));
}

TEST(MinMaxNorm, GoesOnlyPartOfTheWay) {
  const constraints::MinMaxNorm half({.min_value = 0.5f, .max_value = 1.0f, .rate = 0.5f});
  EXPECT_THAT(half(kWeight), IsClose(Tensor({2, 2}, {1.8f, 0.1618033f, 2.4f, -0.3236066f})));
}

TEST(KeepZeros, KeepsTheZerosOfTheWeightItWasSetOn) {
  layers::Dense layer({.units = 2,
                       .kernel_initializer = initializers::Identity(),
                       .kernel_constraint = constraints::KeepZeros()});
  layer.build({1, 2});
  const ConstraintSpec set = layer.kernel().constraint();
  EXPECT_THAT(set(kWeight), IsClose(Tensor({2, 2}, {3.0f, 0.0f, 0.0f, -0.2f})));
}

TEST(KeepZeros, GivesZerosForWhatIsNoNumber) {
  const auto keeps = constraints::KeepZeros().attached_to(Tensor({3}, {0.0f, 0.0f, 2.0f}));
  EXPECT_THAT(keeps(Tensor({3}, {NAN, INFINITY, 3.0f})), IsClose(Tensor({3}, {0.0f, 0.0f, 3.0f})));
}

TEST(KeepZeros, RefusesWhatItCanNotKeep) {
  EXPECT_THAT(
      [] { constraints::KeepZeros()(kWeight); },
      Raises<StateError>("KeepZeros: the constraint must be set on a weight, whose zeros it "
                         "keeps. Received: a call without one."));
  EXPECT_THAT(
      [] { constraints::KeepZeros().attached_to(kWeight)(ops::ones({3})); },
      Raises<ShapeError>("KeepZeros: KeepZeros keeps the zeros of a weight of shape (2, 2). "
                         "Received: shape=(3,)."));
}

TEST(Chain, AppliesOneAfterTheOther) {
  const constraints::Chain chain({constraints::NonNeg(), constraints::MaxNorm(1.0f)});
  EXPECT_THAT(chain(kWeight), IsClose(constraints::MaxNorm(1.0f)(constraints::NonNeg()(kWeight))));
  const ConstraintSpec again(constraints::serialize(chain));
  EXPECT_THAT(again(kWeight), IsClose(chain(kWeight)));
  EXPECT_EQ(constraints::serialize(chain)["registered_name"], "strata>Chain");
  EXPECT_FALSE(chain.may_raise());
}

TEST(Chain, RefusesWhatIsNoConstraint) {
  EXPECT_THAT([] { constraints::Chain({}); },
              Raises("Chain: constraints must be one constraint or several. Received: none."));
  EXPECT_THAT(
      [] {
        constraints::Chain({constraints::NonNeg(), nullptr});
      },
      Raises("Chain: constraints must all be constraints. Received: none as constraint 1."));
}

TEST(ConstraintSpec, KnowsEveryNameOfKeras) {
  const std::vector<std::pair<std::string, std::string>> names = {{"max_norm", "MaxNorm"},
                                                                  {"non_neg", "NonNeg"},
                                                                  {"unit_norm", "UnitNorm"},
                                                                  {"MaxNorm", "MaxNorm"},
                                                                  {"min_max_norm", "MinMaxNorm"}};
  for (const auto& [name, class_name] : names) {
    EXPECT_EQ(constraints::serialize(name)["class_name"], class_name) << name;
  }
}

TEST(ConstraintSpec, NamesTheKnownOnesForAnUnknownName) {
  EXPECT_THAT([] { ConstraintSpec("maxnorm"); },
              Raises("Constraint: unknown identifier; did you mean max_norm? Known are MaxNorm, "
                     "max_norm, MinMaxNorm, "
                     "min_max_norm, NonNeg, non_neg, UnitNorm, unit_norm, KeepZeros, "
                     "keep_zeros. Received: maxnorm."));
}

TEST(ConstraintSpec, TakesACallable) {
  const ConstraintSpec halved = [](const Tensor& weight) { return 0.5f * weight; };
  EXPECT_THAT(halved(kWeight), IsClose(Tensor({2, 2}, {1.5f, 0.05f, 2.0f, -0.1f})));
}

TEST(ConstraintConfig, IsWhatKerasWrites) {
  EXPECT_EQ(constraints::serialize(constraints::MinMaxNorm({.rate = 0.3f, .axis = 1})).dump(),
            R"({"module":"keras.constraints","class_name":"MinMaxNorm","config":)"
            R"({"min_value":0.0,"max_value":1.0,"rate":0.3,"axis":1},"registered_name":null})");
  EXPECT_EQ(constraints::MaxNorm({.axis = {0, 1}}).get_config().dump(),
            R"({"max_value":2.0,"axis":[0,1]})");
  EXPECT_EQ(constraints::NonNeg().get_config().dump(), "{}");
}

TEST(ConstraintConfig, RoundTripsEveryClass) {
  for (const Config& golden : golden_cases("constraints")) {
    const Config object = constraints::serialize(constraint_of(golden));
    EXPECT_EQ(constraints::serialize(constraints::deserialize(object)), object);
  }
}

TEST(Constraint, OnANormRefusesAWeightWithoutItsAxis) {
  using namespace constraints;
  const std::pair<ConstraintSpec, std::string> all[] = {
      {MaxNorm({.axis = 7}), "MaxNorm"},
      {MinMaxNorm({.axis = {0, 7}}), "MinMaxNorm"},
      {UnitNorm({.axis = 7}), "UnitNorm"}};
  const std::string rule = ": axis must lie in [-2, 2) for rank 2. Received: axis=7, shape=(2, 2).";
  for (const auto& one : all) {
    const ConstraintSpec& constraint = one.first;
    EXPECT_THAT(
        [&] {
          constraint->check_weight({2, 2}, "dense: kernel");
        },
        Raises<ShapeError>("dense: kernel" + rule));
    EXPECT_THAT([&] { constraint(kWeight); }, Raises<ShapeError>(one.second + rule));
  }
  EXPECT_THAT(
      [] {
        UnitNorm({.axis = {0, -2}}).check_weight({2, 2}, "dense: kernel");
      },
      Raises<ShapeError>("dense: kernel: an axis must not be named twice. Received: "
                         "axes=[0, -2], shape=(2, 2)."));
}

TEST(Constraint, ThatCannotProjectAWeightIsRefusedWhenItsLayerIsBuilt) {
  layers::Dense layer(
      {.units = 2, .kernel_constraint = constraints::MaxNorm({.axis = 7}), .name = "head"});
  EXPECT_THAT(
      [&] {
        layer.build({1, 3});
      },
      Raises<ShapeError>("head: kernel: axis must lie in [-2, 2) for rank 2. Received: axis=7, "
                         "shape=(3, 2)."));
  EXPECT_FALSE(layer.built());
}

TEST(Constraint, RefusesBoundsOutOfRange) {
  using namespace constraints;
  EXPECT_THAT([] { MaxNorm({.max_value = -1.0f}); },
              Raises("MaxNorm: max_value must be finite and >= 0. Received: max_value=-1."));
  EXPECT_THAT([] { MinMaxNorm({.min_value = 2.0f}); },
              Raises("MinMaxNorm: min_value and max_value must be finite, and 0 <= min_value <= "
                     "max_value. Received: min_value=2, max_value=1."));
  EXPECT_THAT([] { MinMaxNorm({.rate = 1.5f}); },
              Raises("MinMaxNorm: rate must lie in [0, 1]. Received: rate=1.5."));
}

}  // namespace
}  // namespace strata
