// Penalties whose gradients the optimizer adds in its own pass: the same updates as with whole
// gradients, and which are left to it.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "strata/autodiff/gradient_tape.hpp"
#include "strata/layers/dense.hpp"
#include "strata/layers/input.hpp"
#include "strata/models/sequential.hpp"
#include "strata/ops/ops.hpp"
#include "strata/optimizers/adadelta.hpp"
#include "strata/optimizers/adafactor.hpp"
#include "strata/optimizers/adagrad.hpp"
#include "strata/optimizers/adam.hpp"
#include "strata/optimizers/adam_w.hpp"
#include "strata/optimizers/adamax.hpp"
#include "strata/optimizers/exponential_decay.hpp"
#include "strata/optimizers/ftrl.hpp"
#include "strata/optimizers/lamb.hpp"
#include "strata/optimizers/lion.hpp"
#include "strata/optimizers/nadam.hpp"
#include "strata/optimizers/rmsprop.hpp"
#include "strata/optimizers/scheduled.hpp"
#include "strata/optimizers/sgd.hpp"
#include "strata/regularizers/at_step.hpp"
#include "strata/regularizers/l1.hpp"
#include "strata/regularizers/l1l2.hpp"
#include "strata/regularizers/l2.hpp"
#include "strata/regularizers/proximal.hpp"
#include "strata/regularizers/sum.hpp"
#include "strata/tensor/random.hpp"
#include "support/matchers.hpp"
#include "training/running_metrics.hpp"
#include "training/step.hpp"

namespace strata::training {
namespace {

using layers::Dense;
using layers::Input;
using testing::IsClose;

// 40 x 30 weights, more than a block of the pass, and no whole number of vectors.
constexpr std::int64_t kFeatures = 40;

Sequential model_with(const RegularizerSpec& kernel, const RegularizerSpec& bias = {}) {
  set_random_seed(3);
  return Sequential({Input({kFeatures}),
                     Dense({.units = 31,
                            .activation = "tanh",
                            .kernel_regularizer = kernel,
                            .bias_regularizer = bias,
                            .name = "hidden"}),
                     Dense({.units = 2})});
}

Batch batch() {
  return {random::Generator(1).normal({8, kFeatures}), random::Generator(2).normal({8, 2}), {}};
}

CompileOptions compiled_with(const OptimizerSpec& optimizer) {
  return {.optimizer = optimizer, .loss = "mse"};
}

StepGradients gradients_of(Layer& model, const CompileOptions& compiled) {
  CallRecord record;
  return compute_gradients({model, compiled, batch(), {}, record});
}

void train(Layer& model, const CompileOptions& compiled, int steps) {
  RunningMetrics metrics(compiled);
  LastTerms last;
  for (int i = 0; i < steps; ++i) train_step(model, compiled, batch(), metrics, last);
}

// The same in a loop of one's own, whose tape gives whole gradients.
void train_by_hand(Layer& model, const CompileOptions& compiled, int steps) {
  Optimizer& optimizer = *compiled.optimizer;
  for (int i = 0; i < steps; ++i) {
    const regularizers::AtStep at_step(optimizer.calls());
    GradientTape tape;
    Tensor loss = (*compiled.loss)(batch().y[0], model(batch().x[0], {.training = true}));
    for (const Tensor& each : model.losses()) loss = loss + each;
    const std::vector<Variable> weights = model.trainable_variables();
    optimizer.apply(tape.gradient(optimizer.scale_loss(loss), weights), weights);
  }
}

void expect_same_weights(const Layer& actual, const Layer& expected) {
  const std::vector<Tensor> weights = actual.get_weights();
  const std::vector<Tensor> others = expected.get_weights();
  for (std::size_t i = 0; i < weights.size(); ++i)
    EXPECT_THAT(weights[i], IsClose(others[i], 3e-5)) << i;
}

struct Case {
  std::string name;
  OptimizerSpec (*make)();
};

class Adding : public ::testing::TestWithParam<Case> {};

TEST_P(Adding, MovesWeightsAsWholeGradientsDo) {
  using namespace regularizers;
  for (const RegularizerSpec& rule :
       {RegularizerSpec(L1(0.02f)), RegularizerSpec(L2(0.03f)), RegularizerSpec(L1L2(0.02f, 0.03f)),
        RegularizerSpec(Sum({L1(0.01f), L2(0.03f), L1L2(0.01f, 0.01f)})),
        RegularizerSpec(Scheduled(
            L2(0.1f),
            optimizers::schedules::ExponentialDecay(
                {.initial_learning_rate = 1.0f, .decay_steps = 2, .decay_rate = 0.5f})))}) {
    Sequential model = model_with(rule, L1(0.01f));
    const CompileOptions compiled = compiled_with(GetParam().make());
    const StepGradients step = gradients_of(model, compiled);
    EXPECT_TRUE(step.missing[0].any());
    EXPECT_TRUE(step.missing[1].any());
    EXPECT_FALSE(step.missing[2].any());
    train(model, compiled, 4);
    Sequential other = model_with(rule, L1(0.01f));
    train_by_hand(other, compiled_with(GetParam().make()), 4);
    expect_same_weights(model, other);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Optimizers, Adding,
    ::testing::Values(Case{"SGD", [] { return OptimizerSpec(optimizers::SGD(0.1f)); }},
                      Case{"Momentum",
                           [] {
                             return OptimizerSpec(
                                 optimizers::SGD({.learning_rate = 0.1f, .momentum = 0.9f}));
                           }},
                      Case{"Scaled",
                           [] {
                             return OptimizerSpec(optimizers::SGD(
                                 {.learning_rate = 0.1f, .loss_scale_factor = 1024.0f}));
                           }},
                      Case{"RMSprop", [] { return OptimizerSpec(optimizers::RMSprop(0.01f)); }},
                      Case{"Adam", [] { return OptimizerSpec(optimizers::Adam(0.01f)); }},
                      Case{"Averaged",
                           [] {
                             return OptimizerSpec(optimizers::Adam({.learning_rate = 0.01f,
                                                                    .use_ema = true,
                                                                    .ema_momentum = 0.5f,
                                                                    .ema_overwrite_frequency = 2}));
                           }},
                      Case{"AdamW", [] { return OptimizerSpec(optimizers::AdamW(0.01f)); }},
                      Case{"Nadam", [] { return OptimizerSpec(optimizers::Nadam(0.01f)); }},
                      Case{"Adagrad", [] { return OptimizerSpec(optimizers::Adagrad(0.1f)); }},
                      Case{"Adamax", [] { return OptimizerSpec(optimizers::Adamax(0.01f)); }},
                      Case{"Adadelta", [] { return OptimizerSpec(optimizers::Adadelta(1.0f)); }}),
    [](const auto& each) { return each.param.name; });

// Sees what its `update` gets.
class OwnAdam : public optimizers::Adam {
 public:
  OwnAdam() : Adam(0.01f) {}
};

TEST(MissingPenalties, AreNoneWhereGradientsAreNeededWhole) {
  using namespace optimizers;
  for (const OptimizerSpec& optimizer :
       {OptimizerSpec(SGD({.clipnorm = 1.0f})), OptimizerSpec(SGD({.clipvalue = 1.0f})),
        OptimizerSpec(SGD({.global_clipnorm = 1.0f})),
        OptimizerSpec(SGD({.gradient_accumulation_steps = 2})), OptimizerSpec(Lion()),
        OptimizerSpec(Ftrl()), OptimizerSpec(Lamb()), OptimizerSpec(Adafactor()),
        OptimizerSpec(std::make_shared<OwnAdam>())}) {
    Sequential model = model_with(regularizers::L2(0.03f), regularizers::L1(0.01f));
    const CompileOptions compiled = compiled_with(optimizer);
    EXPECT_FALSE(optimizer->adds_penalties());
    const StepGradients step = gradients_of(model, compiled);
    for (const MissingPenalty& missing : step.missing) EXPECT_FALSE(missing.any());
    const Tensor kernel = step.variables[0].value();
    Sequential plain = model_with({});
    const StepGradients of_data = gradients_of(plain, compiled_with("sgd"));
    EXPECT_THAT(step.gradients[0], IsClose(of_data.gradients[0] + 0.06f * kernel, 1e-6));
    EXPECT_THROW(optimizer->apply(step.gradients, step.variables,
                                  std::vector<MissingPenalty>(4, {.l1 = 1.0f})),
                 StateError);
    EXPECT_EQ(optimizer->calls(), 0);
  }
}

TEST(MissingPenalties, AddUpWithTheirFactors) {
  Sequential model = model_with(regularizers::L1L2(0.25f, 0.5f));
  const std::shared_ptr<Layer> hidden = model.layers()[0];
  const CompileOptions compiled =
      compiled_with(optimizers::SGD({.learning_rate = 0.1f, .loss_scale_factor = 4.0f}));
  const StepGradients step = gradients_of(model, compiled);
  EXPECT_EQ(step.missing[0].l1, 1.0f);
  EXPECT_EQ(step.missing[0].l2, 2.0f);
}

TEST(MissingPenalties, OfAFrozenLayerAreNone) {
  Sequential model = model_with(regularizers::L2(0.5f));
  model.layers()[0]->set_trainable(false);
  const CompileOptions compiled = compiled_with("adam");
  const StepGradients step = gradients_of(model, compiled);
  ASSERT_EQ(step.variables.size(), 2U);
  for (const MissingPenalty& missing : step.missing) EXPECT_FALSE(missing.any());
  EXPECT_FALSE(step.result.regularized);
}

TEST(MissingPenalties, LeaveTheStepOfAProximalRuleToIt) {
  Sequential model = model_with(regularizers::Proximal(regularizers::L1(0.02f)));
  const CompileOptions compiled = compiled_with("adam");
  EXPECT_FALSE(gradients_of(model, compiled).missing[0].any());
  train(model, compiled, 3);
  Sequential other = model_with(regularizers::Proximal(regularizers::L1(0.02f)));
  train_by_hand(other, compiled_with("adam"), 3);
  expect_same_weights(model, other);
}

// A weight that nothing but its penalty, and perhaps a loss of the call's own, reaches.
class Idle : public Layer {
 public:
  explicit Idle(std::function<Tensor(const Variable&)> more = {}) : more_(std::move(more)) {}
  Tensor call(const Tensor& inputs, const CallContext&) override {
    if (more_) add_loss(more_(weight));
    return inputs;
  }
  Variable weight;

 protected:
  void create_weights(const Shape&) override {
    weight = add_weight({.name = "idle",
                         .shape = {5},
                         .initializer = "ones",
                         .regularizer = regularizers::L2(0.5f)});
  }

 private:
  std::function<Tensor(const Variable&)> more_;
};

Sequential model_of(const std::shared_ptr<Idle>& idle) {
  set_random_seed(3);
  return Sequential({Input({kFeatures}), LayerHandle(idle), Dense({.units = 2})});
}

TEST(MissingPenalties, AloneAreAGradient) {
  const auto idle = std::make_shared<Idle>();
  Sequential model = model_of(idle);
  const CompileOptions compiled = compiled_with(optimizers::SGD(0.25f));
  const StepGradients step = gradients_of(model, compiled);
  EXPECT_FALSE(step.gradients[0].defined());
  apply_gradients(compiled, step);
  EXPECT_THAT(idle->weight.value(), IsClose(ops::full({5}, 0.75f), 0.0));
}

TEST(MissingPenalties, OfTheSameWeightAddUp) {
  const auto idle = std::make_shared<Idle>([](const Variable& weight) {
    return 3.0f * regularizers::L1(0.5f)(weight) + regularizers::L2(0.25f)(weight);
  });
  Sequential model = model_of(idle);
  const StepGradients step = gradients_of(model, compiled_with("sgd"));
  EXPECT_EQ(step.missing[0].l1, 1.5f);
  EXPECT_EQ(step.missing[0].l2, 0.75f);
}

TEST(MissingPenalties, AreNoneWhereAProximalStepFollows) {
  const auto idle = std::make_shared<Idle>(
      [](const Variable& weight) { return regularizers::L2(0.25f)(weight); });
  Sequential model = model_of(idle);
  idle->set_regularizer("idle", regularizers::Proximal(regularizers::L1(0.5f)));
  const CompileOptions compiled = compiled_with(optimizers::SGD(0.5f));
  const StepGradients step = gradients_of(model, compiled);
  EXPECT_FALSE(step.missing[0].any());
  EXPECT_THROW(
      compiled.optimizer->apply(step.gradients, step.variables,
                                {MissingPenalty{.l1 = 1.0f}, MissingPenalty(), MissingPenalty()}),
      StateError);
  apply_gradients(compiled, step);
  EXPECT_THAT(idle->weight.value(), IsClose(ops::full({5}, 0.5f), 1e-6));  // 1 - 0.25, then - 0.25
}

TEST(MissingPenalties, AreNotThoseOfAValueThatTheCallReplaced) {
  const auto replaced = [](const Variable& weight) {
    weight.assign(ops::ones({5}));
    const Tensor loss = regularizers::L2(0.5f)(weight);
    weight.assign(ops::full({5}, 2.0f));
    return loss;
  };
  const auto idle = std::make_shared<Idle>(replaced);
  Sequential model = model_of(idle);
  const CompileOptions compiled = compiled_with(optimizers::SGD(0.25f));
  const StepGradients step = gradients_of(model, compiled);
  EXPECT_EQ(step.missing[0].l2, 0.5f);                           // of 2
  EXPECT_THAT(step.gradients[0], IsClose(ops::ones({5}), 0.0));  // of 1
  apply_gradients(compiled, step);
  EXPECT_THAT(idle->weight.value(), IsClose(ops::full({5}, 1.25f), 0.0));  // 2 - 0.25 (1 + 2)
}

// A call that differentiates a penalty by a tape of its own gets all of its gradient.
TEST(MissingPenalties, AreNoneOfATapeWithinTheCall) {
  Tensor inner;
  const auto differentiated = [&inner](const Variable& weight) {
    GradientTape tape;
    inner = tape.gradient(regularizers::L2(0.5f)(weight), weight);
    return Tensor(0.0f);
  };
  Sequential model = model_of(std::make_shared<Idle>(differentiated));
  gradients_of(model, compiled_with("sgd"));
  EXPECT_THAT(inner, IsClose(ops::ones({5}), 0.0));
}

TEST(MissingPenalties, AreNoneWhereTheyCouldReachTheLargestFloat) {
  const auto idle = std::make_shared<Idle>(
      [](const Variable& weight) { return regularizers::L2(1e30f)(weight); });
  Sequential model = model_of(idle);
  const StepGradients step = gradients_of(model, compiled_with("sgd"));
  EXPECT_EQ(step.missing[0].l2, 0.5f);
  EXPECT_THAT(step.gradients[0], IsClose(ops::full({5}, 2e30f), 1e-6));
}

TEST(MissingPenalties, ThatAreInfiniteAreNamedBeforeTheUpdate) {
  const auto idle = std::make_shared<Idle>();
  Sequential model = model_of(idle);
  const CompileOptions compiled = compiled_with("adam");
  train(model, compiled, 1);
  idle->weight.assign(ops::full({5}, 1e20f));
  EXPECT_THAT([&] { train(model, compiled, 1); },
              testing::RaisesWith<NotFinite>("the first term that is not is the idle penalty of"));
  EXPECT_THAT(idle->weight.value(), IsClose(ops::full({5}, 1e20f), 0.0));
  EXPECT_EQ(compiled.optimizer->calls(), 1);
}

TEST(MissingPenalties, FollowTheWeightsAsTheyAre) {
  Sequential model = model_with(regularizers::L2(0.5f));
  const CompileOptions compiled = compiled_with(optimizers::SGD(0.25f));
  StepGradients step = gradients_of(model, compiled);
  for (Tensor& gradient : step.gradients) gradient = Tensor();
  const Tensor before = step.variables[0].value();
  apply_gradients(compiled, step);
  EXPECT_THAT(step.variables[0].value(), IsClose(0.75f * before, 1e-6));
}

}  // namespace
}  // namespace strata::training
