// The progress bar as a callback: when it prints, and that a run has one.
#include "strata/callbacks/progbar_logger.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <regex>
#include <sstream>
#include <string>

#include "strata/layers/dense.hpp"
#include "strata/layers/input.hpp"
#include "strata/models/sequential.hpp"
#include "strata/ops/ops.hpp"
#include "strata/training/host.hpp"

namespace strata {
namespace progbar_logger_test {

using callbacks::ProgbarLogger;

// Adds a figure to the logs of each epoch.
class AddsAFigure : public Callback {
 public:
  void on_epoch_end(int, const Logs&) override { model().log("extra", 2.0); }
};

class ProgbarLoggerRuns : public ::testing::Test {
 protected:
  ProgbarLoggerRuns()
      : model({layers::Input({2}), layers::Dense({.units = 1, .kernel_initializer = "zeros"})}) {
    model.compile({.optimizer = "sgd", .loss = "mse"});
  }

  // What was printed, without times, which differ from run to run.
  std::string printed() {
    const std::string text = output.str();
    output.str("");
    return std::regex_replace(text, std::regex("[0-9]+s - [0-9]+[mu]?s/step"), "T");
  }

  Sequential model;
  std::ostringstream output;
  const Tensor x = ops::zeros({4, 2});
  const Tensor y = ops::zeros({4, 1});
};

TEST_F(ProgbarLoggerRuns, AreSilentAboutValidationAndShowWhatOtherCallbacksLog) {
  model.fit(x, y,
            {.batch_size = 2,
             .callbacks = {std::make_shared<AddsAFigure>()},
             .validation_split = 0.5f,
             .output = &output});
  EXPECT_EQ(printed(), "1/1 - T - extra: 2.0000 - loss: 0.0000e+00 - val_loss: 0.0000e+00\n");
}

TEST_F(ProgbarLoggerRuns, HaveTheOneTheyAreGiven) {
  const auto own = std::make_shared<ProgbarLogger>();
  const auto adds = std::make_shared<AddsAFigure>();
  model.fit(x, y, {.epochs = 2, .callbacks = {own, adds}, .output = &output});
  EXPECT_EQ(printed(),
            "Epoch 1/2\n1/1 - T - loss: 0.0000e+00\nEpoch 2/2\n1/1 - T - loss: 0.0000e+00\n");
  model.evaluate(x, y, {.batch_size = 2, .callbacks = {own}, .output = &output});
  EXPECT_EQ(printed(), "2/2 - T - loss: 0.0000e+00\n");
  model.predict(x, {.batch_size = 1, .callbacks = {own}, .output = &output});
  EXPECT_EQ(printed(), "4/4 - T\n");
  model.fit(x, y, {.verbose = 0, .callbacks = {own}, .output = &output});
  EXPECT_EQ(printed(), "");
}

TEST_F(ProgbarLoggerRuns, HaveOneBehindTheOthers) {
  model.evaluate(x, y, {.verbose = 2, .output = &output});
  model.predict(x, {.output = &output});
  EXPECT_EQ(printed(), "1/1 - T - loss: 0.0000e+00\n1/1 - T\n");
}

}  // namespace progbar_logger_test
}  // namespace strata
