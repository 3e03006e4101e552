// Keras's schedules of learning rates: their numbers, configs and errors, and how optimizers follow.
#include <gtest/gtest.h>

#include "strata/config.hpp"
#include "strata/optimizers/cosine_decay.hpp"
#include "strata/optimizers/cosine_decay_restarts.hpp"
#include "strata/optimizers/exponential_decay.hpp"
#include "strata/optimizers/inverse_time_decay.hpp"
#include "strata/optimizers/piecewise_constant_decay.hpp"
#include "strata/optimizers/polynomial_decay.hpp"
#include "strata/optimizers/sgd.hpp"
#include "support/golden.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace schedules_test {
namespace {

using namespace optimizers::schedules;
using optimizers::SGD;

Config object_of(const std::string& class_name, const Config& arguments) {
  return {{"class_name", class_name}, {"config", arguments}};
}

TEST(Schedules, HaveKerassValues) {
  for (const Config& run : golden_cases("schedules")) {
    const std::string name = run.at("schedule");
    const auto schedule = deserialize(object_of(name, run.at("arguments")));
    for (std::size_t i = 0; i < run.at("steps").size(); ++i) {
      const std::int64_t step = run["steps"][i];
      const float expected = run.at("values")[i];
      EXPECT_NEAR((*schedule)(step), expected, 1e-6f) << name << " step " << step;
    }
  }
}

TEST(Schedules, AreWrittenAsKerasDoes) {
  EXPECT_EQ(
      SGD(ExponentialDecay({.initial_learning_rate = 0.1f, .decay_steps = 10, .decay_rate = 0.5f}))
          .get_config()
          .at("learning_rate")
          .dump(),
      R"({"module":"keras.optimizers.schedules","class_name":"ExponentialDecay","config":)"
      R"({"initial_learning_rate":0.1,"decay_steps":10,"decay_rate":0.5,"staircase":false,)"
      R"("name":"ExponentialDecay"},"registered_name":null})");
  const auto keys = [](const LearningRateSchedule& schedule) {
    return schedule.get_config().dump();
  };
  EXPECT_EQ(keys(PiecewiseConstantDecay({.boundaries = {5, 10}, .values = {1.0f, 0.5f, 0.1f}})),
            R"({"boundaries":[5,10],"values":[1.0,0.5,0.1],"name":"PiecewiseConstant"})");
  EXPECT_EQ(keys(PolynomialDecay({.initial_learning_rate = 0.1f, .decay_steps = 10})),
            R"({"initial_learning_rate":0.1,"decay_steps":10,"end_learning_rate":0.0001,)"
            R"("power":1.0,"cycle":false,"name":"PolynomialDecay"})");
  EXPECT_EQ(keys(InverseTimeDecay(
                {.initial_learning_rate = 0.1f, .decay_steps = 2.5, .decay_rate = 0.5f})),
            R"({"initial_learning_rate":0.1,"decay_steps":2.5,"decay_rate":0.5,)"
            R"("staircase":false,"name":"InverseTimeDecay"})");
  EXPECT_EQ(keys(CosineDecay({.initial_learning_rate = 0.1f, .decay_steps = 10})),
            R"({"initial_learning_rate":0.1,"decay_steps":10,"alpha":0.0,"name":"CosineDecay",)"
            R"("warmup_target":null,"warmup_steps":0})");
  EXPECT_EQ(keys(CosineDecayRestarts({.initial_learning_rate = 0.1f, .first_decay_steps = 4})),
            R"({"initial_learning_rate":0.1,"first_decay_steps":4,"t_mul":2.0,"m_mul":1.0,)"
            R"("alpha":0.0,"name":"SGDRDecay"})");
}

TEST(Schedules, ComeBackAsTheyWere) {
  for (const Config& run : golden_cases("schedules")) {
    const Config written =
        serialize(*deserialize(object_of(run.at("schedule"), run.at("arguments"))));
    EXPECT_EQ(serialize(*deserialize(written)), written);
    for (const auto& [key, value] : run.at("arguments").items()) {
      EXPECT_EQ(written.at("config").at(key), value) << key;
    }
  }
}

TEST(Schedules, TellTheOptimizersRateAtEachStep) {
  const Variable w("w", Tensor(10.0f));
  SGD optimizer(PiecewiseConstantDecay({.boundaries = {1}, .values = {1.0f, 0.5f}}));
  for (const float left : {9.0f, 8.0f, 7.5f}) {
    optimizer.apply({Tensor(1.0f)}, {w});
    EXPECT_EQ(w.value().item(), left);
  }
  EXPECT_EQ(optimizer.learning_rate(), 0.5f);
}

TEST(Schedules, OfWavesBeginAnewExactly) {
  // In float, and even in double, log(1000) / log(10) is less than 3.
  const CosineDecayRestarts tenfold(
      {.initial_learning_rate = 1.0f, .first_decay_steps = 1, .t_mul = 10.0f});
  for (const std::int64_t start : {1, 11, 111, 1111, 11111}) EXPECT_EQ(tenfold(start), 1.0f);
  EXPECT_LT(tenfold(1110), 1e-4f);
}

TEST(Schedules, OutOfRangeAreRefused) {
  EXPECT_THAT(
      ([] {
        ExponentialDecay({.initial_learning_rate = 0.1f, .decay_steps = 0, .decay_rate = 0.5f});
      }),
      Raises("ExponentialDecay: decay_steps must be finite and > 0. Received: "
             "decay_steps=0."));
  EXPECT_THAT(
      ([] { PiecewiseConstantDecay({.boundaries = {5}, .values = {1.0f}}); }),
      Raises("PiecewiseConstantDecay: there must be one value more than boundaries. Received: "
             "1 values, 1 boundaries."));
  EXPECT_THAT(([] {
                PiecewiseConstantDecay({.boundaries = {5, 5}, .values = {1.0f, 1.0f, 1.0f}});
              }),
              Raises("PiecewiseConstantDecay: boundaries must grow. Received: boundaries=[5, 5]."));
  EXPECT_THAT(
      ([] {
        CosineDecayRestarts({.initial_learning_rate = 0.1f, .first_decay_steps = 4, .t_mul = 0.5f});
      }),
      Raises("CosineDecayRestarts: t_mul must be finite and >= 1. Received: t_mul=0.5."));
}

TEST(Callable, OfTheStepIsASchedule) {
  const Variable w("w", Tensor(10.0f));
  SGD optimizer({.learning_rate = [](std::int64_t step) { return step == 0 ? 1.0f : 0.25f; }});
  optimizer.apply({Tensor(1.0f)}, {w});
  EXPECT_EQ(w.value().item(), 9.0f);
  EXPECT_EQ(optimizer.learning_rate(), 0.25f);
  EXPECT_THAT([&] { optimizer.set_learning_rate(0.1f); },
              RaisesWith<StateError>("the learning rate can't be set to a number"));
  EXPECT_EQ(optimizer.renewed()->learning_rate(), 1.0f);
  EXPECT_THAT([&] { optimizer.get_config(); },
              RaisesWith("LearningRate: a callable can't be written into a config"));
}

}  // namespace
}  // namespace schedules_test
}  // namespace strata::testing
