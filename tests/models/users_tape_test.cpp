// What a model does for itself inside a user's tape: predictions, evaluations and trials of shapes
// are not recorded, and a loss is not judged there as in a training step.
#include <gtest/gtest.h>

#include <memory>

#include "strata/autodiff/gradient_tape.hpp"
#include "strata/layers/dense.hpp"
#include "strata/layers/input.hpp"
#include "strata/models/sequential.hpp"
#include "strata/ops/ops.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace users_tape_test {

using layers::Dense;
using layers::Input;

const Tensor kX({4, 2}, {1, 2, 3, 4, 5, 6, 7, 8});
const Tensor kY({4, 1}, {1, 2, 3, 4});

// Can predict but not be trained: no gradient comes through the sign.
Sequential model_of_signs() {
  Sequential model({Input({2}), Dense({.units = 1, .activation = ops::sign})});
  model.compile({.optimizer = "sgd", .loss = "mse", .metrics = {"mae"}});
  return model;
}

TEST(UsersTape, DoesNotRecordPredictions) {
  Sequential model = model_of_signs();
  const Tensor expected = model.predict(kX, {.verbose = 0});
  GradientTape tape;
  EXPECT_THAT(model.predict(kX, {.verbose = 0}), IsClose(expected, 0.0));
  EXPECT_THAT(model.predict_on_batch(kX), IsClose(expected, 0.0));
  EXPECT_THROW(model(kX), InvalidArgument);  // a call is recorded
}

TEST(UsersTape, DoesNotRecordEvaluations) {
  Sequential model = model_of_signs();
  const Logs expected = model.evaluate(kX, kY, {.verbose = 0});
  GradientTape tape;
  EXPECT_EQ(model.evaluate(kX, kY, {.verbose = 0}), expected);
  EXPECT_EQ(model.test_on_batch(kX, kY), expected);
}

// Says nothing of its output's shape, so that it is tried on zeros.
class Signs : public Layer {
 public:
  Signs() : dense_(std::make_shared<Dense>(Dense({.units = 3, .activation = ops::sign}))) {
    track(dense_);
  }
  Tensor call(const Tensor& inputs, const CallContext&) override { return (*dense_)(inputs); }

 private:
  std::shared_ptr<Dense> dense_;
};

TEST(UsersTape, DoesNotRecordTrialsOfShapes) {
  Signs layer;
  GradientTape tape;
  EXPECT_EQ(layer.compute_output_shape({4, 2}), (Shape{4, 3}));
}

TEST(UsersTape, GivesTheGradientsOfWhatIsAroundAPrediction) {
  Sequential model({Input({2}), Dense({.units = 1, .kernel_initializer = "ones"})});
  const Variable w("w", 3.0f);
  GradientTape tape;
  const Tensor square = ops::square(w);
  const Tensor reported = model.predict(kX, {.verbose = 0});
  EXPECT_THAT(tape.gradient(square + w * ops::sum(reported), w), IsClose(Tensor(42.0f)));
}

// The slope of the squares of its inputs, by a tape of its own.
class Slope : public Layer {
 public:
  Slope() { mark_built(); }
  Tensor call(const Tensor& inputs, const CallContext&) override {
    GradientTape tape;
    const Tensor x = tape.watch(inputs);
    return tape.gradient(ops::sum(ops::square(x)), x);
  }
};

TEST(UsersTape, LeavesALayersOwnTapeAlone) {
  Sequential model({Input({2}), Slope()});
  GradientTape tape;
  EXPECT_THAT(model.predict(kX, {.verbose = 0}), IsClose(2.0f * kX));
}

TEST(UsersTape, GivesTheGradientOfALossForWatchedPredictions) {
  Sequential model({Input({2}), Dense({.units = 1})});
  model.compile({.optimizer = "sgd", .loss = "mse"});
  GradientTape tape;
  const Tensor predictions = tape.watch(Tensor({4, 1}, {3, 2, 1, 0}));
  const Tensor loss = model.compute_loss(kY, predictions);
  EXPECT_THAT(tape.gradient(loss, predictions), IsClose((predictions - kY) / 2.0f));
}

TEST(UsersTape, LetsALossBeReportedForPredictions) {
  Sequential model = model_of_signs();
  const double expected = model.evaluate(kX, kY, {.verbose = 0}).at("loss");
  GradientTape tape;
  const Tensor loss = model.compute_loss(kY, model.predict(kX, {.verbose = 0}));
  EXPECT_FLOAT_EQ(loss.item(), static_cast<float>(expected));
}

}  // namespace users_tape_test
}  // namespace strata::testing
