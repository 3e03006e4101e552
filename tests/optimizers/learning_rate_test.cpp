// Learning rates: numbers of any kind, and schedules of a user's own.
#include "strata/optimizers/learning_rate.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "strata/config.hpp"
#include "strata/optimizers/adam.hpp"
#include "strata/optimizers/adam_w.hpp"
#include "strata/optimizers/rmsprop.hpp"
#include "strata/optimizers/sgd.hpp"
#include "strata/saving/register_serializable.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace learning_rate_test {
namespace {

using namespace optimizers;

// Keras's ExponentialDecay without the staircase.
class Decay : public LearningRateSchedule {
 public:
  Decay(float initial, float steps, float rate) : initial_(initial), steps_(steps), rate_(rate) {}

  float operator()(std::int64_t step) const override {
    return initial_ * std::pow(rate_, static_cast<float>(step) / steps_);
  }
  Config get_config() const override {
    return {{"initial", initial_}, {"steps", steps_}, {"rate", rate_}};
  }
  static Decay from_config(const Config& config) {
    return {config.at("initial"), config.at("steps"), config.at("rate")};
  }

 private:
  float initial_, steps_, rate_;
};

// The step itself, from 1.
class Counting : public LearningRateSchedule {
 public:
  float operator()(std::int64_t step) const override { return static_cast<float>(step) + 1.0f; }
};

// Fine in step 0 alone.
class Broken : public LearningRateSchedule {
 public:
  explicit Broken(float later) : later_(later) {}
  float operator()(std::int64_t step) const override { return step == 0 ? 1.0f : later_; }

 private:
  float later_;
};

void register_decay() {
  [[maybe_unused]] static const bool once = [] {
    register_serializable<Decay>({.package = "Tests", .name = "Decay"});
    return true;
  }();
}

std::vector<std::string> names(const std::vector<Variable>& variables) {
  std::vector<std::string> result;
  for (const Variable& variable : variables) result.push_back(variable.name());
  return result;
}

TEST(LearningRate, IsANumberOfAnyKind) {
  EXPECT_EQ(SGD({.learning_rate = 1}).learning_rate(), 1.0f);
  EXPECT_EQ(SGD({.learning_rate = 0.1}).learning_rate(), 0.1f);
  EXPECT_EQ(SGD({.learning_rate = std::int64_t{2}}).learning_rate(), 2.0f);
  EXPECT_EQ(SGD(0.5).learning_rate(), 0.5f);
  const Config read = 0.25;
  EXPECT_EQ(SGD({.learning_rate = read}).learning_rate(), 0.25f);
}

TEST(LearningRate, IsAScheduleByValueOrShared) {
  EXPECT_EQ(SGD({.learning_rate = Decay(0.5f, 2, 0.5f)}).learning_rate(), 0.5f);
  EXPECT_EQ(Adam({.learning_rate = std::make_shared<Counting>()}).learning_rate(), 1.0f);
  EXPECT_EQ(AdamW(Counting()).learning_rate(), 1.0f);
  const std::shared_ptr<const LearningRateSchedule> shared = std::make_shared<Counting>();
  EXPECT_EQ(RMSprop(shared).learning_rate(), 1.0f);
}

TEST(LearningRate, IsNoNullPointer) {
  EXPECT_THAT(
      [] { LearningRate(std::shared_ptr<Decay>()); },
      Raises<InvalidArgument>("LearningRate: a schedule must not be null. Received: nullptr."));
}

TEST(Schedule, GivesEachStepItsRate) {
  const Variable w("w", Tensor(10.0f));
  SGD optimizer({.learning_rate = Counting()});
  for (const float left : {9.0f, 7.0f, 4.0f}) {
    optimizer.apply({Tensor(1.0f)}, {w});
    EXPECT_EQ(w.value().item(), left);
  }
  EXPECT_EQ(optimizer.learning_rate(), 4.0f);
}

TEST(Schedule, CountsEveryCallThatAccumulates) {
  const Variable w("w", Tensor(10.0f));
  SGD optimizer({.learning_rate = Counting(), .gradient_accumulation_steps = 2});
  for (const float left : {10.0f, 8.0f, 8.0f, 4.0f}) {
    optimizer.apply({Tensor(1.0f)}, {w});
    EXPECT_EQ(w.value().item(), left);
  }
}

TEST(Schedule, ScalesTheWeightDecay) {
  const Variable w("w", Tensor(8.0f));
  SGD optimizer({.learning_rate = Counting(), .weight_decay = 0.25f});
  optimizer.apply({Tensor(0.0f)}, {w});
  EXPECT_EQ(w.value().item(), 6.0f);
  optimizer.apply({Tensor(0.0f)}, {w});
  EXPECT_EQ(w.value().item(), 3.0f);
}

TEST(Schedule, LeavesNoLearningRateAmongTheState) {
  SGD optimizer({.learning_rate = Counting()});
  EXPECT_EQ(names(optimizer.variables()), (std::vector<std::string>{"sgd/iteration"}));
}

TEST(Schedule, GoesOnWhereARestoredIterationSays) {
  SGD optimizer({.learning_rate = Counting()});
  optimizer.variables()[0].assign(41.0f);
  EXPECT_EQ(optimizer.learning_rate(), 42.0f);
}

TEST(Schedule, GivesWayToNoNumber) {
  Adam optimizer({.learning_rate = Counting()});
  EXPECT_THAT([&] { optimizer.set_learning_rate(0.1f); },
              Raises<StateError>("Adam: the learning rate can't be set to a number where a "
                                 "schedule is in place. Received: learning_rate=0.1."));
  EXPECT_EQ(optimizer.learning_rate(), 1.0f);
}

TEST(Schedule, TakesTheNumbersPlace) {
  SGD optimizer(0.5f);
  optimizer.set_learning_rate(Counting());
  EXPECT_EQ(optimizer.learning_rate(), 1.0f);
  EXPECT_EQ(optimizer.variables().size(), 1U);
}

TEST(Schedule, ThatReturnsNoRateIsRefusedBeforeAnythingChanges) {
  const std::vector<std::pair<float, std::string>> refused = {
      {-1.0f, "-1"}, {std::numeric_limits<float>::infinity(), "inf"}};
  for (const auto& [rate, text] : refused) {
    const Variable w("w", Tensor(10.0f));
    SGD optimizer({.learning_rate = Broken(rate), .momentum = 0.5f});
    optimizer.apply({Tensor(1.0f)}, {w});
    EXPECT_THAT([&] { optimizer.apply({Tensor(1.0f)}, {w}); },
                Raises<InvalidArgument>("SGD: a schedule must return a learning rate that is "
                                        "finite and >= 0. Received: " +
                                        text + " from Broken in step 1."));
    EXPECT_EQ(w.value().item(), 9.0f);
    EXPECT_EQ(optimizer.iterations(), 1);
    EXPECT_EQ(optimizer.variables()[1].value().item(), -1.0f);
  }
}

TEST(ScheduleConfig, IsAnObjectOfARegisteredClass) {
  register_decay();
  const Adam optimizer({.learning_rate = Decay(0.5f, 4, 0.25f)});
  EXPECT_EQ(optimizer.get_config().at("learning_rate").dump(),
            R"({"module":null,"class_name":"Decay",)"
            R"("config":{"initial":0.5,"steps":4.0,"rate":0.25},"registered_name":"Tests>Decay"})");
}

TEST(ScheduleConfig, ComesBackAsItWas) {
  register_decay();
  const OptimizerSpec before = AdamW({.learning_rate = Decay(0.5f, 4, 0.25f)});
  const OptimizerSpec after = deserialize(serialize(before));
  EXPECT_EQ(serialize(after), serialize(before));
  EXPECT_EQ(after->learning_rate(), 0.5f);
  after->variables()[0].assign(4.0f);
  EXPECT_EQ(after->learning_rate(), 0.125f);
}

TEST(ScheduleConfig, IsTakenOverByARenewedOptimizer) {
  register_decay();
  const std::shared_ptr<Optimizer> fresh = SGD(Decay(0.5f, 4, 0.25f)).renewed();
  EXPECT_EQ(fresh->learning_rate(), 0.5f);
  EXPECT_EQ(fresh->variables().size(), 1U);
}

TEST(Schedule, OfAClassThatWasNotRegisteredIsTakenOverByARenewedOptimizer) {
  SGD optimizer({.learning_rate = 0.5f, .momentum = 0.25f});
  optimizer.set_learning_rate(Counting());
  const std::shared_ptr<Optimizer> fresh = optimizer.renewed()->renewed();
  fresh->variables()[0].assign(4.0f);
  EXPECT_EQ(fresh->learning_rate(), 5.0f);
  EXPECT_EQ(optimizer.learning_rate(), 1.0f);
}

TEST(Schedule, OfAClassThatWasNotRegisteredIsNotSavedAfterARenewal) {
  EXPECT_THAT(
      [] { SGD(Counting()).renewed()->get_config(); },
      Raises<InvalidArgument>("learning_rate: Counting: a class that is to be saved must override "
                              "get_config(), have a static from_config(), and be registered with "
                              "register_serializable. Received: no get_config() in Counting."));
}

TEST(ScheduleConfig, OfAnUnknownClassIsRefusedByName) {
  EXPECT_THAT(
      [] {
        deserialize(Config::parse(R"({"class_name": "SGD", "config": {"learning_rate":
                    {"class_name": "OneCycle", "config": {}}}})"));
      },
      RaisesWith<InvalidArgument>("SGD: learning_rate: LearningRateSchedule: unknown class; pass "
                                  "custom_object<T>(\"OneCycle\") in custom_objects. Known are "));
}

TEST(ScheduleConfig, OfAClassThatWasNotRegisteredSaysHowToBeSaved) {
  EXPECT_THAT([] { Adam(Broken(1.0f)).get_config(); },
              Raises<InvalidArgument>(
                  "learning_rate: Broken: a class that is to be saved must override get_config(), "
                  "have a static from_config(), and be registered with register_serializable. "
                  "Received: no get_config() in Broken."));
}

// Each flat options struct repeats the common fields; what they default to must not drift apart.
TEST(CommonOptions, HaveTheSameDefaultsInEveryOptimizer) {
  const Config expected = Adam().get_config();
  for (const std::string name : {"sgd", "rmsprop", "adamw", "adamax", "nadam", "adagrad",
                                 "adadelta", "lion", "ftrl", "lamb", "adafactor"}) {
    const Config config = OptimizerSpec(name)->get_config();
    for (const char* key :
         {"weight_decay", "clipnorm", "global_clipnorm", "clipvalue", "use_ema", "ema_momentum",
          "ema_overwrite_frequency", "loss_scale_factor", "gradient_accumulation_steps"}) {
      const bool adam_w = name == "adamw" && std::string(key) == "weight_decay";
      EXPECT_EQ(config.at(key), adam_w ? Config(0.004) : expected.at(key)) << name << " " << key;
    }
  }
}

}  // namespace
}  // namespace learning_rate_test
}  // namespace strata::testing
