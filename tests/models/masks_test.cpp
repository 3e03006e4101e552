// Masks on their way through layers and models, and what losses and metrics make of them. The
// numbers are Keras's.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <span>
#include <thread>
#include <utility>
#include <vector>

#include "strata/core/errors.hpp"
#include "strata/initializers/constant.hpp"
#include "strata/layers/activation.hpp"
#include "strata/layers/convolution.hpp"
#include "strata/layers/dense.hpp"
#include "strata/layers/dropout.hpp"
#include "strata/layers/input.hpp"
#include "strata/layers/pooling.hpp"
#include "strata/losses/formula_loss.hpp"
#include "strata/metrics/mean_metric_wrapper.hpp"
#include "strata/metrics/root_mean_squared_error.hpp"
#include "strata/models/sequential.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/distance.hpp"
#include "strata/ops/elementwise.hpp"
#include "strata/ops/reduction.hpp"
#include "strata/optimizers/sgd.hpp"
#include "strata/regularizers/l1.hpp"
#include "support/matchers.hpp"

namespace strata {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;

// A user's layer that makes a mask: a step whose first feature is 0 is skipped.
class SkipZeros : public Layer {
 public:
  Tensor call(const Tensor& inputs, const CallContext&) override { return inputs; }
  Shape compute_output_shape(const Shape& input_shape) override { return input_shape; }
  bool supports_masking() const override { return true; }
  Tensor compute_mask(const Tensor& inputs, const Tensor&) override {
    return ops::not_equal(ops::max(inputs, {-1}), 0.0f);
  }
};

// Notes the mask that its call sees.
class Watch : public Layer {
 public:
  explicit Watch(bool supports_masking = true) : supports_masking_(supports_masking) {}
  Tensor call(const Tensor& inputs, const CallContext& context) override {
    const auto mask = context.mask.defined() ? context.mask.values() : std::span<const float>();
    seen.assign(mask.begin(), mask.end());
    return inputs;
  }
  Shape compute_output_shape(const Shape& input_shape) override { return input_shape; }
  bool supports_masking() const override { return supports_masking_; }

  std::vector<float> seen;

 private:
  bool supports_masking_;
};

std::vector<float> values(const Tensor& tensor) {
  if (!tensor.defined()) return {};
  return {tensor.values().begin(), tensor.values().end()};
}

const Tensor& steps() {
  static const Tensor x({2, 3, 1}, {1, 2, 0, 3, 0, 0});
  return x;
}

const std::vector<float> kMask = {1, 1, 0, 1, 0, 0};

TEST(Masks, ALayerPassesOnTheMaskIfItSupportsMasking) {
  const Tensor x = ops::ones({2, 3, 4});
  const Tensor mask({2, 3}, kMask);
  EXPECT_THAT(values(layers::Dense(2).call_with_mask(x, {.mask = mask}).mask),
              ElementsAreArray(kMask));
  EXPECT_THAT(values(layers::Dropout(0.5f).call_with_mask(x, {.mask = mask}).mask),
              ElementsAreArray(kMask));
  EXPECT_THAT(values(layers::Activation("tanh").call_with_mask(x, {.mask = mask}).mask),
              ElementsAreArray(kMask));
  layers::Conv1D convolution({.filters = 1, .kernel_size = 1});
  EXPECT_FALSE(convolution.call_with_mask(x, {.mask = mask}).mask.defined());
  EXPECT_FALSE(layers::Dense(2).call_with_mask(x, {}).mask.defined());
  EXPECT_TRUE(layers::Dense(2).supports_masking());
  EXPECT_FALSE(convolution.supports_masking());
}

TEST(Masks, ASequentialHandsThemFromLayerToLayerAndOut) {
  const auto near = std::make_shared<Watch>();
  const auto far = std::make_shared<Watch>();
  const auto behind = std::make_shared<Watch>();
  Sequential inner({near, layers::Dense(2)});
  Sequential model({SkipZeros(), std::make_shared<Sequential>(std::move(inner)), far,
                    Watch(/*supports_masking=*/false), behind});
  const MaskedOutput none = model.call_with_mask(steps(), {});
  EXPECT_THAT(near->seen, ElementsAreArray(kMask));
  EXPECT_THAT(far->seen, ElementsAreArray(kMask));
  EXPECT_THAT(behind->seen, ElementsAre());
  EXPECT_FALSE(none.mask.defined());
  model.pop();
  model.pop();
  const MaskedOutput masked = model.call_with_mask(steps(), {});
  EXPECT_EQ(masked.output.shape(), Shape({2, 3, 2}));
  EXPECT_THAT(values(masked.mask), ElementsAreArray(kMask));
}

TEST(Masks, AUserMayPassOneIn) {
  const auto watch = std::make_shared<Watch>();
  Sequential model({layers::Input({3, 1}), layers::Dense(2), watch});
  const Tensor mask({2, 3}, kMask);
  model(steps(), {.mask = mask});
  EXPECT_THAT(watch->seen, ElementsAreArray(kMask));
  model(steps());
  EXPECT_THAT(watch->seen, ElementsAre());
}

// What lies between a convolution and a pooling that are computed together has no mask.
TEST(Masks, EndAtAConvolution) {
  Sequential model({layers::Input({4, 1}),
                    layers::Conv1D({.filters = 2, .kernel_size = 1, .activation = "relu"}),
                    layers::MaxPooling1D(2)});
  const Tensor x = ops::ones({1, 4, 1});
  const MaskedOutput masked = model.call_with_mask(x, {.mask = ops::ones({1, 4})});
  EXPECT_FALSE(masked.mask.defined());
  EXPECT_THAT(values(masked.output), ElementsAreArray(values(model(x))));
}

TEST(Masks, AreEachCallsOwn) {
  Sequential model({layers::Input({3, 1}), SkipZeros(), layers::Dense(2)});
  std::vector<std::thread> threads;
  std::vector<int> wrong(4);
  for (std::size_t thread = 0; thread < wrong.size(); ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; i < 200; ++i) {
        const float first = (i + static_cast<int>(thread)) % 2 == 0 ? 0.0f : 1.0f;
        const Tensor x({1, 3, 1}, {first, 1, 1.0f - first});
        if (values(model.call_with_mask(x, {}).mask) !=
            std::vector<float>({first, 1, 1.0f - first}))
          ++wrong[thread];
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(wrong, ElementsAre(0, 0, 0, 0));
}

// Predicts 2 for each step, three of which count.
struct Predictor {
  Sequential model =
      Sequential({layers::Input({3, 1}), SkipZeros(),
                  layers::Dense({.units = 1,
                                 .kernel_initializer = "zeros",
                                 .bias_initializer = initializers::Constant(2.0f)})});
  Tensor y = Tensor({2, 3, 1}, {1, 2, 3, 4, 5, 6});

  void compile(const char* reduction) {
    model.compile({.optimizer = optimizers::SGD({.learning_rate = 0.0f}),
                   .loss = losses::MeanSquaredError({.reduction = reduction}),
                   .metrics = {"mae", metrics::RootMeanSquaredError()},
                   .weighted_metrics = {"mse"}});
  }
  std::vector<double> run(const Tensor& weights) {
    const Logs tested = model.evaluate(steps(), y, {.verbose = 0, .sample_weight = weights});
    EXPECT_EQ(tested, model.train_on_batch(steps(), y, {.sample_weight = weights}));
    const History history = model.fit(steps(), y, {.verbose = 0, .sample_weight = weights});
    EXPECT_EQ(history.history.at("loss").back(), tested.at("loss"));
    return {tested.at("loss"), tested.at("mae"), tested.at("root_mean_squared_error"),
            tested.at("mse")};
  }
};

std::vector<::testing::Matcher<double>> near(const std::vector<double>& expected) {
  std::vector<::testing::Matcher<double>> all;
  for (const double value : expected) all.push_back(::testing::DoubleNear(value, 2e-6));
  return all;
}

TEST(Masks, LossesAndMeansAreOverTheStepsThatCount) {
  const Tensor weights({2, 3}, {1, 2, 3, 4, 5, 6});
  Predictor predictor;
  predictor.compile("sum_over_batch_size");
  EXPECT_THAT(predictor.run({}), ElementsAreArray(near({5 / 3.0, 1, 2.2730303, 5 / 3.0})));
  EXPECT_THAT(predictor.run(weights), ElementsAreArray(near({17 / 3.0, 1, 2.2730303, 17 / 7.0})));
  predictor.compile("sum");
  EXPECT_THAT(predictor.run({}), ElementsAreArray(near({5, 1, 2.2730303, 5 / 3.0})));
  EXPECT_THAT(predictor.run(weights), ElementsAreArray(near({17, 1, 2.2730303, 17 / 7.0})));
  predictor.compile("mean_with_sample_weight");
  EXPECT_THAT(predictor.run({}), ElementsAreArray(near({5 / 3.0, 1, 2.2730303, 5 / 3.0})));
  EXPECT_THAT(predictor.run(weights), ElementsAreArray(near({17 / 7.0, 1, 2.2730303, 17 / 7.0})));
}

TEST(Masks, AMeanOfAFunctionLeavesSkippedStepsOut) {
  Predictor predictor;
  predictor.model.compile({.loss = "mse",
                           .metrics = {"mae", metrics::MeanMetricWrapper(ops::mean_absolute_error,
                                                                         {.name = "wrapped"})}});
  const Logs logs = predictor.model.evaluate(steps(), predictor.y, {.verbose = 0});
  EXPECT_EQ(logs.at("wrapped"), logs.at("mae"));
}

TEST(Masks, AWeightPerSampleHoldsForItsSteps) {
  Predictor predictor;
  predictor.compile("sum_over_batch_size");
  EXPECT_THAT(predictor.run(Tensor({2}, {1, 2})),
              ElementsAreArray(near({9 / 3.0, 1, 2.2730303, 9 / 4.0})));
}

TEST(Masks, OfNoStepsGiveNoLoss) {
  Predictor predictor;
  predictor.compile("sum_over_batch_size");
  const Logs logs = predictor.model.evaluate(ops::zeros({2, 3, 1}), predictor.y, {.verbose = 0});
  EXPECT_EQ(logs.at("loss"), 0.0);
  EXPECT_EQ(logs.at("mae"), 0.0);
}

TEST(Masks, LeaveTheGradientsOfSkippedStepsOut) {
  Sequential model(
      {layers::Input({3, 1}), SkipZeros(),
       layers::Dense({.units = 1, .kernel_initializer = "zeros", .bias_initializer = "zeros"})});
  model.compile({.optimizer = optimizers::SGD({.learning_rate = 1.0f}), .loss = "mse"});
  model.train_on_batch(steps(), Tensor({2, 3, 1}, {1, 2, 30, 4, 50, 60}));
  // 2/3 * (1 + 2 + 4): only the steps that count.
  EXPECT_NEAR(model.get_weights()[1].item(), 14.0f / 3.0f, 1e-5f);
}

// A penalty is of all outputs, masked or not.
TEST(Masks, DoNotTouchActivityPenalties) {
  Sequential model({layers::Input({3, 1}), SkipZeros(),
                    layers::Dense({.units = 1,
                                   .kernel_initializer = "zeros",
                                   .bias_initializer = "ones",
                                   .activity_regularizer = regularizers::L1(1.0f)})});
  model.compile({.optimizer = "sgd", .loss = "mse"});
  const Logs logs = model.evaluate(steps(), ops::ones({2, 3, 1}), {.verbose = 0});
  EXPECT_NEAR(logs.at("reg_loss"), 3.0, 1e-6);
  EXPECT_NEAR(logs.at("data_loss"), 0.0, 1e-6);
}

TEST(Masks, ThatDoNotFitTheLossAreRefused) {
  EXPECT_THAT(
      [] {
        losses::MeanSquaredError()(ops::ones({2, 3, 1}), ops::ones({2, 3, 1}), {},
                                   ops::ones({2, 4}));
      },
      testing::Raises<ShapeError>(
          "MeanSquaredError: mask must have one weight per sample, or one per value. Received: "
          "mask.shape=(2, 4), values of shape (2, 3)."));
}

}  // namespace
}  // namespace strata
