// Scheduled: the value and the proximal form of a step, its config, and what it refuses.
#include "strata/optimizers/scheduled.hpp"

#include <gtest/gtest.h>

#include "strata/autodiff/gradient_tape.hpp"
#include "strata/config.hpp"
#include "strata/ops/ops.hpp"
#include "strata/optimizers/exponential_decay.hpp"
#include "strata/optimizers/sgd.hpp"
#include "strata/regularizers/l1.hpp"
#include "strata/regularizers/l2.hpp"
#include "strata/regularizers/proximal.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace scheduled_test {
namespace {

using optimizers::SGD;
using optimizers::schedules::ExponentialDecay;
using namespace regularizers;

ExponentialDecay halving() {
  return ExponentialDecay({.initial_learning_rate = 1, .decay_steps = 1, .decay_rate = 0.5f});
}

TEST(Scheduled, MultipliesTheRuleByTheSchedulesValue) {
  const Variable w("w", Tensor({2}, {1, -2}));
  const Scheduled rule(L1(0.5f), halving());
  for (const std::int64_t step : {0, 2}) {
    const AtStep at(step);
    GradientTape tape;
    const Tensor penalty = rule(w);
    EXPECT_EQ(penalty.item(), step == 0 ? 1.5f : 0.375f);
    const float slope = step == 0 ? 0.5f : 0.125f;
    EXPECT_THAT(tape.gradient(penalty, w), IsClose(Tensor({2}, {slope, -slope})));
  }
}

TEST(Scheduled, CountsTheInnermostStepOfThisThread) {
  const AtStep outer(3);
  {
    const AtStep inner(5);
    EXPECT_EQ(AtStep::now(), 5);
  }
  EXPECT_EQ(AtStep::now(), 3);
}

TEST(Scheduled, IsRefusedWhereTheStepIsUnknown) {
  const Scheduled rule(L1(0.5f), halving());
  EXPECT_THAT(
      [&] { rule(Tensor(1.0f)); },
      Raises<StateError>("Scheduled: the step must be known: a compiled model tells it in its "
                         "runs and losses(); a loop of one's own makes a "
                         "regularizers::AtStep(optimizer.calls()) first. Received: a call "
                         "outside of both."));
}

TEST(Scheduled, IsOverAtAFactorOfZeroAndLetsNoNaNThrough) {
  const AtStep at(0);
  const Scheduled rule(L1(0.5f), [](std::int64_t) { return 0.0f; });
  EXPECT_EQ(rule(Tensor(std::numeric_limits<float>::quiet_NaN())).item(), 0.0f);
}

TEST(Scheduled, RefusesWhatIsNoFactor) {
  EXPECT_THAT([] { Scheduled(nullptr, halving()); },
              Raises("Scheduled: a rule is needed. Received: nullptr."));
  EXPECT_THAT(
      [] { Scheduled(L1(), 0.5f); },
      Raises("Scheduled: a schedule is needed; a number belongs into the rule. Received: 0.5."));
  EXPECT_THAT([] { Scheduled(Proximal(L1()), halving()); },
              Raises("Scheduled: a Proximal goes outside: Proximal(Scheduled(rule, schedule)). "
                     "Received: Proximal inside."));
  const AtStep at(7);
  const Scheduled negative(L1(), [](std::int64_t) { return -1.0f; });
  EXPECT_THAT(
      [&] { negative(Tensor(1.0f)); },
      RaisesWith("a schedule must return a factor that is finite and >= 0. Received: -1 from "));
}

TEST(Scheduled, ComesBackFromItsConfig) {
  const Config config = serialize(Proximal(Scheduled(L1(0.5f), halving())));
  EXPECT_EQ(config["config"]["rule"]["registered_name"], "strata>Scheduled");
  EXPECT_EQ(config["config"]["rule"]["config"]["schedule"]["class_name"], "ExponentialDecay");
  EXPECT_EQ(serialize(deserialize(config)), config);
}

TEST(Scheduled, ScalesProximalStepsByTheCallsThatTheOptimizerCounts) {
  const Variable weight("kernel", Tensor(2.0f));
  weight.set_regularizer(std::make_shared<Proximal>(Scheduled(L1(1.0f), halving())));
  SGD optimizer({.learning_rate = 0.5f});
  optimizer.apply({Tensor(0.0f)}, {weight});
  EXPECT_EQ(weight.value().item(), 1.5f);
  optimizer.apply({Tensor(0.0f)}, {weight});
  EXPECT_EQ(weight.value().item(), 1.25f);
  optimizer.set_calls(0);
  optimizer.apply({Tensor(0.0f)}, {weight});
  EXPECT_EQ(weight.value().item(), 0.75f);
}

TEST(Scheduled, ThatRaisesLeavesTheWeightsAsTheyWere) {
  const Variable first("first", Tensor(2.0f));
  const Variable weight("kernel", Tensor(2.0f));
  weight.set_regularizer(std::make_shared<Proximal>(
      Scheduled(L2(1.0f), [](std::int64_t step) { return step == 0 ? 1.0f : -1.0f; })));
  SGD optimizer({.learning_rate = 0.5f});
  optimizer.apply({Tensor(0.0f), Tensor(0.0f)}, {first, weight});
  EXPECT_EQ(weight.value().item(), 1.0f);
  EXPECT_THROW(optimizer.apply({Tensor(1.0f), Tensor(1.0f)}, {first, weight}), InvalidArgument);
  EXPECT_EQ(first.value().item(), 2.0f);
  EXPECT_EQ(weight.value().item(), 1.0f);
  EXPECT_EQ(optimizer.calls(), 1);
}

}  // namespace
}  // namespace scheduled_test
}  // namespace strata::testing
