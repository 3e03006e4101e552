// Training runs against Keras 3.15 (keras.md 6.2), and what fit promises about its figures.
#include <gtest/gtest.h>

#include <stdexcept>
#include <thread>

#include "core/parallel.hpp"
#include "core/unoptimized.hpp"
#include "strata/core/threads.hpp"
#include "strata/layers/dense.hpp"
#include "strata/layers/input.hpp"
#include "strata/losses/formula_loss.hpp"
#include "strata/metrics/confusion_counts.hpp"
#include "strata/metrics/formula_metric.hpp"
#include "strata/metrics/precision.hpp"
#include "strata/models/sequential.hpp"
#include "strata/ops/ops.hpp"
#include "strata/optimizers/sgd.hpp"
#include "strata/regularizers/l1.hpp"
#include "strata/regularizers/l1l2.hpp"
#include "strata/regularizers/l2.hpp"
#include "strata/tensor/random.hpp"
#include "support/matchers.hpp"

namespace strata {
namespace {

using testing::IsClose;

const Tensor kX({2, 2}, {1, 2, 3, 4});
const Tensor kY({2, 1}, {1, 2});

Tensor initial_kernel(const Shape&) { return Tensor({2, 1}, {0.5f, -0.25f}); }

struct Slots {
  RegularizerSpec kernel = {};
  RegularizerSpec bias = {};
  RegularizerSpec activity = {};
  ConstraintSpec constraint = {};
  std::optional<float> loss_weights = {};
};

// Dense(1) with fixed weights, mean squared error, SGD(0.1).
Sequential golden_model(const Slots& slots = {}) {
  Sequential model(
      {layers::Input({2}),
       layers::Dense({.units = 1,
                      .kernel_initializer = initial_kernel,
                      .bias_initializer = [](const Shape& shape) { return ops::full(shape, 0.1f); },
                      .kernel_regularizer = slots.kernel,
                      .bias_regularizer = slots.bias,
                      .activity_regularizer = slots.activity,
                      .kernel_constraint = slots.constraint})});
  model.compile({.optimizer = optimizers::SGD({.learning_rate = 0.1f}),
                 .loss = "mse",
                 .loss_weights = slots.loss_weights});
  return model;
}

struct Golden {
  Slots slots;
  double evaluated;
  std::vector<double> losses;
  std::vector<float> weights;  // w1, w2, b
};

void expect_golden(const Golden& golden, FitOptions options = {}) {
  Sequential model = golden_model(golden.slots);
  EXPECT_NEAR(model.evaluate(kX, kY, {.verbose = 0}).at("loss"), golden.evaluated, 1e-5);
  options.epochs = 2;
  options.verbose = 0;
  const History history = model.fit(kX, kY, options);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_NEAR(history.history.at("loss")[i] / golden.losses[i], 1.0, 1e-5);
  }
  const std::vector<Tensor> weights = model.get_weights();
  EXPECT_THAT(weights[0], IsClose(Tensor({2, 1}, {golden.weights[0], golden.weights[1]})));
  EXPECT_THAT(weights[1], IsClose(Tensor({1}, {golden.weights[2]})));
}

TEST(Fit, AgreesWithKerasWithoutPenalties) {
  expect_golden({{}, 1.385, {1.385, 6.3823991}, {-.1179999f, -1.1019999f, -.1339999f}});
}

TEST(Fit, AgreesWithKerasOnKernelPenalties) {
  expect_golden({{.kernel = regularizers::L2(.1f)},
                 1.41625,
                 {1.41625, 6.4737525},
                 {-.145f, -1.1028999f, -.133f}});
  expect_golden(
      {{.kernel = regularizers::L1(.1f)}, 1.46, {1.46, 6.5788999}, {-.142f, -1.108f, -.136f}});
}

TEST(Fit, AgreesWithKerasOnKernelAndBiasPenalties) {
  expect_golden(
      {{.kernel = regularizers::L1L2({.l1 = .1f, .l2 = .2f}), .bias = regularizers::L2(.5f)},
       1.5275,
       {1.5275, 6.7604985},
       {-.1912f, -1.1044f, -.174f}});
}

TEST(Fit, AgreesWithKerasOnActivityPenalties) {
  expect_golden({{.activity = regularizers::L2(.1f)},
                 1.4035,
                 {1.4035, 7.317317},
                 {-.25578f, -1.29612f, -.19034f}});
  expect_golden({{.activity = regularizers::L1(.1f)},
                 1.42,
                 {1.42, 6.0229006},
                 {-.092f, -1.0680001f, -.126f}});
}

TEST(Fit, SampleWeightsDontTouchPenalties) {
  expect_golden(
      {{.kernel = regularizers::L2(.1f)}, 1.41625, {.8412499, .0786125}, {.6206f, .0407f, .244f}},
      {.sample_weight = Tensor({2}, {2, 0})});
}

TEST(Fit, LossWeightsDontTouchPenalties) {
  expect_golden({{.kernel = regularizers::L2(.1f), .loss_weights = 2.0f},
                 2.80125,
                 {2.80125, 77.3930283},
                 {-4.0462f, -6.6297f, -1.754f}});
}

TEST(Fit, AgreesWithKerasOnConstraints) {
  expect_golden({{.constraint = "non_neg"}, 1.385, {1.385, 6.3823991}, {0, 0, -.134f}});
}

TEST(Fit, ValidationLossHoldsThePenalties) {
  Sequential model = golden_model({.kernel = regularizers::L2(.1f)});
  const History history =
      model.fit(kX, kY, {.epochs = 2, .verbose = 0, .validation_data = {kX, kY}});
  EXPECT_NEAR(history.history.at("val_loss")[0], 6.4737525, 1e-4);
  EXPECT_NEAR(history.history.at("val_loss")[1], 30.5495758, 1e-3);
}

TEST(Fit, AFrozenLayerPaysNothingAndStaysAsItIs) {
  Sequential model = golden_model({.kernel = regularizers::L2(.1f)});
  model.get_layer(0).set_trainable(false);
  const History history = model.fit(kX, kY, {.epochs = 2, .verbose = 0});
  EXPECT_NEAR(history.history.at("loss")[1], 1.385, 1e-5);
  EXPECT_FALSE(history.history.contains("reg_loss"));
  EXPECT_THAT(model.get_weights()[0], IsClose(initial_kernel({})));
}

TEST(Evaluate, DoesNotDependOnTheBatchSizeWithPenalties) {
  Sequential model =
      golden_model({.kernel = regularizers::L2(.1f), .activity = regularizers::L2(.1f)});
  const Tensor x({3, 2}, {1, 2, 3, 4, 5, 6});
  const Tensor y({3, 1}, {1, 2, 3});
  for (const int batch_size : {1, 2, 3}) {
    EXPECT_NEAR(model.evaluate(x, y, {.batch_size = batch_size, .verbose = 0}).at("loss"), 2.210583,
                1e-5);
  }
}

TEST(Evaluate, ReportsTheMeanOfAMetricOfSeveralValues) {
  Sequential model = golden_model();
  const auto counts = std::make_shared<metrics::TruePositives>(
      metrics::ConfusionCountOptions{.thresholds = {0.1f, 0.9f}});
  model.compile({.optimizer = "sgd",
                 .loss = "mse",
                 .metrics = {"auc", metrics::Precision(), metrics::Precision(), counts}});
  const Logs logs = model.evaluate(kX, Tensor({2, 1}, {0, 1}), {.batch_size = 1, .verbose = 0});
  EXPECT_EQ(logs.at("true_positives"), ops::mean(counts->results()).item());
  EXPECT_EQ(counts->results().shape(), Shape{2});
  EXPECT_EQ(logs.count("auc"), 1U);
  EXPECT_EQ(logs.at("precision_1"), logs.at("precision"));
}

TEST(Fit, ReportsPartsThatSumToTheLoss) {
  Sequential model = golden_model({.kernel = "l2", .activity = "l1"});
  const History history =
      model.fit(kX, kY, {.batch_size = 1, .epochs = 3, .verbose = 0, .validation_data = {kX, kY}});
  for (const std::string prefix : {"", "val_"}) {
    for (std::size_t i = 0; i < 3; ++i) {
      EXPECT_EQ(
          history.history.at(prefix + "loss")[i],
          history.history.at(prefix + "data_loss")[i] + history.history.at(prefix + "reg_loss")[i]);
    }
  }
}

TEST(Fit, TrainsOnPenaltiesAlone) {
  Sequential model({layers::Input({2}), layers::Dense({.units = 1, .kernel_regularizer = "l2"})});
  model.compile({.optimizer = "sgd"});
  const double before = ops::sum(model.losses()).item();
  model.fit(kX, {}, {.epochs = 3, .verbose = 0});
  EXPECT_LT(ops::sum(model.losses()).item(), before);
}

TEST(Fit, ClassWeightsMultiplyTheDataLoss) {
  Sequential one = golden_model();
  Sequential two = golden_model();
  const Tensor y({2, 1}, {0, 1});
  const History by_class = one.fit(kX, y, {.verbose = 0, .class_weight = {{1, 3.0f}}});
  const History by_sample = two.fit(kX, y, {.verbose = 0, .sample_weight = Tensor({2}, {1, 3})});
  EXPECT_EQ(by_class.history, by_sample.history);
}

TEST(Fit, LabelsBeyondIntHaveNoClassWeight) {
  Sequential one = golden_model();
  Sequential two = golden_model();
  const Tensor y({2, 1}, {4294967296.0f, 1e18f});
  const History by_class = one.fit(kX, y, {.verbose = 0, .class_weight = {{0, 3.0f}}});
  EXPECT_EQ(by_class.history, two.fit(kX, y, {.verbose = 0}).history);
}

TEST(Fit, HoldsOutTheLastSamples) {
  Sequential model = golden_model();
  const Tensor x = ops::reshape(ops::arange(0, 20), {10, 2});
  Sequential twin = golden_model();
  const FitOptions options{.verbose = 0, .validation_split = 0.25f, .shuffle = false};
  const History split = model.fit(0.01f * x, ops::ones({10, 1}), options);
  const History given =
      twin.fit(ops::slice(0.01f * x, {0, 0}, {7, 2}), ops::ones({7, 1}),
               {.verbose = 0,
                .validation_data = {ops::slice(0.01f * x, {7, 0}, {3, 2}), ops::ones({3, 1})},
                .shuffle = false});
  EXPECT_EQ(split.history, given.history);
}

TEST(Fit, SplitsByTheDecimalThatIsWritten) {
  Sequential model = golden_model();
  const Tensor x = ops::ones({1000, 2});
  const Tensor y = ops::ones({1000, 1});
  for (const auto& [split, kept] : {std::pair{0.1f, 900}, {0.2f, 800}, {0.3f, 700}, {0.15f, 850}}) {
    const History history =
        model.fit(x, y, {.batch_size = 1, .epochs = 0, .verbose = 0, .validation_split = split});
    EXPECT_EQ(history.params.steps, kept) << split;
  }
}

TEST(Fit, ShowsALayerNoMoreThanABatch) {
  class Widest : public Layer {
   public:
    Tensor call(const Tensor& inputs, const CallContext&) override {
      batch = std::max(batch, inputs.shape().front());
      return inputs;
    }
    std::int64_t batch = 0;
  };
  const auto widest = std::make_shared<Widest>();
  Sequential model({widest, layers::Dense({.units = 1})});
  model.compile({.optimizer = "sgd", .loss = "mse"});
  model.fit(ops::ones({50, 2}), ops::ones({50, 1}), {.batch_size = 10, .verbose = 0});
  EXPECT_EQ(widest->batch, 10);
}

TEST(Fit, WithoutALossAndPenaltiesChangesNothing) {
  Sequential model({layers::Input({2}), layers::Dense({.units = 1})});
  for (const RegularizerSpec& penalty : {RegularizerSpec(), RegularizerSpec(regularizers::L2(0))}) {
    model.get_layer(0).set_regularizer("kernel", penalty);
    model.compile({.optimizer = "sgd"});
    const Tensor before = model.get_weights()[0];
    EXPECT_EQ(model.fit(kX, {}, {.verbose = 0}).history.at("loss").front(), 0.0);
    EXPECT_EQ(testing::relative_gap(model.get_weights()[0], before), 0.0);
  }
}

TEST(Compile, MakesRulesGivenByNameAnew) {
  const CompileOptions options{.optimizer = "adam", .loss = "mse", .metrics = {"mae", "mae"}};
  options.optimizer->set_learning_rate(0.5f);
  Sequential model = golden_model();
  Sequential other = golden_model();
  model.compile(options);
  other.compile(options);
  model.fit(kX, kY, {.verbose = 0});
  EXPECT_EQ(other.optimizer().iterations(), 0);
  EXPECT_EQ(other.compile_options().metrics[0]->result(), 0.0);
  model.compile(options);
  EXPECT_EQ(model.optimizer().iterations(), 0);
  EXPECT_EQ(model.optimizer().learning_rate(), 0.5f);
  EXPECT_EQ(model.metrics_names(), (std::vector<std::string>{"loss", "mae", "mae_1"}));
}

TEST(Compile, ThatFailsLeavesTheMetricsTheirNames) {
  class CantBeCopied : public metrics::MeanAbsoluteError {
   public:
    std::shared_ptr<Metric> fresh() const override { throw std::runtime_error("no copy"); }
  };
  const auto first = std::make_shared<metrics::MeanAbsoluteError>();
  const auto second = std::make_shared<CantBeCopied>();
  Sequential model = golden_model();
  EXPECT_THROW(model.compile({.optimizer = "sgd",
                              .loss = "mse",
                              .metrics = {first, second},
                              .weighted_metrics = {metrics::MeanAbsoluteError()}}),
               std::runtime_error);
  EXPECT_EQ(first->name(), "mean_absolute_error");
  EXPECT_EQ(second->name(), "mean_absolute_error");
}

TEST(Compile, KeepsWhatAnOptimizerGivenByNameLeavesUndecayed) {
  Sequential model = golden_model();
  const CompileOptions options{.optimizer = "adamw", .loss = "mse"};
  options.optimizer->set_learning_rate(1.0f);
  options.optimizer->exclude_from_weight_decay({"kernel"});
  options.optimizer->exclude_from_weight_decay(model.get_layer(0).weight("bias"));
  model.compile(options);
  const std::vector<Tensor> before = model.get_weights();
  // Targets that are met: nothing but decay could change a weight.
  model.fit(kX, model.predict(kX), {.batch_size = 2, .verbose = 0, .shuffle = false});
  EXPECT_THAT(model.get_weights()[0], IsClose(before[0], 0.0));
  EXPECT_THAT(model.get_weights()[1], IsClose(before[1], 0.0));
}

TEST(Compile, KeepsTheScheduleOfAnOptimizerGivenByNameThoughItsClassWasNotRegistered) {
  class Counting : public LearningRateSchedule {
    float operator()(std::int64_t step) const override { return static_cast<float>(step); }
  };
  Sequential model = golden_model();
  const CompileOptions options{.optimizer = "adam", .loss = "mse"};
  options.optimizer->set_learning_rate(Counting());
  model.compile(options);
  EXPECT_NE(&model.optimizer(), options.optimizer.rule().get());
  model.fit(kX, kY, {.epochs = 2, .verbose = 0});
  EXPECT_EQ(model.optimizer().learning_rate(), 2.0f);
  EXPECT_EQ(options.optimizer->learning_rate(), 0.0f);
}

TEST(Compile, SharesAnOptimizerThatIsAnObject) {
  const CompileOptions options{.optimizer = optimizers::SGD(), .loss = "mse"};
  Sequential model = golden_model();
  model.compile(options);
  EXPECT_EQ(&model.optimizer(), options.optimizer.rule().get());
}

TEST(Fit, BeginsAtTheInitialEpoch) {
  Sequential model = golden_model();
  const History history = model.fit(kX, kY, {.epochs = 5, .verbose = 0, .initial_epoch = 3});
  EXPECT_EQ(history.epoch, (std::vector<int>{3, 4}));
  EXPECT_EQ(history.params.epochs, 5);
  EXPECT_EQ(history.params.steps, 1);
}

TEST(Fit, OfNoEpochLeavesAveragedWeightsAsTheyAre) {
  Sequential model = golden_model();
  model.compile({.optimizer = optimizers::SGD({.use_ema = true}), .loss = "mse"});
  model.fit(kX, kY, {.epochs = 0, .verbose = 0});
  EXPECT_THAT(model.get_weights().front(), IsClose(Tensor({2, 1}, {0.5f, -0.25f})));
}

TEST(Fit, ValidatesEverySoManyEpochs) {
  Sequential model = golden_model();
  const History history = model.fit(
      kX, kY, {.epochs = 5, .verbose = 0, .validation_data = {kX, kY}, .validation_freq = 2});
  EXPECT_EQ(history.history.at("val_loss").size(), 2U);
}

// Of products and weights enough for several parts.
History seeded_run() {
  constexpr std::int64_t kInputs = 100, kUnits = 700, kBatch = 128, kRows = 300;
  EXPECT_GT(product_parts(kBatch * kInputs * kUnits, kBatch, kMostParts), 1);
  EXPECT_GT(part_count(kInputs * kUnits), 1);
  set_random_seed(9);
  Sequential model(
      {layers::Input({kInputs}),
       layers::Dense({.units = kUnits, .activation = "relu", .kernel_regularizer = "l1_l2"}),
       layers::Dense({.units = 3, .activation = "softmax", .activity_regularizer = "l2"})});
  model.compile(
      {.optimizer = "adam", .loss = "sparse_categorical_crossentropy", .metrics = {"accuracy"}});
  const Tensor x = random::normal({kRows, kInputs});
  return model.fit(x, ops::argmax(ops::slice(x, {0, 0}, {kRows, 3}), -1),
                   {.batch_size = kBatch, .epochs = 3, .verbose = 0});
}

TEST(Fit, OneSeedGivesTheSameBitsTwiceAndWithAnyNumberOfThreads) {
  const int threads = num_threads();
  const KeepHelpers keep;
  set_num_threads(1);
  const History one = seeded_run();
  EXPECT_EQ(one.history, seeded_run().history);
  set_num_threads(2);
  EXPECT_EQ(one.history, seeded_run().history);
  set_num_threads(threads);
}

TEST(Fit, ALossScaleChangesNoWeightAndNoFigure) {
  Sequential plain = golden_model({.kernel = "l2"});
  Sequential scaled = golden_model({.kernel = "l2"});
  const auto sgd = [](std::optional<float> factor) {
    return optimizers::SGD({.learning_rate = 0.1f, .loss_scale_factor = factor});
  };
  plain.compile({.optimizer = sgd({}), .loss = "mse"});
  scaled.compile({.optimizer = sgd(128.0f), .loss = "mse"});
  const FitOptions options{.epochs = 3, .verbose = 0, .shuffle = false};
  EXPECT_EQ(plain.fit(kX, kY, options).history, scaled.fit(kX, kY, options).history);
  EXPECT_EQ(testing::relative_gap(plain.get_weights()[0], scaled.get_weights()[0]), 0.0);
}

TEST(Fit, StopsWhenAnotherThreadSaysSo) {
  Sequential model = golden_model();
  model.optimizer().set_learning_rate(0.001f);
  std::thread other;
  class Started : public Callback {
   public:
    explicit Started(std::function<void()> then) : then_(std::move(then)) {}
    void on_train_begin(const Logs&) override { then_(); }

   private:
    std::function<void()> then_;
  };
  const auto started =
      std::make_shared<Started>([&] { other = std::thread([&] { model.stop_training(); }); });
  const History history =
      model.fit(kX, kY, {.epochs = 100'000'000, .verbose = 0, .callbacks = {started}});
  other.join();
  EXPECT_LT(history.epoch.size(), 100'000'000U);
}

TEST(TrainOnBatch, IsOneStepOfFit) {
  Sequential one = golden_model({.kernel = "l2"});
  Sequential two = golden_model({.kernel = "l2"});
  const Logs logs = one.train_on_batch(kX, kY);
  const History history = two.fit(kX, kY, {.verbose = 0, .shuffle = false});
  EXPECT_EQ(logs.at("loss"), history.history.at("loss").front());
  EXPECT_EQ(logs.at("reg_loss"), history.history.at("reg_loss").front());
  EXPECT_EQ(testing::relative_gap(one.get_weights()[0], two.get_weights()[0]), 0.0);
}

TEST(TestOnBatch, IsEvaluateOfOneBatch) {
  Sequential model = golden_model({.kernel = "l2"});
  EXPECT_EQ(model.test_on_batch(kX, kY), model.evaluate(kX, kY, {.verbose = 0}));
}

TEST(Predict, DoesNotDependOnTheBatchSizeAndNeedsNoCompile) {
  Sequential model({layers::Input({2}), layers::Dense({.units = 3})});
  const Tensor x = random::normal({7, 2});
  const Tensor whole = model.predict_on_batch(x);
  EXPECT_THAT(model.predict(x, {.batch_size = 2, .verbose = 0}), IsClose(whole));
  EXPECT_EQ(whole.shape(), (Shape{7, 3}));
}

TEST(ComputeLoss, IsDataLossPlusPenalties) {
  Sequential model = golden_model({.kernel = regularizers::L2(.1f)});
  EXPECT_NEAR(model.compute_loss(kY, model(kX)).item(), 1.41625, 1e-5);
}

TEST(Fit, SaysNothingOnTheStandardErrorOfAnOptimizedBuild) {
  if (!kOptimized) GTEST_SKIP() << "the library was built without optimization, and says so";
  ::testing::internal::CaptureStderr();
  Sequential model = golden_model();
  model.fit(kX, kY, {.verbose = 0});
  model.predict(kX, {.verbose = 0});
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace strata
