// The numbers of Keras's documentation and of its own tests.
#include <gtest/gtest.h>

#include "strata/optimizers/adam.hpp"
#include "strata/optimizers/adam_w.hpp"
#include "strata/optimizers/rmsprop.hpp"
#include "strata/optimizers/sgd.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace keras_numbers_test {
namespace {

using namespace optimizers;

Tensor row(const std::vector<float>& values) {
  return {{static_cast<std::int64_t>(values.size())}, values};
}

// The weight after each step.
std::vector<Tensor> run(const OptimizerSpec& optimizer, const Tensor& start,
                        const std::vector<Tensor>& gradients) {
  const Variable weight("weight", start);
  std::vector<Tensor> weights;
  for (const Tensor& gradient : gradients) {
    optimizer->apply({gradient}, {weight});
    weights.push_back(weight);
  }
  return weights;
}

struct ThreeSteps {
  const char* name;
  OptimizerSpec (*make)();
  std::vector<float> after[3];
};

class DocumentedSteps : public ::testing::TestWithParam<ThreeSteps> {};

TEST_P(DocumentedSteps, AreTaken) {
  const std::vector<Tensor> weights =
      run(GetParam().make(), row({1, 2, -3}),
          {row({0.1f, -0.2f, 0.3f}), row({0.4f, 0.1f, -0.1f}), row({-0.2f, 0.3f, 0.05f})});
  for (int step = 0; step < 3; ++step) {
    EXPECT_THAT(weights[static_cast<std::size_t>(step)], IsClose(row(GetParam().after[step]), 1e-5))
        << "step " << step;
  }
}

const ThreeSteps kDocumented[] = {
    {"Sgd",
     [] { return OptimizerSpec(SGD({.learning_rate = 0.1f})); },
     {{.99f, 2.02f, -3.03f}, {.95f, 2.01f, -3.02f}, {.97f, 1.98f, -3.025f}}},
    {"Momentum",
     [] { return OptimizerSpec(SGD({.learning_rate = 0.1f, .momentum = 0.9f})); },
     {{.99f, 2.02f, -3.03f}, {.941f, 2.028f, -3.047f}, {.9169f, 2.0052f, -3.0673f}}},
    {"Nesterov",
     [] { return OptimizerSpec(SGD({.learning_rate = 0.1f, .momentum = 0.9f, .nesterov = true})); },
     {{.981f, 2.038f, -3.057f}, {.8969f, 2.0352f, -3.0623f}, {.89521f, 1.98468f, -3.08557f}}},
    {"WeightDecay",
     [] { return OptimizerSpec(SGD({.learning_rate = 0.1f, .weight_decay = 0.01f})); },
     {{.989f, 2.018f, -3.027f},
      {.948011f, 2.0059822f, -3.013973f},
      {.967063f, 1.9739761f, -3.0159593f}}},
    {"Clipnorm",
     [] { return OptimizerSpec(SGD({.learning_rate = 0.1f, .clipnorm = 0.2f})); },
     {{.9946548f, 2.0106905f, -3.0160356f},
      {.9757986f, 2.0059764f, -3.0113215f},
      {.9867874f, 1.9894931f, -3.0140688f}}},
    {"GlobalClipnorm",
     [] { return OptimizerSpec(SGD({.learning_rate = 0.1f, .global_clipnorm = 0.2f})); },
     {{.9946548f, 2.0106905f, -3.0160356f},
      {.9757986f, 2.0059764f, -3.0113215f},
      {.9867874f, 1.9894931f, -3.0140688f}}},
    {"Clipvalue",
     [] { return OptimizerSpec(SGD({.learning_rate = 0.1f, .clipvalue = 0.15f})); },
     {{.99f, 2.015f, -3.015f}, {.975f, 2.005f, -3.005f}, {.99f, 1.99f, -3.01f}}},
    {"Accumulation",
     [] { return OptimizerSpec(SGD({.learning_rate = 0.1f, .gradient_accumulation_steps = 2})); },
     {{1, 2, -3}, {.975f, 2.005f, -3.01f}, {.975f, 2.005f, -3.01f}}},
    {"AverageOverwrites",
     [] {
       return OptimizerSpec(SGD({.learning_rate = 0.1f,
                                 .use_ema = true,
                                 .ema_momentum = 0.9f,
                                 .ema_overwrite_frequency = 2}));
     },
     {{.99f, 2.02f, -3.03f}, {.986f, 2.019f, -3.029f}, {1.006f, 1.989f, -3.034f}}},
    {"Adam",
     [] { return OptimizerSpec(Adam({.learning_rate = 0.1f})); },
     {{.9000038f, 2.0999978f, -3.0999982f},
      {.8115677f, 2.1266308f, -3.1400192f},
      {.7779582f, 2.0876923f, -3.180561f}}},
    {"AdamW",
     [] { return OptimizerSpec(AdamW({.learning_rate = 0.1f, .weight_decay = 0.04f})); },
     {{.8960038f, 2.0919976f, -3.0879982f},
      {.8039837f, 2.1102626f, -3.115667f},
      {.7671582f, 2.0628831f, -3.1437464f}}},
    {"RMSprop",
     [] { return OptimizerSpec(RMSprop({.learning_rate = 0.1f})); },
     {{.6837881f, 2.3162239f, -3.316226f},
      {.3760967f, 2.1687834f, -3.2113981f},
      {.5203963f, 1.9070724f, -3.265823f}}},
    {"RMSpropCentered",
     [] {
       return OptimizerSpec(RMSprop({.learning_rate = 0.1f, .momentum = 0.9f, .centered = true}));
     },
     {{.6666852f, 2.3333287f, -3.3333313f},
      {.0345096f, 2.4848478f, -3.5267963f},
      {-.3879166f, 2.3541682f, -3.7567189f}}}};

INSTANTIATE_TEST_SUITE_P(Keras, DocumentedSteps, ::testing::ValuesIn(kDocumented),
                         [](const auto& row_of) { return std::string(row_of.param.name); });

TEST(KerasTests, OneStepOfHalf) {
  const auto after_one_step = [](const OptimizerSpec& optimizer) {
    return run(optimizer, row({1, 2, 3, 4}), {row({1, 6, 7, 2})})[0];
  };
  EXPECT_THAT(after_one_step(SGD({.learning_rate = 0.5f})), IsClose(row({.5f, -1, -.5f, 3}), 1e-4));
  EXPECT_THAT(after_one_step(Adam({.learning_rate = 0.5f})),
              IsClose(row({.5f, 1.5f, 2.5f, 3.5f}), 1e-4));
  EXPECT_THAT(after_one_step(AdamW({.learning_rate = 0.5f})),
              IsClose(row({.498f, 1.496f, 2.494f, 3.492f}), 1e-4));
  EXPECT_THAT(after_one_step(RMSprop({.learning_rate = 0.5f})),
              IsClose(row({-.5811f, .4189f, 1.4189f, 2.4189f}), 1e-4));
}

TEST(KerasTests, WeightDecayShrinksWeightsWithoutGradients) {
  const OptimizerSpec all[] = {SGD({.learning_rate = 1.0f, .weight_decay = 0.004f}),
                               Adam({.learning_rate = 1.0f, .weight_decay = 0.004f}),
                               AdamW({.learning_rate = 1.0f, .weight_decay = 0.004f}),
                               RMSprop({.learning_rate = 1.0f, .weight_decay = 0.004f})};
  for (const OptimizerSpec& optimizer : all) {
    const Tensor zero = 0.0f;
    EXPECT_NEAR(run(optimizer, 2.0f, {zero, zero, zero})[2].item(), 1.9760959f, 1e-6f)
        << optimizer->name();
  }
}

// Ten ones; a first step of 0.01, then gradients 0.1, 0.2, … 1.0. Weights before each of these.
std::vector<Tensor> golden_sequence(const OptimizerSpec& optimizer) {
  std::vector<float> rising;
  for (int i = 1; i <= 10; ++i) rising.push_back(static_cast<float>(i) / 10.0f);
  const Tensor first = row(std::vector<float>(10, 0.01f));
  return run(optimizer, row(std::vector<float>(10, 1.0f)),
             {first, row(rising), row(rising), row(rising), row(rising)});
}

TEST(KerasTests, NesterovsSequence) {
  const auto weights = golden_sequence(SGD({.nesterov = true}));
  const float first[] = {.9999f, .9989f, .9979f, .9969f, .9959f};
  const float last[] = {.9999f, .9899f, .9799f, .9699f, .9599f};
  for (std::size_t step = 0; step < 5; ++step) {
    EXPECT_NEAR(weights[step].values()[0], first[step], 1e-5f);
    EXPECT_NEAR(weights[step].values()[9], last[step], 1e-5f);
  }
}

TEST(KerasTests, AmsgradsAndCenteredRMSpropsSequences) {
  const auto amsgrad = golden_sequence(Adam({.amsgrad = true}));
  const auto centered = golden_sequence(RMSprop({.centered = true}));
  const float expected_amsgrad[] = {.999f, .9982f, .9974f, .9965f, .9955f};
  const float expected_centered[] = {.9967f, .9933f, .9908f, .9885f, .9864f};
  for (std::size_t step = 0; step < 5; ++step) {
    for (const std::size_t column : {0U, 9U}) {
      EXPECT_NEAR(amsgrad[step].values()[column], expected_amsgrad[step], 5e-4f) << step;
      EXPECT_NEAR(centered[step].values()[column], expected_centered[step], 5e-4f) << step;
    }
  }
}

TEST(KerasTests, AdamWsSequence) {
  const auto weights =
      golden_sequence(AdamW({.learning_rate = 1.0f, .weight_decay = 0.5f, .epsilon = 2.0f}));
  const float first[] = {.4998f, .2486f, .1223f, .0586f, .0263f};
  const float second[] = {.4998f, .2475f, .1198f, .0549f, .0215f};
  for (std::size_t step = 0; step < 5; ++step) {
    EXPECT_NEAR(weights[step].values()[0], first[step], 5e-4f) << step;
    EXPECT_NEAR(weights[step].values()[1], second[step], 5e-4f) << step;
  }
}

// What one step of a rate of 1 takes off.
Tensor clipped(SGDOptions options, const std::vector<float>& gradient) {
  options.learning_rate = 1.0f;
  return run(SGD(options), row(std::vector<float>(gradient.size(), 0.0f)), {row(gradient)})[0];
}

TEST(KerasTests, Clipping) {
  EXPECT_THAT(clipped({.clipnorm = 1.0f}, {100, 100}), IsClose(row({-.70710678f, -.70710678f})));
  EXPECT_THAT(clipped({.clipvalue = 1.0f}, {100, -100}), IsClose(row({-1, 1})));
  EXPECT_THAT(clipped({.global_clipnorm = 1.0f}, {50, 100}),
              IsClose(row({-.4472136f, -.8944272f})));
}

TEST(KerasTests, Averages) {
  SGD optimizer(
      {.learning_rate = 1.0f, .use_ema = true, .ema_momentum = 0.9f, .ema_overwrite_frequency = 3});
  const Variable v("v", Tensor({2, 2}, {3, 4, 5, 6}));
  const Tensor ones({2, 2}, {1, 1, 1, 1});
  optimizer.apply({ones}, {v});
  const Variable average = optimizer.variables().at(2);
  EXPECT_THAT(v.value(), IsClose(Tensor({2, 2}, {2, 3, 4, 5})));
  EXPECT_THAT(average.value(), IsClose(Tensor({2, 2}, {2, 3, 4, 5})));
  optimizer.apply({ones}, {v});
  EXPECT_THAT(v.value(), IsClose(Tensor({2, 2}, {1, 2, 3, 4})));
  EXPECT_THAT(average.value(), IsClose(Tensor({2, 2}, {1.9f, 2.9f, 3.9f, 4.9f})));
  optimizer.apply({ones}, {v});
  EXPECT_THAT(v.value(), IsClose(Tensor({2, 2}, {1.71f, 2.71f, 3.71f, 4.71f})));
}

}  // namespace
}  // namespace keras_numbers_test
}  // namespace strata::testing
