// What all optimizers share: undefined gradients, accumulation, clipping, decay, averages,
// constraints, state, identity.
#include "strata/optimizers/optimizer.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/parallel.hpp"
#include "core/registry.hpp"
#include "core/subnormals.hpp"
#include "strata/autodiff/gradient_tape.hpp"
#include "strata/config.hpp"
#include "strata/constraints/constraint.hpp"
#include "strata/core/threads.hpp"
#include "strata/ops/ops.hpp"
#include "strata/optimizers/adam.hpp"
#include "strata/optimizers/adam_w.hpp"
#include "strata/optimizers/rmsprop.hpp"
#include "strata/optimizers/sgd.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace optimizer_test {

using namespace optimizers;

const float kInf = std::numeric_limits<float>::infinity();
const float kNaN = std::numeric_limits<float>::quiet_NaN();

Variable scalar(const char* name, float value) { return {name, Tensor(value)}; }

std::vector<std::string> names_of(const Optimizer& optimizer) {
  std::vector<std::string> names;
  for (const Variable& variable : optimizer.variables()) names.push_back(variable.name());
  return names;
}

// ---- gradients

TEST(Optimizer, SkipsVariablesWithoutAGradient) {
  const Variable a = scalar("a", 1.0f);
  const Variable b = scalar("b", 2.0f);
  SGD optimizer({.learning_rate = 0.5f, .momentum = 0.9f, .weight_decay = 0.1f});
  optimizer.apply({Tensor(1.0f), Tensor()}, {a, b});
  EXPECT_FLOAT_EQ(a.value().item(), 0.45f);
  EXPECT_EQ(b.value().item(), 2.0f);
}

TEST(Optimizer, LeavesNoSubnormalNumbers) {
  if (!kCanFlushSubnormals) GTEST_SKIP() << "this CPU's mode is not known";
  const Variable w("w", Tensor({2}, {2e-38f, 4e-38f}));
  SGD optimizer({.learning_rate = 1.0f});
  optimizer.apply({ops::full({2}, 1.5e-38f)}, {w});
  EXPECT_EQ(w.value().values()[0], 0.0f);
  EXPECT_FLOAT_EQ(w.value().values()[1], 2.5e-38f);
}

TEST(Optimizer, NeverWritesToAGradient) {
  const Tensor gradient({2}, {3.0f, -4.0f});
  const OptimizerSpec all[] = {SGD({.momentum = 0.9f, .clipnorm = 1.0f, .loss_scale_factor = 2.0f}),
                               Adam({.clipvalue = 0.5f, .gradient_accumulation_steps = 2}),
                               RMSprop({.centered = true})};
  for (const OptimizerSpec& optimizer : all) {
    const Variable w("w", Tensor({2}, {1, 2}));
    for (int i = 0; i < 3; ++i) optimizer->apply({gradient}, {w});
    EXPECT_EQ(gradient.values()[0], 3.0f);
    EXPECT_EQ(gradient.values()[1], -4.0f);
  }
}

TEST(Optimizer, TensorsTakenBeforeAStepKeepTheirValues) {
  const Variable w("w", Tensor({2}, {1, 2}));
  const Tensor before = w;
  SGD({.learning_rate = 1.0f}).apply({Tensor({2}, {1, 1})}, {w});
  EXPECT_THAT(before, IsClose(Tensor({2}, {1, 2})));
  EXPECT_THAT(w.value(), IsClose(Tensor({2}, {0, 1})));
}

TEST(Optimizer, DividesGradientsByTheLossScale) {
  const Variable w = scalar("w", 1.0f);
  SGD({.learning_rate = 1.0f, .loss_scale_factor = 4.0f}).apply({Tensor(2.0f)}, {w});
  EXPECT_EQ(w.value().item(), 0.5f);
}

TEST(Optimizer, ScalesALoss) {
  EXPECT_EQ(SGD({.loss_scale_factor = 4.0f}).scale_loss(2.0f).item(), 8.0f);
  EXPECT_EQ(SGD().scale_loss(2.0f).item(), 2.0f);
}

TEST(Optimizer, ClipsWhatTheLossScaleLeaves) {
  const Variable w = scalar("w", 0.0f);
  SGD({.learning_rate = 1.0f, .clipvalue = 1.0f, .loss_scale_factor = 4.0f})
      .apply({Tensor(2.0f)}, {w});
  EXPECT_EQ(w.value().item(), -0.5f);
}

TEST(Optimizer, ClipsTheGlobalNormOverAllGradients) {
  const Variable a = scalar("a", 0.0f);
  const Variable b = scalar("b", 0.0f);
  SGD({.learning_rate = 1.0f, .global_clipnorm = 1.0f}).apply({Tensor(3.0f), Tensor(4.0f)}, {a, b});
  EXPECT_FLOAT_EQ(a.value().item(), -0.6f);
  EXPECT_FLOAT_EQ(b.value().item(), -0.8f);
}

TEST(Optimizer, ClippingAtZeroOrBelowIsOff) {
  for (const float off : {0.0f, -1.0f}) {
    const Variable w = scalar("w", 0.0f);
    SGD({.learning_rate = 1.0f, .clipnorm = off}).apply({Tensor(3.0f)}, {w});
    SGD({.learning_rate = 1.0f, .clipvalue = off}).apply({Tensor(3.0f)}, {w});
    SGD({.learning_rate = 1.0f, .global_clipnorm = off}).apply({Tensor(3.0f)}, {w});
    EXPECT_EQ(w.value().item(), -9.0f);
  }
}

TEST(Optimizer, ClippingHidesNoNaN) {
  const SGDOptions all[] = {{.clipnorm = 1.0f}, {.clipvalue = 1.0f}, {.global_clipnorm = 1.0f}};
  for (const SGDOptions& options : all) {
    const Variable w("w", Tensor({2}, {1, 2}));
    SGD(options).apply({Tensor({2}, {kNaN, 1.0f})}, {w});
    EXPECT_TRUE(std::isnan(w.value().values()[0]));
  }
  const Variable w = scalar("w", 1.0f);
  SGD({.clipnorm = 1.0f}).apply({Tensor(kInf)}, {w});
  EXPECT_TRUE(std::isnan(w.value().item()));
}

TEST(Optimizer, ClipsNormsWhoseSquaresAreBeyondFloat) {
  for (const SGDOptions& options :
       {SGDOptions{.clipnorm = 1.0f}, SGDOptions{.global_clipnorm = 1.0f}}) {
    const Variable w("w", Tensor({2}, {0, 0}));
    SGDOptions full = options;
    full.learning_rate = 1.0f;
    SGD(full).apply({Tensor({2}, {3e20f, -4e20f})}, {w});
    EXPECT_THAT(w.value(), IsClose(Tensor({2}, {-0.6f, 0.8f})));
  }
}

TEST(Optimizer, AnInfinityInOneGradientSpoilsAllThatAreClippedTogether) {
  const Variable a = scalar("a", 1.0f);
  const Variable b = scalar("b", 1.0f);
  SGD({.global_clipnorm = 1.0f}).apply({Tensor(kInf), Tensor(2.0f)}, {a, b});
  EXPECT_TRUE(std::isnan(a.value().item()));
  EXPECT_TRUE(std::isnan(b.value().item()));
}

TEST(Optimizer, TakesGradientsThatLeaveWeightsFinite) {
  constexpr std::int64_t kCount = 300'000;
  ASSERT_GT(part_count(kCount / 4), 1);  // four elements are looked at for the price of one
  const KeepHelpers keep;
  constexpr float kLargest = std::numeric_limits<float>::max();
  std::vector<float> values(kCount, kLargest);
  EXPECT_TRUE(SGD().takes(Tensor(Shape{kCount}, values)));
  for (const std::int64_t place : {std::int64_t{0}, std::int64_t{17}, kCount / 2, kCount - 1}) {
    for (const float bad : {kInf, -kInf, kNaN, -kNaN}) {
      values[static_cast<std::size_t>(place)] = bad;
      const Tensor gradient(Shape{kCount}, values);
      EXPECT_FALSE(SGD().takes(gradient)) << place << ' ' << bad;
      EXPECT_EQ(SGD({.clipvalue = 1.0f}).takes(gradient), !std::isnan(bad)) << place << ' ' << bad;
    }
    values[static_cast<std::size_t>(place)] = kLargest;
  }
}

// ---- accumulation

TEST(Optimizer, AccumulatesAndThenTakesTheMean) {
  const Variable w = scalar("w", 1.0f);
  SGD optimizer({.learning_rate = 1.0f, .gradient_accumulation_steps = 3});
  const float expected[] = {1.0f, 1.0f, -1.0f, -1.0f, -1.0f, -3.0f};
  for (const float after : expected) {
    optimizer.apply({Tensor(2.0f)}, {w});
    EXPECT_EQ(w.value().item(), after);
  }
}

TEST(Optimizer, CountsAccumulatedStepsAsOne) {
  const Variable w = scalar("w", 1.0f);
  Adam optimizer({.gradient_accumulation_steps = 2});
  for (int i = 0; i < 5; ++i) optimizer.apply({Tensor(2.0f)}, {w});
  EXPECT_EQ(optimizer.iterations(), 2);
  EXPECT_EQ(optimizer.variables()[0].value().item(), 5.0f);
}

TEST(Optimizer, AccumulatesUnscaledGradients) {
  const Variable w = scalar("w", 1.0f);
  SGD optimizer({.loss_scale_factor = 4.0f, .gradient_accumulation_steps = 2});
  optimizer.apply({Tensor(2.0f)}, {w});
  EXPECT_EQ(optimizer.variables()[2].value().item(), 0.5f);
}

// ---- decay

TEST(Optimizer, DecaysBeforeItSteps) {
  const Variable w = scalar("w", 10.0f);
  SGD({.learning_rate = 0.5f, .weight_decay = 0.1f}).apply({Tensor(2.0f)}, {w});
  EXPECT_FLOAT_EQ(w.value().item(), 8.5f);
}

TEST(Optimizer, LeavesExcludedVariablesUndecayed) {
  const Variable kernel = scalar("kernel", 2.0f);
  const Variable bias = scalar("dense/bias", 2.0f);
  const Variable gamma = scalar("gamma", 2.0f);
  SGD optimizer({.learning_rate = 1.0f, .weight_decay = 0.5f});
  optimizer.exclude_from_weight_decay({"bias$", "beta"});
  optimizer.exclude_from_weight_decay(gamma);
  optimizer.apply({Tensor(0.0f), Tensor(0.0f), Tensor(0.0f)}, {kernel, bias, gamma});
  EXPECT_EQ(kernel.value().item(), 1.0f);
  EXPECT_EQ(bias.value().item(), 2.0f);
  EXPECT_EQ(gamma.value().item(), 2.0f);
}

TEST(Optimizer, ExcludesFromTheNextStepOn) {
  const Variable w = scalar("w", 2.0f);
  SGD optimizer({.learning_rate = 1.0f, .weight_decay = 0.5f});
  optimizer.apply({Tensor(0.0f)}, {w});
  optimizer.exclude_from_weight_decay({"w"});
  optimizer.apply({Tensor(0.0f)}, {w});
  EXPECT_EQ(w.value().item(), 1.0f);
}

// ---- averages

TEST(Optimizer, FinalizeMakesWeightsTheirAverages) {
  const Variable w = scalar("w", 1.0f);
  SGD optimizer({.learning_rate = 1.0f, .use_ema = true, .ema_momentum = 0.5f});
  optimizer.apply({Tensor(1.0f)}, {w});
  optimizer.apply({Tensor(2.0f)}, {w});
  EXPECT_EQ(w.value().item(), -2.0f);
  optimizer.finalize({w});
  EXPECT_EQ(w.value().item(), -1.0f);
}

TEST(Optimizer, FinalizeChangesNothingWithoutAverages) {
  const Variable w = scalar("w", 1.0f);
  SGD optimizer({.learning_rate = 1.0f});
  optimizer.finalize({w});
  optimizer.apply({Tensor(1.0f)}, {w});
  optimizer.finalize({w});
  EXPECT_EQ(w.value().item(), 0.0f);
}

TEST(Optimizer, FinalizeChangesNothingBeforeTheFirstStep) {
  const Variable w = scalar("w", 1.0f);
  SGD optimizer({.use_ema = true});
  optimizer.finalize({w});
  optimizer.build({w});
  optimizer.finalize({w});
  EXPECT_EQ(w.value().item(), 1.0f);
}

TEST(Optimizer, AveragesWeightsThatGotNoGradientToo) {
  const Variable a = scalar("a", 1.0f);
  const Variable b = scalar("b", 7.0f);
  SGD optimizer({.use_ema = true});
  optimizer.apply({Tensor(1.0f), Tensor()}, {a, b});
  EXPECT_EQ(optimizer.variables()[3].value().item(), 7.0f);
}

TEST(Optimizer, AnAverageOverwritesOnlyWhenItsTimeHasCome) {
  const Variable w = scalar("w", 1.0f);
  SGD never({.learning_rate = 1.0f, .use_ema = true, .ema_overwrite_frequency = 0});
  never.apply({Tensor(1.0f)}, {w});
  never.apply({Tensor(1.0f)}, {w});
  EXPECT_EQ(w.value().item(), -1.0f);
}

// ---- constraints

TEST(Optimizer, ConstrainsWhatItUpdated) {
  const ConstraintSpec at_least_zero = [](const Tensor& w) { return ops::maximum(w, 0.0f); };
  const Variable a = scalar("a", 1.0f);
  const Variable b = scalar("b", -5.0f);
  a.set_constraint(at_least_zero.rule());
  b.set_constraint(at_least_zero.rule());
  SGD({.learning_rate = 1.0f}).apply({Tensor(3.0f), Tensor()}, {a, b});
  EXPECT_EQ(a.value().item(), 0.0f);
  EXPECT_EQ(b.value().item(), -5.0f);  // no gradient, no projection
}

TEST(Optimizer, StepsInsideAPersistentTapeLeaveNoTrace) {
  const ConstraintSpec half = [](const Tensor& w) { return 0.5f * w; };
  const Variable w = scalar("w", 1.0f);
  w.set_constraint(half.rule());
  GradientTape tape({.persistent = true});
  const Tensor loss = ops::square(w);
  SGD({.learning_rate = 1.0f}).apply({tape.gradient(loss, w)}, {w});
  EXPECT_TRUE(w.value().trace().is_read());
  EXPECT_EQ(tape.gradient(ops::square(w), w).item(), -1.0f);
}

// ---- state

TEST(Optimizer, HasIterationAndLearningRateFromTheStart) {
  const Adam optimizer;
  EXPECT_EQ(names_of(optimizer),
            (std::vector<std::string>{"adam/iteration", "adam/learning_rate"}));
  EXPECT_FALSE(optimizer.built());
  EXPECT_EQ(optimizer.iterations(), 0);
}

TEST(Optimizer, ListsStateInKerassOrder) {
  Adam optimizer(
      {.amsgrad = true, .use_ema = true, .gradient_accumulation_steps = 2, .name = "mine"});
  optimizer.build({scalar("net/dense/kernel", 1.0f), scalar("bias", 1.0f)});
  EXPECT_TRUE(optimizer.built());
  EXPECT_EQ(names_of(optimizer),
            (std::vector<std::string>{
                "mine/iteration", "mine/learning_rate", "mine/net_dense_kernel_average",
                "mine/bias_average", "mine/net_dense_kernel_gradient_accumulator",
                "mine/bias_gradient_accumulator", "mine/net_dense_kernel_momentum",
                "mine/net_dense_kernel_velocity", "mine/bias_momentum", "mine/bias_velocity",
                "mine/net_dense_kernel_velocity_hat", "mine/bias_velocity_hat"}));
}

TEST(Optimizer, KeepsNoMomentumWhereThereIsNone) {
  SGD plain;
  plain.build({scalar("w", 1.0f)});
  EXPECT_EQ(plain.variables().size(), 2U);
  RMSprop rms;
  rms.build({scalar("w", 1.0f)});
  EXPECT_EQ(names_of(rms).back(), "rm_sprop/w_velocity");
}

TEST(Optimizer, GoesOnWhereRestoredStateLeftOff) {
  const Variable one = scalar("w", 1.0f);
  const Variable two = scalar("w", 1.0f);
  Adam whole;
  Adam first_half;
  Adam second_half;
  for (int i = 0; i < 6; ++i) whole.apply({Tensor(static_cast<float>(i))}, {one});
  for (int i = 0; i < 3; ++i) first_half.apply({Tensor(static_cast<float>(i))}, {two});
  second_half.build({two});
  for (std::size_t i = 0; i < first_half.variables().size(); ++i) {
    second_half.variables()[i].assign(first_half.variables()[i].value());
  }
  EXPECT_EQ(second_half.iterations(), 3);
  for (int i = 3; i < 6; ++i) second_half.apply({Tensor(static_cast<float>(i))}, {two});
  EXPECT_EQ(two.value().item(), one.value().item());
}

TEST(Optimizer, StateGoesByIdentityNotByPlaceInTheList) {
  const Variable a = scalar("w", 0.0f);
  const Variable b = scalar("w", 0.0f);
  SGD optimizer({.learning_rate = 1.0f, .momentum = 0.5f});
  optimizer.apply({Tensor(1.0f), Tensor(0.0f)}, {a, b});
  optimizer.apply({Tensor(0.0f), Tensor(0.0f)}, {b, a});
  EXPECT_EQ(a.value().item(), -1.5f);
  EXPECT_EQ(b.value().item(), 0.0f);
}

TEST(Optimizer, BuiltForAllMayStepSome) {
  const Variable a = scalar("a", 1.0f);
  const Variable b = scalar("b", 1.0f);
  SGD optimizer({.learning_rate = 1.0f});
  optimizer.build({a, b});
  optimizer.apply({Tensor(1.0f)}, {b});
  EXPECT_EQ(a.value().item(), 1.0f);
  EXPECT_EQ(b.value().item(), 0.0f);
}

TEST(Optimizer, OfNoVariablesDoesNothing) {
  SGD optimizer;
  optimizer.apply({}, {});
  EXPECT_EQ(optimizer.iterations(), 0);
  EXPECT_FALSE(optimizer.built());
}

TEST(Optimizer, CountsOneStepAnApplyWhateverTheNumberOfVariables) {
  const Variable a = scalar("a", 1.0f);
  const Variable b = scalar("b", 1.0f);
  Adam optimizer;
  optimizer.apply({Tensor(1.0f), Tensor(1.0f)}, {a, b});
  EXPECT_EQ(optimizer.iterations(), 1);
}

TEST(Optimizer, TakesANewLearningRateAtTheNextStep) {
  const Variable w = scalar("w", 1.0f);
  SGD optimizer({.learning_rate = 1.0f});
  optimizer.set_learning_rate(0.25f);
  EXPECT_EQ(optimizer.learning_rate(), 0.25f);
  optimizer.apply({Tensor(1.0f)}, {w});
  EXPECT_EQ(w.value().item(), 0.75f);
  optimizer.variables()[1].assign(0.5f);
  optimizer.apply({Tensor(1.0f)}, {w});
  EXPECT_EQ(w.value().item(), 0.25f);
}

TEST(Optimizer, ARateOfZeroChangesNothing) {
  const Variable w = scalar("w", 1.0f);
  Adam({.learning_rate = 0.0f, .weight_decay = 0.1f}).apply({Tensor(1.0f)}, {w});
  EXPECT_EQ(w.value().item(), 1.0f);
}

// ---- identity

TEST(Optimizer, WorksAfterItMoved) {
  const Variable w = scalar("w", 1.0f);
  SGD first({.learning_rate = 1.0f, .momentum = 0.5f});
  first.apply({Tensor(1.0f)}, {w});
  SGD second = std::move(first);
  const OptimizerSpec third = std::move(second);
  third->apply({Tensor(0.0f)}, {w});
  EXPECT_EQ(w.value().item(), -0.5f);
  EXPECT_EQ(third->iterations(), 2);
}

TEST(Optimizer, IsSharedBySpecsAndNeverCopied) {
  static_assert(!std::copy_constructible<SGD> && !std::copyable<Adam>);
  const auto shared = std::make_shared<SGD>();
  const OptimizerSpec one = shared;
  const OptimizerSpec two = one;
  two->set_learning_rate(0.5f);
  EXPECT_EQ(shared->learning_rate(), 0.5f);
}

// ---- long runs, many threads

TEST(Adam, SurvivesTwentyMillionIterations) {
  const Variable w = scalar("w", 0.0f);
  Adam optimizer({.learning_rate = 1.0f});
  optimizer.build({w});
  optimizer.variables()[0].assign(16'777'216.0f);  // the last that a float counts to
  optimizer.variables()[2].assign(0.5f);           // momentum
  optimizer.variables()[3].assign(0.25f);          // velocity
  for (int i = 0; i < 3; ++i) optimizer.apply({Tensor(0.5f)}, {w});
  EXPECT_EQ(optimizer.iterations(), 16'777'219);
  EXPECT_NEAR(w.value().item(), -3.0f, 1e-5f);
}

TEST(Adam, CorrectsItsBiasToTheLastDigit) {
  // A constant gradient makes every step exactly the learning rate, for ever.
  const Variable w = scalar("w", 0.0f);
  Adam optimizer({.learning_rate = 1.0f, .epsilon = 1e-30f});
  float before = 0.0f;
  for (int i = 0; i < 2000; ++i) {
    optimizer.apply({Tensor(0.125f)}, {w});
    ASSERT_NEAR(before - w.value().item(), 1.0f, 2e-4f) << i;
    before = w.value().item();
  }
}

TEST(Adam, StandsStillWhereThereNeverWasAGradient) {
  for (const OptimizerSpec& optimizer : {OptimizerSpec(Adam({.epsilon = 1.2e-38f})),
                                         OptimizerSpec(RMSprop({.epsilon = 1.2e-38f}))}) {
    const Variable w = scalar("w", 1.0f);
    optimizer->apply({Tensor(0.0f)}, {w});
    EXPECT_EQ(w.value().item(), 1.0f);
  }
}

TEST(RMSprop, CenteredStaysFiniteOnLargeConstantGradients) {
  const Variable w = scalar("w", 0.0f);
  RMSprop optimizer({.rho = 0.5f, .centered = true});
  for (int i = 0; i < 200; ++i) optimizer.apply({Tensor(12345.678f)}, {w});
  EXPECT_TRUE(std::isfinite(w.value().item()));
}

class ManyThreads : public ::testing::TestWithParam<std::string> {
 protected:
  ~ManyThreads() override { set_num_threads(before_); }
  // Some hundred thousand weights after some steps.
  static std::vector<float> run(int threads) {
    const KeepHelpers keep;
    set_num_threads(threads);
    std::vector<float> start(300'007);
    for (std::size_t i = 0; i < start.size(); ++i) start[i] = std::sin(static_cast<float>(i));
    const Variable w("w", Tensor({300'007}, start));
    std::vector<float> slope(start.rbegin(), start.rend());
    const OptimizerSpec optimizer =
        Config{{"class_name", GetParam()},
               {"config", {{"global_clipnorm", 2.0}, {"weight_decay", 0.01}, {"use_ema", true}}}};
    for (int i = 0; i < 3; ++i) optimizer->apply({Tensor({300'007}, slope)}, {w});
    optimizer->finalize({w});
    return {w.value().values().begin(), w.value().values().end()};
  }
  const int before_ = num_threads();
};

TEST_P(ManyThreads, GiveTheSameBitsAsOne) {
  const std::vector<float> alone = run(1);
  EXPECT_EQ(run(2), alone);
  EXPECT_EQ(run(5), alone);
}

INSTANTIATE_TEST_SUITE_P(Optimizers, ManyThreads,
                         ::testing::ValuesIn(registry::class_names(typeid(Optimizer))));

}  // namespace optimizer_test
}  // namespace strata::testing
