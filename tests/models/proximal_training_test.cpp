// Training under Proximal: what fit reports, where the weights end, what is refused, what files hold.
#include <gtest/gtest.h>

#include <algorithm>

#include "strata/layers/dense.hpp"
#include "strata/layers/input.hpp"
#include "strata/models/gradient_check.hpp"
#include "strata/models/sequential.hpp"
#include "strata/ops/ops.hpp"
#include "strata/optimizers/adam.hpp"
#include "strata/optimizers/lion.hpp"
#include "strata/optimizers/sgd.hpp"
#include "strata/regularizers/l1.hpp"
#include "strata/regularizers/proximal.hpp"
#include "strata/tensor/random.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace proximal_training_test {
namespace {

using optimizers::Adam;
using optimizers::Lion;
using optimizers::SGD;
using regularizers::L1;
using regularizers::Proximal;

// The targets follow from the first two of six inputs.
const Tensor& inputs() {
  static const Tensor x = random::Generator(3).normal({64, 6});
  return x;
}

Tensor targets() { return ops::sum(ops::slice(inputs(), {0, 0}, {64, 2}), {1}, true); }

Sequential linear(const RegularizerSpec& rule) {
  return Sequential({layers::Input({6}),
                     layers::Dense({.units = 1, .kernel_regularizer = rule, .name = "dense"})});
}

std::int64_t zeros_of(const Tensor& weight) {
  return std::count(weight.values().begin(), weight.values().end(), 0.0f);
}

TEST(ProximalTraining, MakesZerosWhereTheGradientOfL1Hovers) {
  for (const OptimizerSpec& optimizer : {OptimizerSpec(SGD(0.05f)), OptimizerSpec(Adam(0.02f))}) {
    const std::vector<Tensor> start{Tensor({6, 1}, {0.4f, -0.4f, 0.4f, -0.4f, 0.4f, -0.4f}),
                                    Tensor({1}, {0})};
    Sequential exact = linear(Proximal(L1(0.1f)));
    exact.set_weights(start);
    exact.compile({.optimizer = optimizer->renewed(), .loss = "mse"});
    exact.fit(inputs(), targets(), {.epochs = 60, .verbose = 0});
    EXPECT_EQ(zeros_of(exact.get_weights()[0]), 4);
    Sequential hovering = linear(L1(0.1f));
    hovering.set_weights(start);
    hovering.compile({.optimizer = optimizer->renewed(), .loss = "mse"});
    hovering.fit(inputs(), targets(), {.epochs = 60, .verbose = 0});
    EXPECT_EQ(zeros_of(hovering.get_weights()[0]), 0);
  }
}

TEST(ProximalTraining, CountsThePenaltyInLossAndLogs) {
  Sequential model = linear(Proximal(L1(0.5f)));
  model.compile({.optimizer = SGD(0.0f), .loss = "mse"});
  model.set_weights({Tensor({6, 1}, {1, -2, 0, 0, 0, 1}), Tensor({1}, {0})});
  const Logs logs = model.evaluate(inputs(), targets(), {.verbose = 0});
  EXPECT_EQ(logs.at("reg_loss"), 2.0);
  EXPECT_NEAR(logs.at("loss"), logs.at("data_loss") + 2.0, 1e-5);
  ASSERT_EQ(model.penalties().size(), 1U);
  EXPECT_EQ(model.penalties()[0].source, "kernel");
  EXPECT_EQ(model.penalties()[0].value.item(), 2.0f);
  const History history = model.fit(inputs(), targets(), {.verbose = 0});
  EXPECT_EQ(history.history.at("reg_loss")[0], 2.0);
}

TEST(ProximalTraining, PassesTheGradientCheckOfTheRest) {
  Sequential model = linear(Proximal(L1(0.5f)));
  model.compile({.optimizer = SGD(), .loss = "mse"});
  EXPECT_LT(gradient_check(model, inputs(), targets()).worst().gap, 1e-2);
}

TEST(ProximalTraining, ShrinksWithoutAnyGradient) {
  Sequential model = linear(Proximal(L1(1.0f)));
  model.compile({.optimizer = SGD(0.25f)});
  model.set_weights({Tensor({6, 1}, {1, -1, 0.5f, 0.25f, 0.1f, 0}), Tensor({1}, {0.5f})});
  model.train_on_batch(inputs(), targets());
  EXPECT_THAT(model.get_weights()[0], IsClose(Tensor({6, 1}, {0.75f, -0.75f, 0.25f, 0, 0, 0})));
  EXPECT_EQ(model.get_weights()[1].item(), 0.5f);
}

TEST(ProximalTraining, IsRefusedByNameWithTheModelAsItWas) {
  const std::string text =
      "Lion: the rule Proximal needs an optimizer that has a proximal step: SGD or RMSprop with a "
      "momentum below 1, Adam, AdamW, Nadam, Adagrad, Adamax or Adadelta. Received: Proximal on "
      "kernel of shape (6, 1).";
  Sequential built = linear(Proximal(L1()));
  built.compile({.optimizer = SGD(), .loss = "mse"});
  built.build({64, 6});
  EXPECT_THAT([&] { built.compile({.optimizer = Lion(), .loss = "mae"}); }, Raises(text));
  EXPECT_EQ(built.optimizer().name(), "sgd");

  Sequential later = linear(nullptr);
  later.compile({.optimizer = Lion(), .loss = "mse"});
  later.fit(inputs(), targets(), {.verbose = 0});
  later.get_layer("dense").set_regularizer("kernel", Proximal(L1()));
  const std::vector<Tensor> before = later.get_weights();
  EXPECT_THAT([&] { later.fit(inputs(), targets(), {.verbose = 0}); }, Raises(text));
  EXPECT_THAT([&] { later.train_on_batch(inputs(), targets()); }, Raises(text));
  EXPECT_THAT(later.get_weights()[0], IsClose(before[0], 0.0));
  EXPECT_EQ(later.optimizer().iterations(), 2);
}

TEST(ProximalTraining, IsRefusedInAnActivitySlot) {
  const std::string text =
      ": the rule Proximal is for weights; an activity takes the rule inside it. Received: "
      "Proximal "
      "as the activity regularizer.";
  EXPECT_THAT([] { layers::Dense({.units = 1, .activity_regularizer = Proximal(L1())}); },
              Raises("Dense" + text));
  Sequential model = linear(nullptr);
  EXPECT_THAT([&] { model.get_layer("dense").set_regularizer("activity", Proximal(L1())); },
              Raises("dense" + text));
}

}  // namespace
}  // namespace proximal_training_test
}  // namespace strata::testing
