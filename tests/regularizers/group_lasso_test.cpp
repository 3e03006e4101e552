// GroupLasso: what the groups are, value, gradient, zero groups, refusals.
#include "strata/regularizers/group_lasso.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "regularizers/weight_layout.hpp"
#include "strata/autodiff/gradient_tape.hpp"
#include "strata/layers/convolution.hpp"
#include "strata/layers/dense.hpp"
#include "strata/layers/lstm.hpp"
#include "strata/layers/transposed_convolution.hpp"
#include "strata/ops/ops.hpp"
#include "strata/tensor/random.hpp"
#include "support/gradient_gap.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace group_lasso_test {

using regularizers::GroupLasso;

const Tensor kKernel({2, 3}, {3, 0, 0, 0, 4, 3});

GroupLasso by(WeightGroups groups) { return GroupLasso({.factor = 1.0f, .groups = groups}); }

Tensor gradient_of(const Regularizer& penalty, const Tensor& x, const WeightAxes& axes) {
  GradientTape tape;
  const Tensor watched = tape.watch(x);
  return tape.gradient(penalty.penalty(watched, axes), watched);
}

TEST(GroupLasso, SumsTheNormsOfRowsColumnsOrElements) {
  EXPECT_FLOAT_EQ(by("inputs")(kKernel).item(), std::sqrt(3.0f) * (3 + 5));
  EXPECT_FLOAT_EQ(by("outputs")(kKernel).item(), std::sqrt(2.0f) * (3 + 4 + 3));
  EXPECT_FLOAT_EQ(by("filters")(kKernel).item(), 3 + 4 + 3);
  EXPECT_FLOAT_EQ(by(0)(kKernel).item(), by("inputs")(kKernel).item());
  EXPECT_FLOAT_EQ(by(-1)(kKernel).item(), by("outputs")(kKernel).item());
}

TEST(GroupLasso, HasAFactorOfOneHundredthOfInputsByDefault) {
  EXPECT_EQ(GroupLasso().factor(), 0.01f);
  EXPECT_EQ(GroupLasso().groups(), WeightGroups("inputs"));
  EXPECT_EQ(GroupLasso(0.5f).factor(), 0.5f);
}

// A transposed convolution's kernel is (k, k, out, in).
TEST(GroupLasso, GoesByTheAxesThatTheLayerSays) {
  const Tensor x = random::normal({2, 2, 3, 4}, 0.0f, 1.0f);
  const WeightAxes turned{.input = 3, .output = 2};
  EXPECT_FLOAT_EQ(by("inputs").penalty(x, turned).item(), by(3)(x).item());
  EXPECT_FLOAT_EQ(by("outputs").penalty(x, turned).item(), by(2)(x).item());
  layers::Conv2DTranspose layer(
      {.filters = 3, .kernel_size = 2, .kernel_regularizer = by("outputs")});
  layer.build({1, 5, 5, 4});
  layer.kernel().assign(x);
  EXPECT_FLOAT_EQ(layer.losses().at(0).item(), by(2)(x).item());
}

// The columns of a unit are `units` apart, one for each gate.
TEST(GroupLasso, CountsAllGatesOfAUnitAsOneGroup) {
  layers::LSTM layer({.units = 2, .kernel_regularizer = by("outputs")});
  layer.build({1, 3, 1});
  std::vector<float> values(8, 0.0f);
  values[1] = 3.0f;  // unit 1
  values[7] = 4.0f;  // unit 1 in the last gate
  for (const Variable& weight : layer.weights()) {
    if (weight.name() == "kernel") weight.assign(Tensor({1, 8}, values));
  }
  EXPECT_FLOAT_EQ(layer.losses().at(0).item(), 2.0f * 5.0f);
}

TEST(GroupLasso, FiltersOfARecurrentKernelHoldTheGatesOfAPair) {
  const Tensor x = random::normal({3, 8}, 0.0f, 1.0f);
  const WeightAxes axes{.input = 0, .output = 1, .gates = 4};
  const Tensor apart = ops::reshape(x, {3, 4, 2});
  const Tensor norms = ops::sqrt(ops::sum(ops::square(apart), 1));
  EXPECT_THAT(by("filters").penalty(x, axes), IsClose(2.0f * ops::sum(norms)));
}

// Kept and summed axes in every order that a weight may have them in.
TEST(GroupLasso, GradientMatchesCentralDifferencesForAnyPlacesOfTheAxes) {
  const Tensor x = random::Generator(3).normal({2, 3, 2, 3, 2}, 0.0f, 1.0f);
  for (int input = 0; input < 5; ++input) {
    EXPECT_LT(gradient_gap([&](const Tensor& w) { return by(input)(w); }, x), 2e-3) << input;
    for (int output = 0; output < 5; ++output) {
      if (input == output) continue;
      const WeightAxes axes{.input = input, .output = output};
      for (const char* groups : {"inputs", "outputs", "filters"}) {
        const auto penalty = [&](const Tensor& w) { return by(groups).penalty(w, axes); };
        EXPECT_LT(gradient_gap(penalty, x), 5e-3) << groups << ": " << input << ", " << output;
      }
    }
  }
}

TEST(GroupLasso, IsTheSumOverWholeTensorsOfManyParts) {
  const Tensor x = random::Generator(4).normal({700, 300}, 0.0f, 1.0f);
  const Tensor rows = ops::sum(ops::sqrt(ops::sum(ops::square(x), 1)));
  const Tensor columns = ops::sum(ops::sqrt(ops::sum(ops::square(x), 0)));
  EXPECT_THAT(by("inputs")(x), IsClose(rows * std::sqrt(300.0f)));
  EXPECT_THAT(by("outputs")(x), IsClose(columns * std::sqrt(700.0f)));
}

TEST(GroupLasso, HasNoGradientWhereAGroupIsZero) {
  const Tensor x({2, 2}, {0, 0, 3, 4});
  EXPECT_THAT(gradient_of(by("inputs"), x, {.input = 0, .output = 1}),
              IsClose(Tensor({2, 2}, {0, 0, 0.6f, 0.8f}) * std::sqrt(2.0f)));
}

TEST(GroupLasso, OfTinyGroupsHasAGradientOfItsLength) {
  const Tensor x({1, 2}, {3e-30f, 4e-30f});
  EXPECT_THAT(gradient_of(by("inputs"), x, {.input = 0, .output = 1}),
              IsClose(Tensor({1, 2}, {0.6f, 0.8f}) * std::sqrt(2.0f)));
}

TEST(GroupLasso, AZeroFactorLetsNoNaNThrough) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(GroupLasso(0.0f)(Tensor({2, 2}, {nan, 1, 1, 1})).item(), 0.0f);
  EXPECT_TRUE(std::isnan(by("inputs")(Tensor({2, 2}, {nan, 1, 1, 1})).item()));
}

TEST(GroupLasso, OfNothingIsZero) { EXPECT_EQ(by("inputs")(ops::zeros({0, 3})).item(), 0.0f); }

TEST(GroupLasso, OnABiasTakesTheNumberOfAnAxisAlone) {
  layers::Dense named({.units = 3, .bias_regularizer = "group_lasso", .name = "head"});
  EXPECT_THAT(([&] {
                named.build({1, 2});
              }),
              Raises<InvalidArgument>(
                  "head: bias: GroupLasso takes groups by name of weights alone whose layer says "
                  "which axes its inputs and outputs run along; of others, by the number of an "
                  "axis. Received: groups=inputs, shape=(3,)."));
  EXPECT_FALSE(named.built());
  layers::Dense numbered({.units = 3, .bias_initializer = "ones", .bias_regularizer = by(0)});
  numbered.build({1, 2});
  EXPECT_EQ(numbered.losses().at(0).item(), 3.0f);
}

TEST(GroupLasso, OnAnOutputTakesTheNumberOfAnAxisAlone) {
  layers::Dense named({.units = 3, .activity_regularizer = by("outputs"), .name = "head"});
  EXPECT_THROW(named(ops::ones({2, 2})), InvalidArgument);
  layers::Dense numbered(
      {.units = 3, .kernel_initializer = "ones", .activity_regularizer = by(-1)});
  numbered(ops::ones({4, 1}));
  EXPECT_EQ(numbered.losses().at(0).item(), 3.0f * 2.0f * 2.0f / 4.0f);
}

TEST(GroupLasso, RefusesAnAxisThatIsNotThere) {
  layers::Dense layer({.units = 3, .kernel_regularizer = by(2), .name = "head"});
  EXPECT_THAT(([&] {
                layer.build({1, 2});
              }),
              Raises<ShapeError>("head: kernel: the groups of GroupLasso must be those of an axis "
                                 "of the tensor. Received: groups=2, shape=(2, 3)."));
}

TEST(GroupLasso, RefusesABadFactorOrName) {
  EXPECT_THAT(
      [] { GroupLasso(-1.0f); },
      Raises<InvalidArgument>("GroupLasso: factor must be finite and >= 0. Received: factor=-1."));
  EXPECT_THAT([] { by("rows"); },
              Raises<InvalidArgument>(
                  "GroupLasso: groups must be \"inputs\", \"outputs\", \"filters\" or the number "
                  "of an axis. Received: groups=rows."));
}

}  // namespace group_lasso_test
}  // namespace strata::testing
