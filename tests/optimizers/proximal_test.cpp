// Proximal steps: the exact numbers of each optimizer, where they come to rest, and what they refuse.
#include "strata/regularizers/proximal.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "strata/autodiff/gradient_tape.hpp"
#include "strata/config.hpp"
#include "strata/constraints/constraint.hpp"
#include "strata/ops/ops.hpp"
#include "strata/optimizers/adam.hpp"
#include "strata/optimizers/lion.hpp"
#include "strata/optimizers/rmsprop.hpp"
#include "strata/optimizers/sgd.hpp"
#include "strata/regularizers/group_lasso.hpp"
#include "strata/regularizers/l1.hpp"
#include "strata/regularizers/l1l2.hpp"
#include "strata/regularizers/l2.hpp"
#include "strata/regularizers/sum.hpp"
#include "support/golden.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace proximal_test {
namespace {

using optimizers::Adam;
using optimizers::Lion;
using optimizers::RMSprop;
using optimizers::SGD;
using regularizers::GroupLasso;
using regularizers::L1;
using regularizers::L1L2;
using regularizers::L2;
using regularizers::Proximal;
using regularizers::Sum;

RegularizerSpec rule_of(const Config& golden) {
  return RegularizerSpec(
      Config{{"class_name", golden.at("rule")}, {"config", golden.at("arguments")}});
}

Variable under(const RegularizerSpec& rule, const Tensor& value) {
  Variable weight("kernel", value);
  weight.set_regularizer(std::make_shared<Proximal>(rule));
  return weight;
}

TEST(ProximalSteps, AreThoseOfEachOptimizersFormula) {
  const Config& inputs = golden_cases("proximal").at(0);
  int runs = 0;
  for (const Config& run : golden_cases("proximal")) {
    if (!run.contains("optimizer")) continue;
    const OptimizerSpec optimizer(
        Config{{"class_name", run.at("optimizer")}, {"config", run.at("options")}});
    const Variable weight = under(rule_of(run), golden_tensor(inputs.at("start")));
    for (std::size_t step = 0; step < inputs.at("gradients").size(); ++step) {
      optimizer->apply({golden_tensor(inputs.at("gradients")[step])}, {weight});
      const Tensor expected = golden_tensor(run.at("after_step")[step]);
      EXPECT_THAT(weight.value(), IsClose(expected, 1e-4))
          << run.at("optimizer") << run.at("options") << run.at("rule") << " step " << step;
      for (std::int64_t i = 0; i < expected.size(); ++i) {
        EXPECT_EQ(weight.value().data()[i] == 0.0f, expected.data()[i] == 0.0f)
            << run.at("optimizer") << run.at("options") << run.at("rule") << " step " << step;
      }
    }
    ++runs;
  }
  EXPECT_EQ(runs, 51);
}

struct Linear {
  Variable kernel;
  Variable bias{"bias", Tensor({1}, {0})};
};

struct Data {
  Tensor x;
  Tensor y;
  Tensor labels;
};

const Data& data() {
  static const Data all = [] {
    const Config& cases = golden_cases("proximal");
    const Config& found = *std::find_if(cases.begin(), cases.end(),
                                        [](const Config& each) { return each.contains("labels"); });
    return Data{golden_tensor(found.at("x")), golden_tensor(found.at("y")),
                golden_tensor(found.at("labels"))};
  }();
  return all;
}

Tensor loss_of(const Linear& model, const Config& golden) {
  const Tensor logits = ops::matmul(data().x, model.kernel) + model.bias;
  if (golden.at("loss") == "mse") return ops::mean(ops::square(logits - data().y));
  // The crossentropy of labels 0 and 1: softplus(z) - label z.
  return ops::mean(ops::softplus(logits) - data().labels * logits);
}

// The gradient of the data loss at the end.
Tensor train(const Linear& model, const Config& golden, const OptimizerSpec& optimizer,
             const std::vector<std::pair<int, float>>& phases) {
  const std::vector<Variable> weights{model.kernel, model.bias};
  for (const auto& [steps, rate] : phases) {
    optimizer->set_learning_rate(rate);
    for (int i = 0; i < steps; ++i) {
      GradientTape tape;
      const Tensor loss = loss_of(model, golden);
      optimizer->apply(tape.gradient(loss, weights), weights);
    }
  }
  GradientTape tape;
  const Tensor loss = loss_of(model, golden);
  return tape.gradient(loss, model.kernel);
}

struct Way {
  const char* name;
  OptimizerSpec (*make)();
  std::vector<std::pair<int, float>> phases;
};

class ProximalRest : public ::testing::TestWithParam<Way> {};

TEST_P(ProximalRest, IsScikitLearnsMinimumWithItsZeros) {
  int solutions = 0;
  for (const Config& golden : golden_cases("proximal")) {
    if (!golden.contains("kernel")) continue;
    const Linear model{
        under(rule_of(golden), Tensor({6, 1}, {0.3f, -0.3f, 0.3f, -0.3f, 0.3f, -0.3f}))};
    const Tensor g = train(model, golden, GetParam().make(), GetParam().phases);
    const Tensor expected = golden_tensor(golden.at("kernel"));
    const float l1 = golden.at("arguments").at("l1");
    const float l2 = golden.at("arguments").value("l2", 0.0f);
    for (std::int64_t i = 0; i < expected.size(); ++i) {
      const float w = model.kernel.value().data()[i];
      EXPECT_NEAR(w, expected.data()[i], 1e-3f) << golden.at("rule") << golden.at("arguments");
      EXPECT_EQ(w == 0.0f, expected.data()[i] == 0.0f) << golden.at("arguments") << i;
      const float slope = g.data()[i] + 2.0f * l2 * w;  // the KKT conditions
      if (w == 0.0f) {
        EXPECT_LE(std::abs(slope), l1 + 1e-4f);
      } else {
        EXPECT_NEAR(slope, w > 0.0f ? -l1 : l1, 1e-4f);
      }
    }
    EXPECT_NEAR(model.bias.value().item(), golden_tensor(golden.at("bias")).item(), 1e-3f);
    ++solutions;
  }
  EXPECT_EQ(solutions, 5);
}

INSTANTIATE_TEST_SUITE_P(
    All, ProximalRest,
    ::testing::Values(
        Way{"sgd", [] { return OptimizerSpec(SGD()); }, {{3000, 0.2f}}},
        Way{"momentum", [] { return OptimizerSpec(SGD({.momentum = 0.9f})); }, {{1500, 0.05f}}},
        Way{"nesterov",
            [] { return OptimizerSpec(SGD({.momentum = 0.9f, .nesterov = true})); },
            {{1500, 0.05f}}},
        Way{"adam",
            [] { return OptimizerSpec(Adam()); },
            {{1500, 0.02f}, {1000, 0.002f}, {500, 0.0002f}}},
        Way{"clipnorm", [] { return OptimizerSpec(SGD({.clipnorm = 0.7f})); }, {{3000, 0.2f}}}),
    [](const auto& way) { return way.param.name; });

TEST(ProximalSteps, HaveTheSameBitsInAnyNumberOfElements) {
  // More than one vector, and more than one thread's part, of the same numbers.
  const std::int64_t count = 100003;
  std::vector<float> values(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i % 7) - 3.0f;
  const Variable many = under(L1(0.5f), Tensor({count}, values));
  const Variable few =
      under(L1(0.5f), Tensor({7}, std::vector<float>(values.begin(), values.begin() + 7)));
  Adam a({.learning_rate = 0.1f});
  Adam b({.learning_rate = 0.1f});
  for (int i = 0; i < 3; ++i) {
    a.apply({many.value()}, {many});
    b.apply({few.value()}, {few});
  }
  for (std::int64_t i = 0; i < count; ++i)
    ASSERT_EQ(many.value().data()[i], few.value().data()[i % 7]) << i;
}

TEST(ProximalSteps, ShrinkAWeightThatHasNoGradient) {
  const Variable used = under(L1(1.0f), Tensor(1.0f));
  const Variable unused = under(L1(1.0f), Tensor(1.0f));
  SGD optimizer({.learning_rate = 0.25f});
  optimizer.apply({Tensor(1.0f), Tensor()}, {used, unused});
  EXPECT_EQ(used.value().item(), 0.5f);
  EXPECT_EQ(unused.value().item(), 0.75f);
  optimizer.apply({Tensor(), Tensor()}, {used, unused});
  EXPECT_EQ(used.value().item(), 0.25f);
}

TEST(ProximalSteps, AreAtMostTenRatesOfAWeightWithoutAGradient) {
  for (const RegularizerSpec& rule :
       {RegularizerSpec(L1(0.5f)), RegularizerSpec(L2(0.5f)), RegularizerSpec(L1L2(0.5f, 0.5f)),
        RegularizerSpec(GroupLasso({.factor = 0.5f, .groups = 0})),
        RegularizerSpec(Sum({L1(0.5f), L2(0.5f), GroupLasso({.factor = 0.5f, .groups = 0})}))}) {
    const Variable weight = under(rule, Tensor({2, 2}, {3.0f, -3.0f, 0.05f, 3.0f}));
    Adam optimizer({.learning_rate = 0.01f});
    // The last one has a gradient, against which the rule shrinks it by less than the update.
    optimizer.apply({Tensor({2, 2}, {0.0f, 0.0f, 0.0f, 1e4f})}, {weight});
    EXPECT_THAT(weight.value(), IsClose(Tensor({2, 2}, {2.9f, -2.9f, 0.0f, 2.99f}), 1e-4))
        << regularizers::serialize(rule).at("class_name");
  }
}

// With momentum the update itself is longer than ten rates where training rests.
TEST(ProximalSteps, MayBeLongerWhereTheUpdateIs) {
  const Variable weight = under(L1(0.5f), Tensor(100.0f));
  RMSprop optimizer({.learning_rate = 0.01f, .momentum = 0.95f});
  for (int i = 0; i < 500; ++i) optimizer.apply({Tensor(-0.5f)}, {weight});
  const float before = weight.value().item();
  optimizer.apply({Tensor(-0.5f)}, {weight});
  EXPECT_NEAR(weight.value().item(), before, 1e-3f);  // moved out and back by twenty rates
}

TEST(ProximalSteps, OfAZeroFactorAreNone) {
  const Variable weight = under(L1(0.0f), Tensor(3.0f));
  Adam optimizer({.learning_rate = 0.01f});
  const Variable plain("kernel", Tensor(3.0f));
  Adam alone({.learning_rate = 0.01f});
  for (int i = 0; i < 3; ++i) {
    optimizer.apply({Tensor(0.7f)}, {weight});
    alone.apply({Tensor(0.7f)}, {plain});
  }
  EXPECT_EQ(weight.value().item(), plain.value().item());
}

TEST(ProximalSteps, LeaveAFrozenWeightAlone) {
  const Variable weight = under(L1(0.5f), Tensor(3.0f));
  weight.set_trainable(false);
  SGD optimizer({.learning_rate = 1.0f});
  optimizer.apply({Tensor(1.0f)}, {weight});
  EXPECT_EQ(weight.value().item(), 2.0f);
}

TEST(ProximalSteps, ComeOncePerGroupOfAccumulatedGradients) {
  const Variable weight = under(L1(1.0f), Tensor(1.0f));
  SGD optimizer({.learning_rate = 0.25f, .gradient_accumulation_steps = 2});
  optimizer.apply({Tensor(1.0f)}, {weight});
  EXPECT_EQ(weight.value().item(), 1.0f);
  optimizer.apply({Tensor(0.0f)}, {weight});
  EXPECT_EQ(weight.value().item(), 0.625f);  // 1 - 0.25 * 0.5 - 0.25
}

TEST(ProximalSteps, DontSeeTheLosssScale) {
  const Variable weight = under(L1(1.0f), Tensor(1.0f));
  SGD optimizer({.learning_rate = 0.25f, .loss_scale_factor = 8.0f});
  optimizer.apply({Tensor(8.0f)}, {weight});
  EXPECT_EQ(weight.value().item(), 0.5f);
}

TEST(ProximalSteps, ComeBeforeTheConstraint) {
  class Half : public Constraint {
   public:
    Tensor operator()(const Tensor& w) const override { return w * 0.5f; }
  };
  const Variable weight = under(L1(1.0f), Tensor(1.0f));
  weight.set_constraint(std::make_shared<Half>());
  SGD optimizer({.learning_rate = 0.25f});
  optimizer.apply({Tensor(1.0f)}, {weight});
  EXPECT_EQ(weight.value().item(), 0.25f);
}

TEST(ProximalSteps, GiveAveragesTheZerosOfTheWeightTheyReplace) {
  const Variable weight = under(L1(1.0f), Tensor({2}, {0.4f, 1.0f}));
  SGD optimizer({.learning_rate = 0.25f, .use_ema = true, .ema_momentum = 0.5f});
  for (int i = 0; i < 2; ++i) optimizer.apply({Tensor({2}, {0, 0})}, {weight});
  EXPECT_THAT(weight.value(), IsClose(Tensor({2}, {0.0f, 0.5f})));
  const Tensor average = optimizer.variables()[2];
  EXPECT_THAT(average, IsClose(Tensor({2}, {0.075f, 0.625f})));
  optimizer.swap_averages();
  EXPECT_THAT(weight.value(), IsClose(Tensor({2}, {0.0f, 0.625f})));
  optimizer.swap_averages();
  EXPECT_THAT(weight.value(), IsClose(Tensor({2}, {0.0f, 0.5f})));
  EXPECT_THAT(optimizer.variables()[2].value(),
              IsClose(average));  // as if it hadn't been looked at
  optimizer.finalize({weight});
  EXPECT_THAT(weight.value(), IsClose(Tensor({2}, {0.0f, 0.625f})));
}

TEST(ProximalSteps, AreRefusedWhereTheyHaveNoMeaning) {
  const Variable weight = under(L1(1.0f), Tensor(1.0f));
  const std::string needs =
      ": the rule Proximal needs an optimizer that has a proximal step: SGD or RMSprop with a "
      "momentum "
      "below 1, Adam, AdamW, Nadam, Adagrad, Adamax or Adadelta. Received: Proximal on kernel of "
      "shape "
      "().";
  for (const char* name : {"lion", "ftrl", "adafactor", "lamb"}) {
    const OptimizerSpec optimizer(name);
    const std::string class_name = Optimizer::to_object(*optimizer).at("class_name");
    EXPECT_THAT([&] { optimizer->apply({Tensor(1.0f)}, {weight}); }, Raises(class_name + needs));
    EXPECT_THAT([&] { optimizer->build({weight}); }, Raises(class_name + needs));
    EXPECT_FALSE(optimizer->built());
  }
  SGD standing({.momentum = 1.0f});
  EXPECT_THAT([&] { standing.apply({Tensor(1.0f)}, {weight}); }, Raises("SGD" + needs));
  Adam clipping({.clipvalue = 0.5f});
  EXPECT_THAT(
      [&] { clipping.apply({Tensor(1.0f)}, {weight}); },
      Raises("Adam: clipvalue can't stand beside the rule Proximal: with clipped elements "
             "training would come to rest elsewhere than at the loss's minimum; clipnorm can. "
             "Received: clipvalue=0.5, Proximal on kernel of shape ()."));
  EXPECT_EQ(weight.value().item(), 1.0f);
}

// Halves a rule's strength with each element's distance to the end, to see what a group rule is given.
class GroupRule : public Regularizer {
 public:
  explicit GroupRule(bool one_step) : one_step_(one_step) {}
  Tensor operator()(const Tensor&) const override { return 0.0f; }
  std::optional<ProximalForm> proximal_form(std::int64_t) const override {
    return ProximalForm{
        .l1 = 1.0f, .l2 = 0.5f, .groups = true, .one_step = one_step_, .scale = 2.0f};
  }
  void shrink_groups(const Variable& weight, const ProximalSteps& steps) const override {
    float* const w = weight.mutable_data();
    for (std::int64_t i = 0; i < weight.shape().element_count(); ++i) w[i] -= steps[i];
  }

 private:
  bool one_step_;
};

TEST(ProximalSteps, OfGroupsFollowTheElementwiseOnesWithTheirSteps) {
  const Variable weight = under(GroupRule(false), Tensor({2}, {3.0f, -3.0f}));
  SGD one({.learning_rate = 0.25f});
  one.apply({Tensor({2}, {2.0f, -2.0f})}, {weight});
  // 2.5, with t = 2 * 0.25: (2.5 - 0.5) / 1.5, less 0.5 / 1.5.
  EXPECT_THAT(weight.value(), IsClose(Tensor({2}, {1.0f, -5.0f / 3.0f})));
  const Variable by_adam = under(GroupRule(false), Tensor({2}, {3.0f, -3.0f}));
  Adam each({.learning_rate = 0.25f});
  each.apply({Tensor({2}, {2.0f, -4.0f})}, {by_adam});
  // Moved by the rate; t = 2 * 0.25 / |g|.
  EXPECT_THAT(by_adam.value(),
              IsClose(Tensor({2}, {(2.75f - 0.25f) / 1.25f - 0.25f / 1.25f,
                                   (-2.75f + 0.125f) / 1.125f - 0.125f / 1.125f})));
}

TEST(ProximalSteps, ThatMustBeOneAreRefusedWhereEachElementHasItsOwn) {
  const Variable weight = under(GroupRule(true), Tensor({2}, {3.0f, -3.0f}));
  SGD({.learning_rate = 0.25f}).apply({Tensor({2}, {2.0f, -2.0f})}, {weight});
  Adam adam;
  EXPECT_THAT(
      [&] {
        adam.apply({Tensor({2}, {2.0f, -2.0f})}, {weight});
      },
      Raises("Adam: the rule in the Proximal on kernel of shape (2,) needs the same step for all "
             "elements, which SGD has. Received: steps of their own."));
}

// An optimizer of one's own that says what its step is.
class Descent : public Optimizer {
 public:
  Descent() : Optimizer({.learning_rate = 0.25f, .weight_decay = 0.4f}, "Descent") {}

 protected:
  void build_slots(const std::vector<Variable>&) override {}
  void update(std::size_t, const Tensor& gradient, const Variable& variable,
              const Step& step) override {
    variable.assign(variable - step.learning_rate * gradient);
  }
  std::optional<float> proximal_step(float learning_rate) const override { return learning_rate; }
};

TEST(ProximalSteps, AreTakenForAnOptimizerOfOnesOwnThatSaysItsStep) {
  const Variable weight = under(L1(1.0f), Tensor(1.0f));
  Descent().apply({Tensor(1.0f)}, {weight});
  EXPECT_FLOAT_EQ(weight.value().item(), 0.4f);  // 0.9 - 0.25 - 0.25
}

}  // namespace
}  // namespace proximal_test
}  // namespace strata::testing
