// Penalties that count in every n-th update alone: what a step sees, what is reported, what files hold.
#include <gtest/gtest.h>

#include "strata/autodiff/gradient_tape.hpp"
#include "strata/config.hpp"
#include "strata/layers/dense.hpp"
#include "strata/layers/input.hpp"
#include "strata/models/gradient_check.hpp"
#include "strata/models/sequential.hpp"
#include "strata/ops/ops.hpp"
#include "strata/optimizers/sgd.hpp"
#include "strata/regularizers/at_step.hpp"
#include "strata/regularizers/nuclear_norm.hpp"
#include "strata/regularizers/proximal.hpp"
#include "strata/regularizers/soft_orthogonal.hpp"
#include "strata/regularizers/spectral_norm.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace every_test {
namespace {

using optimizers::SGD;
using regularizers::AtStep;
using regularizers::NuclearNorm;
using regularizers::Proximal;
using regularizers::SoftOrthogonal;
using regularizers::SpectralNorm;

// One rule that counts in every third update, and the same in every one.
struct Pair {
  RegularizerSpec thinned;
  RegularizerSpec whole;
};

std::vector<Pair> pairs() {
  return {{SpectralNorm({.factor = 0.5f, .every = 3}), SpectralNorm(0.5f)},
          {NuclearNorm({.factor = 0.5f, .every = 3}), NuclearNorm(0.5f)},
          {SoftOrthogonal({.factor = 0.5f, .every = 3}), SoftOrthogonal(0.5f)}};
}

const Tensor kWeight({3, 2}, {0.9f, -0.4f, 0.3f, 0.8f, -0.7f, 0.5f});

Tensor gradient_of(const RegularizerSpec& rule) {
  GradientTape tape;
  const Tensor x = tape.watch(kWeight);
  return tape.gradient(rule(x), x);
}

TEST(Every, CountsInEveryNthUpdateSoManyTimes) {
  for (const auto& [thinned, whole] : pairs()) {
    const Tensor value = whole(kWeight);
    const Tensor gradient = gradient_of(whole);
    for (int step = 0; step < 7; ++step) {
      const AtStep at_step(step);
      const float times = step % 3 == 0 ? 3.0f : 0.0f;
      EXPECT_THAT(thinned(kWeight), IsClose(times * value)) << step;
      EXPECT_THAT(gradient_of(thinned), IsClose(times * gradient)) << step;
    }
  }
}

TEST(Every, CountsOnceWhereNothingIsUpdated) {
  for (const auto& [thinned, whole] : pairs()) {
    EXPECT_THAT(thinned(kWeight), IsClose(whole(kWeight)));
    const AtStep at_step(1, AtStep::Purpose::report);
    EXPECT_THAT(thinned(kWeight), IsClose(whole(kWeight)));
    EXPECT_THAT(gradient_of(thinned), IsClose(gradient_of(whole)));
  }
}

Sequential model_under(const RegularizerSpec& rule) {
  Sequential model(
      {layers::Input({3}),
       layers::Dense(
           {.units = 2, .use_bias = false, .kernel_regularizer = rule, .name = "dense"})});
  model.compile({.optimizer = SGD(0.125f)});
  model.set_weights({kWeight});
  return model;
}

// Without a loss, so that nothing else moves the weights.
TEST(Every, MovesWeightsInThoseStepsAlone) {
  for (const auto& [thinned, whole] : pairs()) {
    Sequential model = model_under(thinned);
    const Tensor x = ops::zeros({4, 3});
    const auto step = [&] {
      model.train_on_batch(x, {});
      return model.get_weights()[0];
    };
    const Tensor moved = step();
    EXPECT_THAT(moved, IsClose(kWeight - 0.375f * gradient_of(whole)));
    EXPECT_THAT(step(), IsClose(moved, 0.0));
    EXPECT_THAT(step(), IsClose(moved, 0.0));
    EXPECT_GT(ops::max(ops::abs(step() - moved)).item(), 1e-3f);
    EXPECT_EQ(model.optimizer().calls(), 4);
  }
}

TEST(Every, IsReportedAsItCountedAndEvaluatedWhole) {
  const RegularizerSpec whole = SpectralNorm(0.5f);
  Sequential model = model_under(SpectralNorm({.factor = 0.5f, .every = 2}));
  const Tensor x = ops::zeros({4, 3});
  const auto value = [&] { return whole(model.get_weights()[0]).item(); };
  const float before = value();
  EXPECT_EQ(model.train_on_batch(x, {}).at("reg_loss"), double{2.0f * before});
  EXPECT_EQ(model.train_on_batch(x, {}).at("reg_loss"), 0.0);
  EXPECT_EQ(model.evaluate(x, {}, {.verbose = 0}).at("reg_loss"), double{value()});
  EXPECT_FLOAT_EQ(model.losses()[0].item(), value());
  EXPECT_FLOAT_EQ(model.penalties()[0].value.item(), value());
  EXPECT_LT(gradient_check(model, x, {}).worst().gap, 1e-2);
}

TEST(Every, IsAtLeastOne) {
  EXPECT_THAT([] { SpectralNorm({.every = 0}); },
              Raises("SpectralNorm: every must be at least 1. Received: every=0."));
  EXPECT_THAT([] { NuclearNorm({.every = -2}); },
              Raises("NuclearNorm: every must be at least 1. Received: every=-2."));
  EXPECT_THAT([] { SoftOrthogonal({.every = 0}); },
              Raises("SoftOrthogonal: every must be at least 1. Received: every=0."));
}

// Between two proximal steps the weight would leave the place where it comes to rest.
TEST(Every, HasNoProximalStep) {
  EXPECT_THAT(
      [] { Proximal(NuclearNorm({.every = 2})); },
      RaisesWith<InvalidArgument>("Received: NuclearNorm, which has no proximal operator."));
}

}  // namespace
}  // namespace every_test
}  // namespace strata::testing
