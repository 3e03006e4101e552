// What `compile` was told, through its config.
#include <gtest/gtest.h>

#include "strata/config.hpp"
#include "strata/core/errors.hpp"
#include "strata/layers/dense.hpp"
#include "strata/layers/input.hpp"
#include "strata/models/sequential.hpp"
#include "strata/ops/elementwise.hpp"
#include "strata/optimizers/learning_rate.hpp"
#include "strata/optimizers/sgd.hpp"
#include "strata/saving/clone_model.hpp"
#include "strata/saving/register_serializable.hpp"
#include "support/matchers.hpp"

namespace strata {
namespace {

using testing::Raises;

Sequential net() {
  return Sequential({.layers = {layers::Input({4}), layers::Dense({.units = 2})}, .name = "net"});
}

auto compiling(Config config) {
  return [config] {
    Sequential model = net();
    model.compile_from_config(config);
  };
}

TEST(CompileConfig, IsEmptyBeforeCompile) {
  EXPECT_EQ(net().get_compile_config(), Config::object());
}

TEST(CompileConfig, KeepsStringsAsTheyWereTyped) {
  Sequential model = net();
  model.compile({.optimizer = "adam", .loss = "mse", .metrics = {"mae", "mae"}});
  const Config config = model.get_compile_config();
  EXPECT_EQ(config.at("optimizer").at("class_name"), "Adam");
  EXPECT_EQ(config.at("loss"), "mse");
  EXPECT_EQ(config.at("metrics"), Config({"mae", "mae"}));
  EXPECT_EQ(config.at("weighted_metrics"), nullptr);
}

TEST(CompileConfig, TakesOneEntryInAListOrByTheOutputsName) {
  const Config plain = {
      {"optimizer", "sgd"}, {"loss", "mse"}, {"loss_weights", 0.5}, {"metrics", {"mae"}}};
  Sequential expected = net();
  expected.compile_from_config(plain);
  for (const char* text :
       {R"({"optimizer": "sgd", "loss": ["mse"], "loss_weights": [0.5], "metrics": [["mae"]]})",
        R"({"optimizer": "sgd", "loss": {"dense": "mse"}, "loss_weights": {"dense": 0.5},
            "metrics": {"dense": "mae"}})"}) {
    Sequential model = net();
    model.compile_from_config(Config::parse(text));
    EXPECT_EQ(model.get_compile_config(), expected.get_compile_config()) << text;
  }
}

TEST(CompileConfig, TakesKerassRunOptionsAtEveryValueOfTheirs) {
  for (
      const char* text :
      {R"({"run_eagerly": true, "steps_per_execution": 32, "jit_compile": "auto"})",
       R"({"run_eagerly": false, "steps_per_execution": null, "jit_compile": null, "auto_scale_loss": false})"}) {
    EXPECT_NO_THROW(compiling(Config::parse(text))()) << text;
  }
  EXPECT_THAT(compiling({{"steps_per_execution", 0}}),
              Raises("net: compile_config: steps_per_execution: must be a positive whole number or "
                     "null. Received: 0."));
  EXPECT_THAT(
      compiling({{"run_eagerly", "auto"}}),
      Raises("net: compile_config: run_eagerly: must be true or false. Received: \"auto\"."));
}

TEST(CompileConfig, KeepsTheStepsOfAnExecution) {
  Sequential model = net();
  model.compile_from_config(Config{{"optimizer", "sgd"}, {"steps_per_execution", 4}});
  EXPECT_EQ(model.compile_options().steps_per_execution, 4);
  EXPECT_EQ(model.get_compile_config().at("steps_per_execution"), 4);
  EXPECT_THAT(compiling({{"steps_per_execution", 3000000000}}),
              Raises("net: compile_config: steps_per_execution: must be a positive whole number or "
                     "null. Received: 3000000000."));
}

TEST(CompileConfig, RefusesWhatItDoesNotKnowByName) {
  EXPECT_THAT(compiling({{"optimiser", "sgd"}}),
              Raises("net: compile_config: unknown key in the config; did you mean optimizer? "
                     "Known are optimizer, loss, "
                     "loss_weights, metrics, weighted_metrics, run_eagerly, steps_per_execution, "
                     "jit_compile, auto_scale_loss. Received: optimiser=\"sgd\"."));
  EXPECT_THAT(compiling({{"loss_weights", "much"}}),
              Raises("net: compile_config: loss_weights: must be a number. Received: \"much\"."));
  EXPECT_THAT(compiling({{"loss", {"mse", "mae"}}}),
              Raises("net: compile_config: loss: a model of one output takes one entry. Received: "
                     "[\"mse\",\"mae\"]."));
  EXPECT_THAT(compiling({{"metrics", "mae"}}),
              Raises("net: compile_config: metrics: must be a list. Received: \"mae\"."));
  EXPECT_THAT(compiling("adam"),
              Raises("net: compile_config: must be an object. Received: \"adam\"."));
}

TEST(CompileConfig, FailureLeavesTheModelAsItWas) {
  Sequential model = net();
  model.compile({.optimizer = "sgd", .loss = "mse"});
  const Config before = model.get_compile_config();
  EXPECT_THROW(model.compile_from_config({{"optimizer", "adam"}, {"loss", "mystery"}}),
               InvalidArgument);
  EXPECT_EQ(model.get_compile_config(), before);
}

TEST(CompileConfig, RegisteredCallablesComeBackAndNamelessOnesSayHow) {
  const auto error = [](const Tensor& y_true, const Tensor& y_pred) { return y_true - y_pred; };
  Sequential model = net();
  model.compile({.optimizer = "sgd",
                 .loss = register_serializable({.package = "compile", .name = "error"}, error)});
  const Config config = model.get_compile_config();
  EXPECT_EQ(config.at("loss").at("config"), "compile>error");
  EXPECT_EQ(clone_model(model)->get_compile_config(), config);

  model.compile({.optimizer = "sgd", .loss = error});
  EXPECT_THAT([&] { model.to_json(); }, Raises("net: compile_config: loss: Loss: a callable can be "
                                               "written into a config only when registered: "
                                               "use what register_serializable({.package = …, "
                                               ".name = …}, callable) returns. Received: a "
                                               "nameless callable."));
}

TEST(CompileConfig, KeepsTheNamesOfMetricsThatWereRenamed) {
  const auto renamed = [](MetricSpec metric, const char* name) {
    metric->set_name(name);
    return metric;
  };
  const auto error = register_serializable(
      {.package = "compile", .name = "metric"},
      [](const Tensor& y_true, const Tensor& y_pred) { return y_true - y_pred; });
  Sequential model = net();
  model.compile({.optimizer = "sgd",
                 .loss = "mse",
                 .metrics = {"mse", renamed("mse", "foo"), "mse", renamed("accuracy", "right"),
                             renamed(error, "wrong")},
                 .weighted_metrics = {"mse", renamed("mae", "bar")}});
  const auto clone = clone_model(model);
  EXPECT_EQ(clone->metrics_names(), model.metrics_names());
  EXPECT_EQ(clone->get_compile_config(), model.get_compile_config());
  EXPECT_EQ(model.get_compile_config().at("metrics").at(2), "mse");
}

TEST(CloneModel, HasWeightsAndAnOptimizerOfItsOwn) {
  Sequential model = net();
  model.compile({.optimizer = optimizers::SGD({.learning_rate = 0.5f}), .loss = "mse"});
  const auto clone = clone_model(model);
  EXPECT_EQ(clone->get_compile_config(), model.get_compile_config());
  EXPECT_NE(&clone->optimizer(), &model.optimizer());
  EXPECT_NE(clone->weights().at(0).id(), model.weights().at(0).id());
}

class Slowing : public LearningRateSchedule {
 public:
  explicit Slowing(float initial) : initial_(initial) {}
  float operator()(std::int64_t step) const override {
    return initial_ / (1.0f + static_cast<float>(step));
  }
  Config get_config() const override { return {{"initial", initial_}}; }
  static Slowing from_config(const Config& config) { return Slowing(config.at("initial")); }

 private:
  float initial_;
};

TEST(CloneModel, TrainsByAUsersScheduleAsTheModelDoes) {
  register_serializable<Slowing>({.package = "compile", .name = "Slowing"});
  const Tensor x({2, 4}, {1, 2, 3, 4, 0, 1, 0, 1});
  const Tensor y({2, 2}, {1, 0, 0, 1});
  Sequential model = net();
  model.compile({.optimizer = optimizers::SGD({.learning_rate = Slowing(0.5f)}), .loss = "mse"});
  const auto clone = clone_model(model);
  clone->set_weights(model.get_weights());
  for (const float rate : {0.5f, 0.25f}) {
    EXPECT_EQ(clone->optimizer().learning_rate(), rate);
    EXPECT_EQ(clone->train_on_batch(x, y), model.train_on_batch(x, y));
  }
}

TEST(CloneModel, NamesTheLayerAndSlotThatCanNotBeWritten) {
  const auto nameless = [](const Tensor& x) { return x; };
  Sequential model(
      {.layers = {layers::Dense({.units = 2, .bias_regularizer = nameless, .name = "out"})},
       .name = "net"});
  EXPECT_THAT([&] { clone_model(model); },
              Raises("net: out: bias_regularizer: Regularizer: a callable can be written into a "
                     "config only when "
                     "registered: use what register_serializable({.package = …, .name = …}, "
                     "callable) returns. "
                     "Received: a nameless callable."));
}

}  // namespace
}  // namespace strata
