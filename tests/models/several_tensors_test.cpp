// Models with several inputs and outputs: data, losses and predictions are lists of tensors.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "strata/core/errors.hpp"
#include "strata/layers/dense.hpp"
#include "strata/layers/input.hpp"
#include "strata/models/sequential.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/elementwise.hpp"
#include "strata/ops/reduction.hpp"
#include "strata/optimizers/sgd.hpp"
#include "support/matchers.hpp"

namespace strata {
namespace {

using ::testing::ElementsAre;
using testing::Raises;

// Outputs dense(a) + b, and b times another weight.
class TwoByTwo : public Model {
 public:
  TwoByTwo() : Model("TwoByTwo", "two") {
    for (const auto& layer : {left_, right_}) track(layer);
  }
  Tensors call_tensors(const Tensors& inputs, const CallContext&) override {
    return {(*left_)(inputs[0]) + inputs[1], (*right_)(inputs[1])};
  }

 protected:
  void check_inputs(const std::vector<Shape>& inputs) const override {
    if (inputs.size() != 2) throw ShapeError("two: takes two tensors.");
  }

 private:
  static std::shared_ptr<layers::Dense> dense(const char* name) {
    return std::make_shared<layers::Dense>(layers::DenseOptions{.units = 1,
                                                                .use_bias = false,
                                                                .kernel_initializer = "ones",
                                                                .kernel_regularizer = "l2",
                                                                .name = name});
  }
  std::shared_ptr<layers::Dense> left_ = dense("left");
  std::shared_ptr<layers::Dense> right_ = dense("right");
};

const Tensor kA({4, 1}, {1, 2, 3, 4});
const Tensor kB({4, 1}, {10, 20, 30, 40});

TEST(SeveralTensors, ArePredictedBatchByBatch) {
  TwoByTwo model;
  const Tensors outputs = model.predict(Tensors({kA, kB}), {.batch_size = 3, .verbose = 0});
  ASSERT_EQ(outputs.size(), 2U);
  EXPECT_THAT(outputs[0].values(), ElementsAre(11, 22, 33, 44));
  EXPECT_THAT(outputs[1].values(), ElementsAre(10, 20, 30, 40));
  EXPECT_EQ(model.predict_on_batch(Tensors({kA, kB})).size(), 2U);
}

TEST(SeveralTensors, HaveALossEachAndTheirSumIsTrained) {
  TwoByTwo model;
  model.compile({.optimizer = optimizers::SGD({.learning_rate = 0.001f}), .loss = "mse"});
  const Tensors x = {kA, kB};
  const Tensors y = {kB, kB};
  const Logs before = model.evaluate(x, y, {.batch_size = 2, .verbose = 0});
  EXPECT_FLOAT_EQ(static_cast<float>(before.at("data_loss")), 7.5f);  // from the first output only
  EXPECT_FLOAT_EQ(static_cast<float>(before.at("reg_loss")), 0.02f);
  const History history =
      model.fit(x, y, {.batch_size = 2, .epochs = 3, .verbose = 0, .validation_data = {x, y}});
  EXPECT_LT(history.history.at("data_loss").back(), 7.5);
  EXPECT_LT(history.history.at("val_loss").back(), before.at("loss"));
  EXPECT_LT(model.get_weights()[0].item(), 1.0f);
  EXPECT_LT(model.get_weights()[1].item(), 1.0f);  // changed by its penalty only
}

TEST(SeveralTensors, AreCheckedBeforeTheFirstStep) {
  TwoByTwo model;
  model.compile({.optimizer = "sgd", .loss = "mse"});
  EXPECT_THAT(
      [&] {
        model.fit(Tensors({kA, kB}), kB, {.verbose = 0});
      },
      Raises<ShapeError>("two: each output needs targets of its own. Received: 1 for 2 "
                         "outputs."));
  const Tensor three({3, 1}, {1, 2, 3});
  EXPECT_THROW(model.fit(Tensors({kA, three}), Tensors({kB, kB}), {.verbose = 0}), ShapeError);
  EXPECT_THROW(model.fit(Tensors({kA, kB}), Tensors({kB, three}), {.verbose = 0}), ShapeError);
  EXPECT_THROW(model.fit(kA, Tensors({kB, kB}), {.verbose = 0}), ShapeError);
  model.compile({.optimizer = "sgd", .loss = "mse", .metrics = {"mae"}});
  EXPECT_THAT(
      [&] {
        model.fit(Tensors({kA, kB}), Tensors({kB, kB}), {.verbose = 0});
      },
      Raises<StateError>("two: metrics are for models with one output. Received: 2 "
                         "outputs."));
  EXPECT_TRUE(model.weights().empty());
}

TEST(SeveralTensors, AreRefusedByASequential) {
  Sequential model({layers::Input({1}), layers::Dense({.units = 1})});
  model.compile({.optimizer = "sgd", .loss = "mse"});
  EXPECT_THROW(model.fit(Tensors({kA, kB}), kB, {.verbose = 0}), ShapeError);
  EXPECT_THROW(model.predict(Tensors({kA, kB}), {.verbose = 0}), ShapeError);
}

TEST(SeveralTensors, OfOneAreASingleTensor) {
  Sequential model({layers::Input({1}), layers::Dense({.units = 1, .use_bias = false})});
  model.compile({.optimizer = "sgd", .loss = "mse"});
  const Tensors x = kA;
  EXPECT_THAT(model.predict(x, {.verbose = 0}).single().values(),
              ::testing::ElementsAreArray(model.predict(kA, {.verbose = 0}).values()));
  EXPECT_EQ(model.compute_loss(kB, kB).item(), 0.0f);
}

}  // namespace
}  // namespace strata
