// What docs/proximal.md shows, as a user writes it. The page shows the parts between the marks.
#include <gtest/gtest.h>

#include <algorithm>
#include <strata/config.hpp>
#include <strata/strata.hpp>

#include "support/matchers.hpp"

namespace strata::testing {
namespace proximal_page_test {
namespace {

// readme: own rule
/// `factor * sum(|x|)` over positive weights alone, as an expression of ops; and how it shrinks.
class Positive : public Regularizer {
 public:
  explicit Positive(float factor) : factor_(factor) {}
  Tensor operator()(const Tensor& x) const override { return factor_ * ops::sum(ops::relu(x)); }

  std::optional<ProximalForm> proximal_form(std::int64_t) const override {
    return ProximalForm{.groups = factor_ > 0};
  }
  void shrink_groups(const Variable& weight, const ProximalSteps& steps) const override {
    float* const w = weight.mutable_data();
    for (std::int64_t i = 0; i < weight.shape().element_count(); ++i)
      if (w[i] > 0) w[i] = std::max(w[i] - steps[i] * factor_, 0.0f);
  }

 private:
  float factor_;
};
// readme: end

// Targets that follow from two of eight inputs.
const Tensor& inputs() {
  static const Tensor x = random::Generator(3).normal({64, 8});
  return x;
}

Tensor targets() { return ops::sum(ops::slice(inputs(), {0, 0}, {64, 2}), {1}, true); }

// readme: zeros
std::int64_t zeros_after_training(const RegularizerSpec& rule) {
  Sequential model({layers::Input({8}), layers::Dense({.units = 1, .kernel_regularizer = rule})});
  model.compile({.optimizer = optimizers::SGD(0.05f), .loss = "mse"});
  model.fit(inputs(), targets(), {.epochs = 100, .verbose = 0});
  const Tensor kernel = model.get_weights()[0];
  return std::count(kernel.values().begin(), kernel.values().end(), 0.0f);
}
// readme: end

TEST(ProximalPage, ComparesGradientAndProximalStep) {
  // readme: side by side
  const std::int64_t by_gradient = zeros_after_training(regularizers::L1(0.1f));
  const std::int64_t exactly = zeros_after_training(regularizers::Proximal(regularizers::L1(0.1f)));
  // readme: end
  EXPECT_EQ(by_gradient, 0);
  EXPECT_EQ(exactly, 6);
}

TEST(ProximalPage, TrainsInALoopOfOnesOwn) {
  layers::Dense layer(
      {.units = 1, .kernel_regularizer = regularizers::Proximal(regularizers::L1(0.1f))});
  layer.build({64, 8});
  optimizers::SGD optimizer(0.05f);
  // readme: loop
  for (int i = 0; i < 100; ++i) {
    GradientTape tape;
    const Tensor loss = ops::mean(ops::square(layer(inputs()) - targets()));
    const std::vector<Variable> weights = layer.trainable_variables();
    optimizer.apply(tape.gradient(loss, weights), weights);  // takes the proximal step too
  }
  const float penalty = layer.losses()[0].item();  // what the loss is missing
  // readme: end
  const Tensor kernel = layer.get_weights()[0];
  EXPECT_EQ(std::count(kernel.values().begin(), kernel.values().end(), 0.0f), 6);
  EXPECT_GT(penalty, 0.15f);
}

TEST(ProximalPage, TellsWeightDecayFromL2) {
  // readme: decay
  const auto after_a_step = [](const RegularizerSpec& rule, optimizers::Adam optimizer) {
    Variable w("w", Tensor(2.0f));
    if (rule) w.set_regularizer(rule.rule());
    GradientTape tape;
    Tensor loss = 0.5f * w;
    if (rule) loss = loss + rule(w);
    optimizer.apply({tape.gradient(loss, w)}, {w});
    return w.value().item();
  };
  using optimizers::Adam;
  const float none = after_a_step(nullptr, Adam(0.1f));
  const float l2 = after_a_step(regularizers::L2(0.005f), Adam(0.1f));
  const float proximal = after_a_step(regularizers::Proximal(regularizers::L2(0.005f)), Adam(0.1f));
  const float decay = after_a_step(nullptr, Adam({.learning_rate = 0.1f, .weight_decay = 0.01f}));
  // readme: end
  EXPECT_NEAR(none, 1.9f, 1e-5f);
  EXPECT_NEAR(l2, 1.9f, 1e-5f);
  EXPECT_NEAR(proximal, 1.9f / 1.002f, 1e-5f);
  EXPECT_NEAR(decay, 1.898f, 1e-5f);
}

TEST(ProximalPage, SchedulesByTheStep) {
  // readme: steps
  const regularizers::Scheduled fading_in(
      regularizers::L1(0.1f),
      optimizers::schedules::PolynomialDecay(
          {.initial_learning_rate = 0.0f, .decay_steps = 50, .end_learning_rate = 1.0f}));
  Sequential model(
      {layers::Input({8}), layers::Dense({.units = 1,
                                          .kernel_regularizer = regularizers::Proximal(fading_in),
                                          .name = "dense"})});
  model.compile({.optimizer = optimizers::SGD(0.05f), .loss = "mse"});
  const History history = model.fit(inputs(), targets(), {.epochs = 50, .verbose = 0});
  const double first = history.history.at("reg_factor/dense/kernel").front();  // 0.004
  const double last = history.history.at("reg_factor/dense/kernel").back();    // 0.1
  // readme: end
  EXPECT_NEAR(first, 0.004, 1e-6);
  EXPECT_NEAR(last, 0.1, 1e-6);
}

TEST(ProximalPage, SchedulesByTheEpoch) {
  Sequential model(
      {layers::Input({8}),
       layers::Dense({.units = 1,
                      .kernel_regularizer = regularizers::Proximal(regularizers::L1(0.1f)),
                      .name = "dense"})});
  model.compile({.optimizer = optimizers::SGD(0.05f), .loss = "mse"});
  // readme: epochs
  const auto stronger = std::make_shared<callbacks::RegularizationScheduler>(
      callbacks::RegularizationSchedulerOptions{
          .schedule = [](int epoch, float factor) { return epoch == 0 ? factor : 1.5f * factor; },
          .where = [](const Layer& layer) { return layer.name() == "dense"; }});
  const History history =
      model.fit(inputs(), targets(), {.epochs = 3, .verbose = 0, .callbacks = {stronger}});
  // readme: end
  EXPECT_NEAR(history.history.at("reg_factor/dense/kernel").back(), 0.225, 1e-6);
}

TEST(ProximalPage, ShrinksByARuleOfOnesOwn) {
  Variable w("w", Tensor({3}, {1.0f, 0.1f, -1.0f}));
  w.set_regularizer(std::make_shared<regularizers::Proximal>(Positive(0.5f)));
  optimizers::SGD(0.5f).apply({Tensor({3}, {0, 0, 0})}, {w});
  EXPECT_THAT(w.value(), IsClose(Tensor({3}, {0.75f, 0.0f, -1.0f})));
}

}  // namespace
}  // namespace proximal_page_test
}  // namespace strata::testing
