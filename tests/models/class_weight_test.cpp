// Class weights are looked up by the labels, one per sample or one per step; other targets are
// refused.
#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

#include "strata/layers/dense.hpp"
#include "strata/layers/input.hpp"
#include "strata/losses/categorical_crossentropy.hpp"
#include "strata/models/sequential.hpp"
#include "strata/ops/ops.hpp"
#include "strata/optimizers/sgd.hpp"
#include "strata/tensor/random.hpp"
#include "support/matchers.hpp"

namespace strata {
namespace {

using testing::Raises;

const std::map<int, float> kWeights = {{0, 1.0f}, {1, 3.0f}, {2, 0.5f}};

struct Case {
  Shape input;
  int units;
  const char* activation;
  LossSpec loss;
};

std::shared_ptr<Sequential> model_for(const Case& c) {
  set_random_seed(3);
  auto model = std::make_shared<Sequential>(
      SequentialOptions{.layers = {layers::Input(c.input),
                                   layers::Dense({.units = c.units, .activation = c.activation})},
                        .name = "m"});
  model->compile({.optimizer = optimizers::SGD({.learning_rate = 0.1f}), .loss = c.loss});
  return model;
}

std::map<std::string, std::vector<double>> fit(const Case& c, const Tensor& y,
                                               const std::map<int, float>& by_class,
                                               const Tensor& by_sample) {
  const auto model = model_for(c);
  Shape x_shape{y.shape().front()};
  for (const std::int64_t extent : c.input) x_shape.append(extent);
  set_random_seed(4);
  const Tensor x = random::normal(x_shape);
  return model
      ->fit(x, y,
            {.batch_size = 2,
             .epochs = 2,
             .verbose = 0,
             .shuffle = false,
             .class_weight = by_class,
             .sample_weight = by_sample})
      .history;
}

void expect_as(const Case& c, const Tensor& y, const Tensor& weights) {
  const auto by_class = fit(c, y, kWeights, {});
  EXPECT_EQ(by_class, fit(c, y, {}, weights));
  EXPECT_NE(by_class, fit(c, y, {}, {}));
}

const Tensor kPerSample({3}, {3.0f, 0.5f, 1.0f});         // for the labels 1, 2, 7
const Tensor kPerStep({2, 2}, {1.0f, 3.0f, 0.5f, 3.0f});  // for the labels 0, 1, 2, 1
const Tensor kStepLabels({2, 2}, {0.0f, 1.0f, 2.0f, 1.0f});

TEST(ClassWeight, GoesByOneLabelASample) {
  const Case sparse{{4}, 8, "softmax", "sparse_categorical_crossentropy"};
  expect_as(sparse, Tensor({3}, {1, 2, 7}), kPerSample);
  expect_as(sparse, Tensor({3, 1}, {1, 2, 7}), kPerSample);
  const Case binary{{4}, 1, "sigmoid", "binary_crossentropy"};
  expect_as(binary, Tensor({3}, {1, 0, 1}), Tensor({3}, {3, 1, 3}));
  expect_as(binary, Tensor({3, 1}, {1, 0, 1}), Tensor({3}, {3, 1, 3}));
}

TEST(ClassWeight, GoesByOneHotRows) {
  const Case one_hot{{4}, 3, "softmax", "categorical_crossentropy"};
  expect_as(one_hot, Tensor({3, 3}, {0, 1, 0, 0, 0, 1, 1, 0, 0}), kPerSample);
}

TEST(ClassWeight, GoesByOneLabelAStep) {
  for (const char* loss : {"sparse_categorical_crossentropy", "crossentropy"}) {
    const Case sparse{{2, 4}, 3, "softmax", loss};
    expect_as(sparse, kStepLabels, kPerStep);
    expect_as(sparse, ops::reshape(kStepLabels, {2, 2, 1}), kPerStep);
  }
  const Case one_hot{{2, 4}, 3, "softmax", "categorical_crossentropy"};
  expect_as(one_hot, ops::one_hot(kStepLabels, 3), kPerStep);
  const Case binary{{2, 4}, 1, "sigmoid", "binary_crossentropy"};
  expect_as(binary, Tensor({2, 2, 1}, {0, 1, 1, 1}), Tensor({2, 2}, {1, 3, 3, 3}));
}

TEST(ClassWeight, CountsInTrainOnBatchAsInFit) {
  const auto model = model_for({{2, 4}, 3, "softmax", "sparse_categorical_crossentropy"});
  const auto weights = model->get_weights();
  const Tensor x = random::normal({2, 2, 4});
  const Logs by_class = model->train_on_batch(x, kStepLabels, {.class_weight = kWeights});
  model->set_weights(weights);
  EXPECT_EQ(by_class, model->train_on_batch(x, kStepLabels, {.sample_weight = kPerStep}));
}

void expect_refused(const Case& c, const Tensor& y, const std::string& error) {
  EXPECT_THAT([&] { fit(c, y, kWeights, {}); }, Raises(error));
}

TEST(ClassWeight, RefusesRowsThatAreNotOneHot) {
  const std::string rule =
      "m.fit: class_weight needs labels, and rows of y that are not labels must be one-hot: a "
      "single 1, all else 0. Received: ";
  const Case regression{{4}, 2, "linear", "mse"};
  expect_refused(regression, Tensor({2, 2}, {0, 1, 0.5f, 0.25f}), rule + "y[1, 0]=0.5.");
  expect_refused(regression, Tensor({2, 2}, {0, 1, 1, 1}), rule + "y[1] with 2 ones.");
  const Case steps{{2, 4}, 2, "softmax", "categorical_crossentropy"};
  expect_refused(steps, Tensor({1, 2, 2}, {0, 1, 0, 0}), rule + "y[0, 1] with 0 ones.");
}

TEST(ClassWeight, RefusesLabelsThatAreNotWhole) {
  expect_refused({{4}, 1, "linear", "mse"}, Tensor({2, 1}, {1, 1.5f}),
                 "m.fit: class_weight needs labels that are whole numbers, or one-hot rows. "
                 "Received: y[1, 0]=1.5.");
}

TEST(ClassWeight, RefusesStepsThatTheLossHasNoValueFor) {
  const Case binary{{2, 4}, 1, "sigmoid", "binary_crossentropy"};
  const auto attempt = [&] { fit(binary, Tensor({2, 2}, {0, 1, 1, 1}), kWeights, {}); };
  EXPECT_THAT(attempt, Raises<ShapeError>(
                           "m.fit: class_weight with a label a step needs a loss that has a value "
                           "a step. Received: y of shape=(2, 2) for outputs of shape (2, 2, 1)."));
}

TEST(ClassWeight, RefusesClassesAlongAnotherAxis) {
  const Case columns{{2, 4}, 2, "sigmoid", losses::CategoricalCrossentropy({.axis = 1})};
  expect_refused(columns, Tensor({1, 2, 2}, {0, 1, 1, 0}),
                 "m.fit: class_weight needs the classes of one-hot rows along the last axis. "
                 "Received: a loss with axis=1.");
}

// A user's loss without a config, as a run needs none.
class OwnLoss : public Loss {
 public:
  Config get_config() const override { throw std::runtime_error("no config"); }

 protected:
  Tensor call(const Tensor& y_true, const Tensor& y_pred) const override {
    return ops::mean(ops::square(y_true - y_pred), -1);
  }
};

// Its axis is not that of classes.
class LossWithAnAxis : public OwnLoss {
 public:
  Config get_config() const override { return {{"axis", 0}}; }
};

class LossWithAClassAxis : public OwnLoss {
 public:
  int class_axis() const override { return 1; }
};

const Tensor kOneHotSteps({2, 2, 3}, {1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 1, 0});
constexpr float kMeanOfSteps = 7.5f / 4;  // of the weights of classes 0, 1, 2 and 1

Logs first_step(LossSpec loss) {
  const auto model = model_for({{2, 3}, 3, "linear", std::move(loss)});
  model->set_weights({ops::zeros({3, 3}), ops::zeros({3})});
  return model->train_on_batch(ops::ones({2, 2, 3}), kOneHotSteps, {.class_weight = kWeights});
}

TEST(ClassWeight, NeedsNoConfigOfTheLoss) {
  EXPECT_FLOAT_EQ(static_cast<float>(first_step(OwnLoss()).at("loss")), kMeanOfSteps / 3);
}

TEST(ClassWeight, TakesTheClassAxisFromTheLossAndNoOtherAxis) {
  EXPECT_EQ(first_step(LossWithAnAxis()), first_step(OwnLoss()));
  EXPECT_THROW(first_step(LossWithAClassAxis()), InvalidArgument);
}

}  // namespace
}  // namespace strata
