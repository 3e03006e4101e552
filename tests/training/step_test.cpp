// A training step in two parts, with room for others' gradients between them.
#include "training/step.hpp"

#include <gmock/gmock.h>

#include "strata/layers/batch_normalization.hpp"
#include "strata/layers/dense.hpp"
#include "strata/layers/dropout.hpp"
#include "strata/layers/input.hpp"
#include "strata/models/sequential.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/elementwise.hpp"
#include "strata/optimizers/adam.hpp"
#include "strata/optimizers/sgd.hpp"
#include "strata/regularizers/l1.hpp"
#include "strata/regularizers/l2.hpp"
#include "strata/tensor/random.hpp"
#include "support/matchers.hpp"
#include "training/running_metrics.hpp"

namespace strata::training {
namespace {

using layers::Dense;
using layers::Input;
using testing::IsClose;

constexpr std::int64_t kSamples = 8;

Sequential regularized_model() {
  set_random_seed(3);
  return Sequential({Input({4}),
                     Dense({.units = 5,
                            .activation = "tanh",
                            .kernel_regularizer = regularizers::L2(0.3f),
                            .bias_regularizer = regularizers::L1(0.2f),
                            .activity_regularizer = regularizers::L2(0.4f)}),
                     Dense({.units = 2, .kernel_regularizer = regularizers::L1(0.1f)})});
}

Batch samples(std::int64_t first, std::int64_t last) {
  const Tensor x = random::Generator(1).normal({kSamples, 4});
  const Tensor y = random::Generator(2).normal({kSamples, 2});
  return {ops::slice(x, {first, 0}, {last - first, -1}),
          ops::slice(y, {first, 0}, {last - first, -1}),
          {}};
}

StepGradients gradients_of(Layer& model, const CompileOptions& compiled, const Batch& batch) {
  CallRecord record;
  return compute_gradients({model, compiled, batch, {}, record});
}

void expect_same_weights(const Layer& actual, const Layer& expected, double tolerance) {
  const std::vector<Tensor> weights = actual.get_weights();
  const std::vector<Tensor> others = expected.get_weights();
  for (std::size_t i = 0; i < weights.size(); ++i)
    EXPECT_THAT(weights[i], IsClose(others[i], tolerance)) << i;
}

// What two processes do that have three and five samples of a batch of eight.
TEST(StepGradients, AveragedBySamplesAreTheWholeBatchs) {
  Sequential whole = regularized_model();
  const CompileOptions of_whole = {.optimizer = optimizers::SGD({.learning_rate = 0.5f}),
                                   .loss = "mse"};
  RunningMetrics running_metrics(of_whole);
  LastTerms last;
  train_step(whole, of_whole, samples(0, kSamples), running_metrics, last);

  Sequential model = regularized_model();
  const CompileOptions compiled = {.optimizer = optimizers::SGD({.learning_rate = 0.5f}),
                                   .loss = "mse"};
  StepGradients step = gradients_of(model, compiled, samples(0, 3));
  const StepGradients other = gradients_of(model, compiled, samples(3, kSamples));
  ASSERT_EQ(step.gradients.size(), 4U);
  for (std::size_t i = 0; i < step.gradients.size(); ++i)
    step.gradients[i] = (3.0f * step.gradients[i] + 5.0f * other.gradients[i]) / 8.0f;
  apply_gradients(compiled, step);
  expect_same_weights(model, whole, 1e-6);
  EXPECT_NEAR((3 * step.result.reg_loss + 5 * other.result.reg_loss) / 8,
              running_metrics.logs().at("reg_loss"), 1e-6);
}

TEST(StepGradients, AreThoseOfTheUpdate) {
  Sequential model = regularized_model();
  const CompileOptions compiled = {.optimizer = optimizers::SGD({.learning_rate = 0.25f}),
                                   .loss = "mse"};
  const std::vector<Tensor> before = model.get_weights();
  const StepGradients step = gradients_of(model, compiled, samples(0, kSamples));
  expect_same_weights(model, regularized_model(), 0.0);  // nothing has moved yet
  EXPECT_EQ(step.variables, model.trainable_variables());
  EXPECT_EQ(step.terms.step, 1);
  EXPECT_TRUE(step.result.regularized);
  apply_gradients(compiled, step);
  for (std::size_t i = 0; i < before.size(); ++i) {
    const auto [l1, l2] = step.missing[i];
    const Tensor whole = step.gradients[i] + l1 * ops::sign(before[i]) + 2.0f * l2 * before[i];
    EXPECT_THAT(step.variables[i].value(), IsClose(before[i] - 0.25f * whole, 1e-6));
  }
}

TEST(StepGradients, OfALossThatDependsOnNothingUpdateNothing) {
  Sequential model({Input({4}), Dense({.units = 2})});
  const CompileOptions compiled = {.optimizer = "adam"};
  const std::vector<Tensor> before = model.get_weights();
  StepGradients step = gradients_of(model, compiled, samples(0, kSamples));
  for (const Tensor& gradient : step.gradients) EXPECT_FALSE(gradient.defined());
  apply_gradients(compiled, step);
  EXPECT_EQ(compiled.optimizer->iterations(), 0);
  EXPECT_THAT(model.get_weights().front(), IsClose(before.front(), 0.0));
}

// Refuses the second batch.
class FailsSecond : public Metric {
 public:
  FailsSecond() : Metric("fails") {}
  void update_state(const Tensor&, const Tensor&, const Tensor&) override {
    if (++batches_ == 2) throw std::runtime_error("second");
  }
  double result() const override { return 0.0; }
  void reset_state() override {}

 private:
  int batches_ = 0;
};

TEST(TrainStep, ThatFailsBetweenTheGradientsAndTheUpdateChangesNothing) {
  Sequential model({Input({4}), Dense({.units = 4}), layers::BatchNormalization(),
                    layers::Dropout({.rate = 0.5f, .seed = 1}), Dense({.units = 2})});
  const CompileOptions compiled = {
      .optimizer = "adam", .loss = "mse", .metrics = {std::make_shared<FailsSecond>()}};
  RunningMetrics running_metrics(compiled);
  LastTerms last;
  train_step(model, compiled, samples(0, kSamples), running_metrics, last);
  const std::vector<Tensor> weights = model.get_weights();
  const auto states = model.random_states();
  EXPECT_THROW(train_step(model, compiled, samples(0, kSamples), running_metrics, last),
               std::runtime_error);
  const std::vector<Tensor> after = model.get_weights();
  for (std::size_t i = 0; i < weights.size(); ++i)
    EXPECT_THAT(after[i], IsClose(weights[i], 0.0)) << model.named_weights()[i].path;
  EXPECT_EQ(model.random_states(), states);
  EXPECT_EQ(last.step, 1);
  EXPECT_EQ(compiled.optimizer->iterations(), 1);
}

}  // namespace
}  // namespace strata::training
