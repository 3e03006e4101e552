// What callbacks do with logs of epochs and in fits, against what Keras's did (callbacks.json).
#include <gtest/gtest.h>

#include <limits>

#include "io/files.hpp"
#include "strata/callbacks/early_stopping.hpp"
#include "strata/callbacks/history.hpp"
#include "strata/callbacks/lambda_callback.hpp"
#include "strata/callbacks/learning_rate_scheduler.hpp"
#include "strata/callbacks/reduce_lr_on_plateau.hpp"
#include "strata/callbacks/swap_ema_weights.hpp"
#include "strata/callbacks/terminate_on_nan.hpp"
#include "strata/config.hpp"
#include "strata/layers/dense.hpp"
#include "strata/layers/input.hpp"
#include "strata/models/sequential.hpp"
#include "strata/optimizers/sgd.hpp"
#include "strata/saving/csv_logger.hpp"
#include "strata/saving/model_checkpoint.hpp"
#include "strata/training/host.hpp"
#include "support/golden.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace callbacks_keras_golden_test {

// One weight, which is 1, and no bias.
Sequential standing_model(optimizers::SGDOptions options = {.learning_rate = 1.0f}) {
  Sequential model({layers::Input({1}),
                    layers::Dense({.units = 1, .use_bias = false, .kernel_initializer = "ones"})});
  model.compile({.optimizer = optimizers::SGD(std::move(options)), .loss = "mse"});
  return model;
}

// A model in a fit, as its callbacks see it.
class Host final : public TrainingHost {
 public:
  void stop_training() override { stopped = true; }
  std::vector<Tensor> get_weights() const override { return model.get_weights(); }
  void set_weights(const std::vector<Tensor>& weights) override { model.set_weights(weights); }
  Optimizer& optimizer() override { return model.optimizer(); }
  std::optional<bool> larger_is_better(const std::string& log) const override {
    return log == "val_loss" ? std::optional(false) : std::nullopt;
  }
  std::vector<std::string> log_names() const override { return {"loss", "val_loss"}; }
  Model& trained_model() override { return model; }
  void log(const std::string&, double) override {}
  void print(const std::string&) override {}

  Sequential model = standing_model();
  bool stopped = false;
};

double number(const Config& value) {
  if (!value.is_string()) return value.get<double>();
  return value == "nan" ? std::numeric_limits<double>::quiet_NaN()
                        : std::numeric_limits<double>::infinity();
}

// The hooks of a fit in which epoch `e` logs `epochs[e]` and the model's weight is `e`.
template <class AfterEpoch>
void drive(Callback& callback, Host& host, const std::vector<Logs>& epochs,
           const AfterEpoch& after_epoch) {
  const Callback::Attachment before = callback.attach(&host, {});
  callback.on_train_begin({});
  for (int epoch = 0; epoch < static_cast<int>(epochs.size()) && !host.stopped; ++epoch) {
    host.set_weights({Tensor({1, 1}, {static_cast<float>(epoch)})});
    callback.on_epoch_begin(epoch, {});
    callback.on_epoch_end(epoch, epochs[static_cast<std::size_t>(epoch)]);
    after_epoch();
  }
  callback.on_train_end({});
  callback.attach(before.host, before.params);
}

std::vector<Logs> val_losses(const Config& values) {
  std::vector<Logs> epochs;
  for (const Config& value : values) epochs.push_back({{"val_loss", value.get<double>()}});
  return epochs;
}

// The cases of one callback, of which there are some.
std::vector<Config> cases_of(const std::string& callback) {
  std::vector<Config> found;
  for (const Config& one : golden_cases("callbacks"))
    if (one["callback"] == callback) found.push_back(one);
  EXPECT_FALSE(found.empty()) << callback;
  return found;
}

// Sets a field of options where the arguments have it.
template <class T>
void take(const Config& arguments, const char* key, T& field) {
  if (!arguments.contains(key)) return;
  if constexpr (requires { field.value_or(0.0f); }) {
    field = arguments[key].get<float>();
  } else {
    field = arguments[key].get<T>();
  }
}

TEST(CallbacksOfKeras, EarlyStopping) {
  for (const Config& golden : cases_of("EarlyStopping")) {
    const Config& arguments = golden["arguments"];
    SCOPED_TRACE(golden.dump());
    callbacks::EarlyStoppingOptions options;
    take(arguments, "patience", options.patience);
    take(arguments, "min_delta", options.min_delta);
    take(arguments, "baseline", options.baseline);
    take(arguments, "mode", options.mode);
    take(arguments, "restore_best_weights", options.restore_best_weights);
    take(arguments, "start_from_epoch", options.start_from_epoch);
    callbacks::EarlyStopping stopping(options);
    Host host;
    int epochs = 0;
    drive(stopping, host, val_losses(golden["values"]), [&] { ++epochs; });
    EXPECT_EQ(epochs, golden["epochs"]);
    EXPECT_EQ(stopping.stopped_epoch(), golden["stopped_epoch"]);
    EXPECT_EQ(stopping.best_epoch(), golden["best_epoch"]);
    EXPECT_EQ(stopping.best(), golden["best"].get<double>());
    EXPECT_EQ(host.get_weights().front().item(), golden["weight"]);
  }
}

void expect_rates(Callback& callback, const std::vector<Logs>& epochs, const Config& expected) {
  Host host;
  std::size_t epoch = 0;
  drive(callback, host, epochs, [&] {
    EXPECT_FLOAT_EQ(host.optimizer().learning_rate(), expected.at(epoch++).get<float>());
  });
  EXPECT_EQ(epoch, expected.size());
}

TEST(CallbacksOfKeras, ReduceLROnPlateau) {
  for (const Config& golden : cases_of("ReduceLROnPlateau")) {
    const Config& arguments = golden["arguments"];
    SCOPED_TRACE(golden.dump());
    callbacks::ReduceLROnPlateauOptions options;
    take(arguments, "factor", options.factor);
    take(arguments, "patience", options.patience);
    take(arguments, "mode", options.mode);
    take(arguments, "min_delta", options.min_delta);
    take(arguments, "cooldown", options.cooldown);
    take(arguments, "min_lr", options.min_lr);
    callbacks::ReduceLROnPlateau reduce(options);
    expect_rates(reduce, val_losses(golden["values"]), golden["rates"]);
  }
}

TEST(CallbacksOfKeras, LearningRateScheduler) {
  const Config golden = cases_of("LearningRateScheduler").front();
  ASSERT_EQ(golden["schedule"], "half the rate in odd epochs");
  callbacks::LearningRateScheduler scheduler(
      [](int epoch, float rate) { return epoch % 2 == 1 ? 0.5f * rate : rate; });
  expect_rates(scheduler, std::vector<Logs>(golden["rates"].size()), golden["rates"]);
}

TEST(CallbacksOfKeras, CSVLogger) {
  for (const Config& golden : cases_of("CSVLogger")) {
    const TemporaryFolder folder;
    callbacks::CSVLoggerOptions options{.filename = folder.path("log.csv")};
    take(golden["arguments"], "separator", options.separator);
    take(golden["arguments"], "append", options.append);
    callbacks::CSVLogger logger(options);
    for (std::size_t fit = 0; fit < golden["fits"].size(); ++fit) {
      std::vector<Logs> epochs;
      for (const Config& logs : golden["fits"][fit]) {
        epochs.emplace_back();
        for (const auto& [name, value] : logs.items()) epochs.back()[name] = number(value);
      }
      Host host;
      drive(logger, host, epochs, [] {});
      EXPECT_EQ(read_bytes(options.filename), golden["texts"][fit].get<std::string>());
    }
  }
}

TEST(CallbacksOfKeras, ModelCheckpoint) {
  for (const Config& golden : cases_of("ModelCheckpoint")) {
    SCOPED_TRACE(golden.dump());
    const TemporaryFolder folder;
    callbacks::ModelCheckpointOptions options{.filepath =
                                                  folder.path("{epoch:02d}-{val_loss:.3f}.keras")};
    take(golden["arguments"], "save_best_only", options.save_best_only);
    take(golden["arguments"], "mode", options.mode);
    take(golden["arguments"], "initial_value_threshold", options.initial_value_threshold);
    callbacks::ModelCheckpoint checkpoint(options);
    Host host;
    drive(checkpoint, host, val_losses(golden["values"]), [] {});
    EXPECT_EQ(Config(names_in(folder.path())), golden["files"]);
  }
}

TEST(CallbacksOfKeras, TerminateOnNaN) {
  const Config golden = cases_of("TerminateOnNaN").front();
  callbacks::TerminateOnNaN terminate;
  Host host;
  terminate.attach(&host, {});
  for (std::size_t batch = 0; batch < golden["losses"].size(); ++batch) {
    terminate.on_batch_end(static_cast<int>(batch), {{"loss", number(golden["losses"][batch])}});
    EXPECT_EQ(host.stopped, golden["stopped"][batch].get<bool>()) << batch;
  }
}

// A fit of two batches an epoch, with averages of the weights.
void expect_fit(const Config& golden, const std::shared_ptr<Callback>& callback) {
  Sequential model = standing_model({.learning_rate = 0.1f, .use_ema = true, .ema_momentum = 0.5f});
  const Tensor x = golden_tensor(golden["x"]);
  const Tensor y = golden_tensor(golden["y"]);
  std::vector<float> seen;
  const auto look = std::make_shared<callbacks::LambdaCallback>(
      callbacks::LambdaCallbackOptions{.on_epoch_end = [&](int, const Logs&) {
        seen.push_back(model.get_weights().front().item());
      }});
  std::vector<std::shared_ptr<Callback>> all;
  if (callback != nullptr) all.push_back(callback);
  all.push_back(look);
  const History history = model.fit(x, y,
                                    {.batch_size = 2,
                                     .epochs = static_cast<int>(golden["epochs"].size()),
                                     .verbose = 0,
                                     .callbacks = all,
                                     .validation_data = {x, y},
                                     .shuffle = false});
  EXPECT_EQ(Config(history.epoch), golden["epochs"]);
  ASSERT_EQ(seen.size(), golden["weights"].size());
  for (std::size_t epoch = 0; epoch < seen.size(); ++epoch) {
    EXPECT_NEAR(seen[epoch], golden["weights"][epoch].get<float>(), 1e-6);
    for (const auto& [name, values] : golden["history"].items())
      EXPECT_NEAR(history.history.at(name)[epoch], values[epoch].get<double>(), 1e-6) << name;
  }
  EXPECT_EQ(history.history.size(), golden["history"].size());
  EXPECT_NEAR(model.get_weights().front().item(), golden["after"].get<float>(), 1e-6);
}

TEST(CallbacksOfKeras, History) { expect_fit(cases_of("History").front(), nullptr); }

TEST(CallbacksOfKeras, SwapEMAWeights) {
  for (const Config& golden : cases_of("SwapEMAWeights")) {
    SCOPED_TRACE(golden["arguments"].dump());
    callbacks::SwapEMAWeightsOptions options;
    take(golden["arguments"], "swap_on_epoch", options.swap_on_epoch);
    expect_fit(golden, std::make_shared<callbacks::SwapEMAWeights>(options));
  }
}

TEST(CallbacksOfKeras, LambdaCallback) {
  const Config golden = cases_of("LambdaCallback").front();
  std::vector<std::string> calls;
  const auto at = [&](const std::string& name) {
    return [&calls, name](int index, const Logs&) {
      calls.push_back(name + " " + std::to_string(index));
    };
  };
  const auto once = [&](const std::string& name) {
    return [&calls, name](const Logs&) { calls.push_back(name); };
  };
  Sequential model = standing_model();
  model.fit(
      golden_tensor(golden["x"]), golden_tensor(golden["y"]),
      {.batch_size = 2,
       .epochs = 2,
       .verbose = 0,
       .callbacks = {std::make_shared<callbacks::LambdaCallback>(
           callbacks::LambdaCallbackOptions{.on_epoch_begin = at("on_epoch_begin"),
                                            .on_epoch_end = at("on_epoch_end"),
                                            .on_train_begin = once("on_train_begin"),
                                            .on_train_end = once("on_train_end"),
                                            .on_train_batch_begin = at("on_train_batch_begin"),
                                            .on_train_batch_end = at("on_train_batch_end")})}});
  EXPECT_EQ(Config(calls), golden["calls"]);
}

}  // namespace callbacks_keras_golden_test
}  // namespace strata::testing
