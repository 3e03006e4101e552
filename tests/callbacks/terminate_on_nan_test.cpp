// TerminateOnNaN: a fit that meets a loss that is not finite.
#include "strata/callbacks/terminate_on_nan.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <sstream>

#include "strata/layers/dense.hpp"
#include "strata/layers/input.hpp"
#include "strata/models/sequential.hpp"
#include "strata/optimizers/sgd.hpp"
#include "support/matchers.hpp"

namespace strata {
namespace terminate_on_nan_test {

using callbacks::TerminateOnNaN;
using testing::IsClose;
using testing::RaisesWith;

// The second of its batches holds an infinity.
const Tensor kX({3, 1}, {1, std::numeric_limits<float>::infinity(), 1});
const Tensor kY({3, 1}, {1, 1, 1});

Sequential compiled_model() {
  Sequential model({layers::Input({1}), layers::Dense({.units = 1, .kernel_initializer = "ones"})});
  model.compile({.optimizer = optimizers::SGD(0.5f), .loss = "mae"});
  return model;
}

TEST(TerminateOnNaN, EndsTheFitAndKeepsTheWeights) {
  Sequential model = compiled_model();
  std::ostringstream output;
  const History history = model.fit(kX, kY,
                                    {.batch_size = 1,
                                     .epochs = 5,
                                     .verbose = 0,
                                     .callbacks = {std::make_shared<TerminateOnNaN>()},
                                     .shuffle = false,
                                     .output = &output});
  EXPECT_EQ(output.str(), "Batch 1: Invalid loss, terminating training\n");
  ASSERT_EQ(history.history.at("loss").size(), 1U);
  EXPECT_FALSE(std::isfinite(history.history.at("loss")[0]));
  for (const Tensor& weight : model.get_weights()) {
    for (const float value : weight.values()) EXPECT_TRUE(std::isfinite(value));
  }
  EXPECT_EQ(model.optimizer().iterations(), 1);
}

TEST(TerminateOnNaN, RaisesIfAsked) {
  Sequential model = compiled_model();
  const auto terminate =
      std::make_shared<TerminateOnNaN>(callbacks::TerminateOnNaNOptions{.raise_error = true});
  EXPECT_THAT(([&] {
                model.fit(
                    kX, kY,
                    {.batch_size = 1, .verbose = 0, .callbacks = {terminate}, .shuffle = false});
              }),
              RaisesWith<StateError>("TerminateOnNaN: the loss must be finite. Received: "));
}

TEST(TerminateOnNaN, IsNeededForThat) {
  Sequential model = compiled_model();
  EXPECT_THAT(([&] { model.fit(kX, kY, {.batch_size = 1, .verbose = 0, .shuffle = false}); }),
              RaisesWith<StateError>("the total loss must be finite"));
}

// One that takes such a loss, and does not stop.
TEST(InvalidLoss, ThatNobodyStopsForEndsTheFitByItsError) {
  class Careless : public Callback {
   public:
    bool takes_invalid_loss() const override { return true; }
  };
  Sequential model = compiled_model();
  EXPECT_THAT(([&] {
                model.fit(kX, kY,
                          {.batch_size = 1,
                           .verbose = 0,
                           .callbacks = {std::make_shared<Careless>()},
                           .shuffle = false});
              }),
              RaisesWith<StateError>("the total loss must be finite"));
}

}  // namespace terminate_on_nan_test
}  // namespace strata
