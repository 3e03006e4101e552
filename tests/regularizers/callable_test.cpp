// Any callable from a tensor to a scalar is a regularizer, and its gradient comes by itself.
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "strata/autodiff/gradient_tape.hpp"
#include "strata/config.hpp"
#include "strata/layers/dense.hpp"
#include "strata/ops/ops.hpp"
#include "support/gradient_gap.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace {

Tensor l1_reg(const Tensor& weights) { return 0.01f * ops::sum(ops::abs(weights)); }

struct SumOfRowNorms {
  float factor;
  Tensor operator()(const Tensor& x) const {
    return factor * ops::sum(ops::sqrt(ops::sum(ops::square(x), -1)));
  }
};

layers::DenseOptions ones_with(RegularizerSpec regularizer) {
  return {.units = 5,
          .kernel_initializer = "ones",
          .kernel_regularizer = std::move(regularizer),
          .name = "dense"};
}

TEST(CallableRegularizer, ComesInEveryKind) {
  const float factor = 0.5f;
  const std::function<Tensor(const Tensor&)> held = l1_reg;
  const Tensor x = ops::ones({5, 5});
  EXPECT_FLOAT_EQ(RegularizerSpec(l1_reg)(x).item(), 0.25f);
  EXPECT_FLOAT_EQ(RegularizerSpec(&l1_reg)(x).item(), 0.25f);
  EXPECT_FLOAT_EQ(RegularizerSpec(held)(x).item(), 0.25f);
  EXPECT_FLOAT_EQ(RegularizerSpec(SumOfRowNorms{1.0f})(x).item(), 5.0f * std::sqrt(5.0f));
  EXPECT_FLOAT_EQ(RegularizerSpec([=](const Tensor& w) { return factor * ops::sum(w); })(x).item(),
                  12.5f);
  EXPECT_FLOAT_EQ(RegularizerSpec([](Tensor w) { return ops::sum(w); })(x).item(), 25.0f);
}

TEST(CallableRegularizer, CountsInALayersLosses) {
  layers::Dense layer(ones_with(l1_reg));
  layer(ops::ones({5, 5}));
  ASSERT_EQ(layer.losses().size(), 1U);
  EXPECT_FLOAT_EQ(layer.losses()[0].item(), 0.25f);
}

TEST(CallableRegularizer, GradientIsThatOfItsOps) {
  layers::Dense layer(ones_with(l1_reg));
  GradientTape tape;
  layer(ops::ones({5, 5}));
  const Tensor gradient = tape.gradient(layer.losses().at(0), layer.kernel());
  EXPECT_THAT(gradient, IsClose(ops::full({5, 5}, 0.01f)));
}

TEST(CallableRegularizer, GradientsMatchCentralDifferencesInAThousandCases) {
  const std::function<Tensor(const Tensor&)> rules[] = {
      l1_reg, SumOfRowNorms{0.3f}, [](const Tensor& w) { return ops::mean(w * w * w); },
      [](const Tensor& w) { return ops::logsumexp(w); },
      [](const Tensor& w) { return 0.1f * ops::sum(ops::log1p(ops::square(w))); }};
  std::mt19937 random(7);
  for (int i = 0; i < 1000; ++i) {
    std::vector<float> values(6);
    for (float& value : values) {  // off the kink at 0
      value =
          (0.1f + static_cast<float>(random() % 1000) / 1000.0f) * (random() % 2 ? 1.0f : -1.0f);
    }
    EXPECT_LT(gradient_gap(rules[i % 5], Tensor({2, 3}, values)), 1e-2) << "case " << i;
  }
}

TEST(CallableRegularizer, ThatIsNoScalarIsRefusedByName) {
  layers::Dense layer(ones_with([](const Tensor& w) { return ops::abs(w); }));
  layer.build({1, 5});
  EXPECT_THAT([&] { layer.losses(); },
              Raises<ShapeError>("dense: kernel: a regularizer must return a scalar. Received: "
                                 "shape=(5, 5) from a callable."));
}

TEST(CallableRegularizer, ThatReturnsNothingIsRefusedByName) {
  layers::Dense layer(ones_with([](const Tensor&) { return Tensor(); }));
  layer.build({1, 5});
  EXPECT_THAT([&] { layer.losses(); },
              Raises<ShapeError>("dense: kernel: a regularizer must return a scalar. Received: "
                                 "shape=undefined from a callable."));
}

TEST(CallableRegularizer, OfAnActivityThatIsNoScalarIsRefusedByName) {
  layers::Dense layer(
      {.units = 2, .activity_regularizer = [](const Tensor& y) { return y; }, .name = "head"});
  EXPECT_THAT(
      [&] {
        layer(ops::ones({3, 4}));
      },
      Raises<ShapeError>(
          "head: activity: a regularizer must return a scalar. Received: shape=(3, 2) "
          "from a callable."));
}

TEST(CallableRegularizer, CannotBeWrittenDownUntilRegistered) {
  EXPECT_THAT([] { regularizers::serialize(l1_reg); },
              Raises<InvalidArgument>(
                  "Regularizer: a callable can be written into a config only when registered: use "
                  "what register_serializable({.package = …, .name = …}, callable) returns. "
                  "Received: a nameless callable."));
}

}  // namespace
}  // namespace strata::testing
