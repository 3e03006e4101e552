// Functions with known minima, and what a penalty does to a step.
#include <gtest/gtest.h>

#include "strata/autodiff/gradient_tape.hpp"
#include "strata/ops/ops.hpp"
#include "strata/optimizers/adam.hpp"
#include "strata/optimizers/adam_w.hpp"
#include "strata/optimizers/rmsprop.hpp"
#include "strata/optimizers/sgd.hpp"
#include "strata/regularizers/l1.hpp"
#include "strata/regularizers/l1l2.hpp"
#include "strata/regularizers/l2.hpp"
#include "strata/regularizers/orthogonal.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace convergence_test {
namespace {

using namespace optimizers;
using Function = Tensor (*)(const Tensor&);

Tensor sphere(const Tensor& x) { return ops::sum(ops::square(x)); }

// (1 - a)^2 + 100 (b - a^2)^2: a bent valley, with its minimum at (1, 1).
Tensor rosenbrock(const Tensor& x) {
  const Tensor a = ops::slice(x, {0}, {1});
  const Tensor b = ops::slice(x, {1}, {1});
  return ops::sum(ops::square(1.0f - a) + 100.0f * ops::square(b - ops::square(a)));
}

Tensor minimize(Function function, const Tensor& start, const OptimizerSpec& optimizer, int steps) {
  const Variable x("x", start);
  for (int i = 0; i < steps; ++i) {
    GradientTape tape;
    const Tensor value = function(x);
    optimizer->apply({tape.gradient(value, x)}, {x});
  }
  return x;
}

const Tensor kFar({3}, {3.0f, -2.0f, 0.5f});
const Tensor kOrigin({3}, {0.0f, 0.0f, 0.0f});
const Tensor kHill({2}, {-1.2f, 1.0f});
const Tensor kValleysEnd({2}, {1.0f, 1.0f});

TEST(Convergence, FindsTheMiddleOfTheSphere) {
  const OptimizerSpec all[] = {SGD({.learning_rate = 0.1f}),
                               SGD({.learning_rate = 0.05f, .momentum = 0.5f}),
                               SGD({.learning_rate = 0.05f, .momentum = 0.5f, .nesterov = true}),
                               Adam({.learning_rate = 0.05f}),
                               Adam({.learning_rate = 0.05f, .amsgrad = true}),
                               AdamW({.learning_rate = 0.05f})};
  for (const OptimizerSpec& optimizer : all) {
    EXPECT_LT(sphere(minimize(sphere, kFar, optimizer, 500)).item(), 1e-4f) << optimizer->name();
  }
}

TEST(Convergence, RMSpropHoversOverTheMiddleWithinItsRate) {
  const Tensor end = minimize(sphere, kFar, RMSprop({.learning_rate = 0.01f}), 1000);
  for (const float value : end.values()) EXPECT_LT(std::abs(value), 0.02f);
}

TEST(Convergence, FindsTheMinimumOfRosenbrock) {
  EXPECT_THAT(minimize(rosenbrock, kHill, Adam({.learning_rate = 0.02f}), 4000),
              IsClose(kValleysEnd, 1e-2));
  EXPECT_THAT(minimize(rosenbrock, kHill,
                       SGD({.learning_rate = 2e-4f, .momentum = 0.95f, .nesterov = true}), 10'000),
              IsClose(kValleysEnd, 1e-2));
  EXPECT_THAT(minimize(rosenbrock, kHill, RMSprop({.learning_rate = 5e-4f}), 12'000),
              IsClose(kValleysEnd, 5e-2));
}

TEST(Convergence, ClippingTamesAStepThatWouldFlyApart) {
  const OptimizerSpec tamed = SGD({.learning_rate = 0.01f, .clipnorm = 1.0f});
  EXPECT_LT(rosenbrock(minimize(rosenbrock, kHill, tamed, 2000)).item(), 1.0f);
  const Tensor wild = minimize(rosenbrock, kHill, SGD({.learning_rate = 0.01f}), 50);
  EXPECT_FALSE(std::isfinite(wild.values()[0]));
}

TEST(Penalty, ChangesAStepByTheRateTimesItsGradient) {
  const float rate = 0.1f;
  const Tensor start({3, 2}, {0.9f, -0.4f, 0.3f, 0.8f, -0.7f, 0.5f});
  const auto step = [&](const RegularizerSpec& penalty, bool data) {
    const Variable w("w", start);
    GradientTape tape;
    Tensor loss = data ? sphere(w.value() - 0.25f) : Tensor(0.0f);
    if (penalty) loss = loss + penalty(w);
    SGD({.learning_rate = rate}).apply({tape.gradient(loss, w)}, {w});
    return w.value();
  };
  const RegularizerSpec all[] = {regularizers::L1(0.3f), regularizers::L2(0.5f),
                                 regularizers::L1L2({.l1 = 0.3f, .l2 = 0.5f}),
                                 regularizers::OrthogonalRegularizer({.factor = 2.0f})};
  for (const RegularizerSpec& penalty : all) {
    const Tensor alone = step(penalty, false) - start;  // -rate * dR
    const Tensor difference = step(penalty, true) - step(nullptr, true);
    EXPECT_THAT(difference, IsClose(alone, 1e-4));
    EXPECT_GT(ops::max(ops::abs(alone)).item(), 1e-3f);
  }
}

// The numbers that `OptimizerOptions::weight_decay` and `L2` tell of.
TEST(WeightDecay, IsAnL2OfHalfTheFactorToSgdAlone) {
  const auto after_a_step = [](const OptimizerSpec& optimizer, float l2) {
    const Variable w("w", Tensor(2.0f));
    GradientTape tape;
    Tensor loss = 0.5f * w.value();
    if (l2 > 0.0f) loss = loss + regularizers::L2(l2)(w);
    optimizer->apply({tape.gradient(loss, w)}, {w});
    return w.value().item();
  };
  EXPECT_NEAR(after_a_step(SGD({.learning_rate = 0.1f, .weight_decay = 0.01f}), 0.0f), 1.948f,
              1e-6f);
  EXPECT_NEAR(after_a_step(SGD(0.1f), 0.005f), 1.948f, 1e-6f);
  EXPECT_NEAR(after_a_step(Adam({.learning_rate = 0.1f, .weight_decay = 0.01f}), 0.0f), 1.898f,
              1e-6f);
  EXPECT_NEAR(after_a_step(Adam(0.1f), 0.005f), 1.9f, 1e-6f);
  EXPECT_NEAR(regularizers::L2(0.005f)(Tensor(2.0f)).item(), 0.02f, 1e-8f);
}

}  // namespace
}  // namespace convergence_test
}  // namespace strata::testing
