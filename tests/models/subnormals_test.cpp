// Where a model takes numbers under 1.18e-38 as 0, and where it leaves the CPU's mode alone.
#include "core/subnormals.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "strata/layers/dense.hpp"
#include "strata/layers/input.hpp"
#include "strata/models/sequential.hpp"
#include "strata/ops/ops.hpp"
#include "strata/optimizers/sgd.hpp"
#include "strata/regularizers/l2.hpp"

namespace strata {
namespace {

class ModelSubnormals : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!kCanFlushSubnormals) GTEST_SKIP() << "this CPU's mode is not known";
  }
};

Sequential model_with(const ActivationSpec& activation, const RegularizerSpec& penalty = {}) {
  Sequential model({layers::Input({1}),
                    layers::Dense({.units = 1,
                                   .activation = activation,
                                   .use_bias = false,
                                   .kernel_initializer =
                                       [](const Shape& shape) { return ops::full(shape, 1e-37f); },
                                   .kernel_regularizer = penalty})});
  model.compile({.optimizer = optimizers::SGD({.learning_rate = 0.1f}), .loss = "mse"});
  return model;
}

TEST_F(ModelSubnormals, AreNoWeightsThatAPenaltyLetsFade) {
  Sequential model = model_with("linear", regularizers::L2(2.5f));
  const Tensor nothing = ops::zeros({1, 1});
  model.fit(nothing, nothing, {.epochs = 20, .verbose = 0});  // each halves 1e-37
  const float weight = model.get_weights()[0].item();
  EXPECT_LT(weight, 1e-37f);
  EXPECT_TRUE(weight == 0.0f || std::isnormal(weight)) << weight;
}

TEST_F(ModelSubnormals, AreZeroInStepsAndNotInCallbacksOrAfterwards) {
  std::set<bool> in_steps;
  const auto seen = [&in_steps](const Tensor& x) {
    in_steps.insert(FlushSubnormals::on());
    return x;
  };
  class Seen : public Callback {
   public:
    void on_train_batch_end(int, const Logs&) override {
      in_callbacks.insert(FlushSubnormals::on());
    }
    std::set<bool> in_callbacks;
  };
  const auto callback = std::make_shared<Seen>();
  Sequential model = model_with(seen);
  in_steps.clear();
  const Tensor one = ops::ones({1, 1});
  model.fit(one, one, {.verbose = 0, .callbacks = {callback}});
  EXPECT_EQ(in_steps, std::set<bool>{true});
  EXPECT_EQ(callback->in_callbacks, std::set<bool>{false});
  EXPECT_FALSE(FlushSubnormals::on());
}

TEST_F(ModelSubnormals, AreZeroInWhateverAModelDoesWithABatch) {
  Sequential model = model_with("linear");
  const Tensor x = ops::full({1, 1}, 0.05f);
  EXPECT_EQ(model.predict(x, {.verbose = 0}).item(), 0.0f);
  EXPECT_EQ(model.predict_on_batch(x).item(), 0.0f);
  EXPECT_GT(model(x).item(), 0.0f);  // a call by itself is the caller's
  Sequential loud = model_with([](const Tensor& y) { return y * 1e38f; });
  EXPECT_GT(loud(x).item(), 0.1f);
  EXPECT_EQ(loud.evaluate(x, ops::zeros({1, 1}), {.verbose = 0}).at("loss"), 0.0);
}

}  // namespace
}  // namespace strata
