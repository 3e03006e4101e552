// The lines and bars that show the progress of a run.
#include "training/progress_bar.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <sstream>
#include <string>

#include "strata/layers/dense.hpp"
#include "strata/layers/input.hpp"
#include "strata/models/sequential.hpp"
#include "strata/ops/array.hpp"

namespace strata::training {
namespace {

const Logs kLogs = {{"accuracy", 0.45714}, {"loss", 1.08142}};

TEST(ProgressBar, LooksAsInKeras) {
  EXPECT_EQ(progress_bar_line(
                {.current = 3, .total = 3, .elapsed = 0.12, .per_step = 0.039, .finished = true},
                kLogs, {.live = true, .unicode = true}),
            "3/3 ━━━━━━━━━━━━━━━━━━━━ 0s 39ms/step - accuracy: 0.4571 - loss: 1.0814");
}

TEST(ProgressBar, ShowsDoneCellsInGreenAndWhatIsLeft) {
  EXPECT_EQ(progress_bar_line({.current = 5, .total = 20, .elapsed = 1, .per_step = 0.2}, {},
                              {.live = true, .color = true, .unicode = true}),
            "\x1b[1m 5/20\x1b[0m \x1b[32m━━━━━\x1b[0m\x1b[37m━━━━━━━━━━━━━━━\x1b[0m "
            "\x1b[1m3s\x1b[0m 200ms/step");
}

TEST(ProgressBar, DoesWithAscii) {
  EXPECT_EQ(progress_bar_line({.current = 1, .total = 4, .elapsed = 1, .per_step = 40}, {},
                              {.live = true}),
            "1/4 =====............... 2:00 40s/step");
}

TEST(ProgressBar, WritesLongTimesWithHours) {
  EXPECT_EQ(progress_bar_line({.current = 0, .total = 4, .elapsed = 0, .per_step = 1000}, {},
                              {.live = true}),
            "0/4 .................... 1:06:40 1000s/step");
}

TEST(ProgressBar, CountsWhereTheTotalIsNotKnown) {
  EXPECT_EQ(progress_bar_line({.current = 12, .elapsed = 3.0, .per_step = 0.25}, kLogs,
                              {.live = true, .color = true}),
            "     12/Unknown \x1b[1m3s\x1b[0m 250ms/step - accuracy: 0.4571 - loss: 1.0814");
}

TEST(ProgressBar, KnowsTheTotalOnceItHasSeenIt) {
  std::ostringstream output;
  ProgressBar bar(output, {.live = true}, 1, 0);
  bar.start();
  bar.step(0, {});
  bar.finish({});
  EXPECT_NE(output.str().find("\r      1/Unknown 0s"), std::string::npos);
  EXPECT_NE(output.str().find("\r1/1 ===================="), std::string::npos);
}

TEST(ProgressLine, IsOneCleanLine) {
  EXPECT_EQ(progress_line({.current = 3, .total = 3, .elapsed = 0.4, .per_step = 0.061},
                          {{"loss", 1.0712}, {"tiny", 2e-5}, {"under", -2.0}}),
            "3/3 - 0s - 61ms/step - loss: 1.0712 - tiny: 2.0000e-05 - under: -2.0000");
}

TEST(ProgressLine, CountsFastStepsInMicroseconds) {
  EXPECT_EQ(progress_line({.current = 1, .total = 1, .elapsed = 0.0, .per_step = 5e-5}, {}),
            "1/1 - 0s - 50us/step");
}

TEST(ProgressLine, ShowsTheCountInBoldWhereColorsAreWanted) {
  EXPECT_EQ(progress_line({.current = 3, .total = 3, .elapsed = 0.4, .per_step = 0.061}, {},
                          {.color = true}),
            "\x1b[1m3/3\x1b[0m - 0s - 61ms/step");
}

TEST(ProgressStyle, IsColoredWhereTheEnvironmentSaysSo) {
  unsetenv("FORCE_COLOR");
  setenv("NO_COLOR", "1", 1);
  EXPECT_FALSE(ProgressStyle::of_standard_output().color);
  setenv("FORCE_COLOR", "1", 1);
  EXPECT_TRUE(ProgressStyle::of_standard_output().color);
  unsetenv("FORCE_COLOR");
  unsetenv("NO_COLOR");
}

TEST(VisibleWidth, LeavesOutCodesAndCountsCharacters) {
  EXPECT_EQ(visible_width("\x1b[1m3/3\x1b[0m ━━"), 6);
}

// Without times, which differ from run to run.
std::string without_times(std::string text) {
  for (std::size_t at = 0; (at = text.find("s - ", at)) != std::string::npos;) {
    const std::size_t end = text.find("/step", at);
    const std::size_t begin = text.rfind(' ', at) + 1;
    text.replace(begin, end + 5 - begin, "T");
    at = begin;
  }
  return text;
}

TEST(ProgbarLogger, WritesALineAnEpochIntoAPipe) {
  Sequential model({layers::Input({2}),
                    layers::Dense({.units = 1, .kernel_initializer = "zeros", .name = "head"})});
  model.compile({.optimizer = "sgd", .loss = "mse"});
  std::ostringstream output;
  model.fit(ops::zeros({4, 2}), ops::zeros({4, 1}),
            {.batch_size = 2, .epochs = 2, .output = &output});
  EXPECT_EQ(without_times(output.str()),
            "Epoch 1/2\n2/2 - T - loss: 0.0000e+00\nEpoch 2/2\n2/2 - T - loss: 0.0000e+00\n");
  EXPECT_EQ(output.str().find_first_of("\x1b\b\r"), std::string::npos);
}

TEST(ProgressBar, RedrawsInPlaceOnATerminal) {
  std::ostringstream output;
  ProgressBar logger(output, {.live = true}, 1, 2);
  logger.start();
  logger.step(0, {{"loss", 1.0}});
  logger.step(1, {{"loss", 1.0}});
  logger.finish({{"loss", 0.5}});
  const std::string text = output.str();
  EXPECT_EQ(text.front(), '\r');
  EXPECT_NE(text.find("\b\r2/2 ===================="), std::string::npos);
  EXPECT_EQ(text.back(), '\n');
}

TEST(ProgressBar, EndsTheLineOfABarThatAnErrorLeft) {
  std::ostringstream output;
  {
    ProgressBar logger(output, {.live = true}, 1, 3);
    logger.start();
    logger.step(0, {{"loss", 1.0}});
  }
  EXPECT_EQ(output.str().back(), '\n');
  output.str("");
  { ProgressBar logger(output, {.live = true}, 1, 3); }
  EXPECT_EQ(output.str(), "");
}

TEST(ProgressBar, ClipsToTheTerminalsWidth) {
  std::ostringstream output;
  ProgressBar logger(output, {.live = true, .color = true, .columns = 10}, 1, 1);
  logger.start();
  logger.step(0, {});
  logger.finish({{"a_long_name_for_a_metric", 0.5}});
  const std::string text = output.str();
  EXPECT_EQ(visible_width(text.substr(1, text.size() - 2)), 10);
  EXPECT_TRUE(text.ends_with("\x1b[0m\n"));  // the terminal is left as it was
}

TEST(ProgbarLogger, VerboseZeroIsSilent) {
  Sequential model({layers::Input({2}), layers::Dense({.units = 1})});
  model.compile({.optimizer = "sgd", .loss = "mse"});
  std::ostringstream output;
  model.fit(ops::ones({4, 2}), ops::ones({4, 1}), {.verbose = 0, .output = &output});
  model.evaluate(ops::ones({4, 2}), ops::ones({4, 1}), {.verbose = 0, .output = &output});
  model.predict(ops::ones({4, 2}), {.verbose = 0, .output = &output});
  EXPECT_EQ(output.str(), "");
}

}  // namespace
}  // namespace strata::training
