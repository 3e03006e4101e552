// Which axes a weight may have.
#include "strata/tensor/weight_axes.hpp"

#include <gtest/gtest.h>

#include "strata/core/errors.hpp"
#include "strata/tensor/variable.hpp"
#include "support/matchers.hpp"

namespace strata {
namespace {

using testing::Raises;

void check(const WeightAxes& axes) { axes.check_fit("lstm: kernel", {3, 8}); }

TEST(WeightAxes, TakeTheAxesOfTheWeight) {
  check({});
  check({.input = 0});
  check({.output = 1});
  check({.input = 1, .output = 0});
  check({.input = 0, .output = 1, .gates = 4});
  WeightAxes{}.check_fit("scale", Shape());
}

TEST(WeightAxes, RefuseAxesThatTheWeightDoesNotHave) {
  EXPECT_THAT([] { check({.input = 2}); },
              Raises<InvalidArgument>("lstm: kernel: the input axis must be one of the weight's, "
                                      "counted from 0. Received: input=2, shape=(3, 8)."));
  EXPECT_THAT([] { check({.output = -1}); },
              Raises<InvalidArgument>("lstm: kernel: the output axis must be one of the weight's, "
                                      "counted from 0. Received: output=-1, shape=(3, 8)."));
  EXPECT_THAT([] { check({.input = 1, .output = 1}); },
              Raises<InvalidArgument>("lstm: kernel: the input and the output axis must differ. "
                                      "Received: input=1, output=1."));
}

TEST(WeightAxes, RefuseGatesThatDoNotDivideTheOutputs) {
  EXPECT_THAT([] { check({.output = 1, .gates = 0}); },
              Raises<InvalidArgument>(
                  "lstm: kernel: gates must be a positive integer. Received: gates=0."));
  EXPECT_THAT([] { check({.output = 1, .gates = 3}); },
              Raises<InvalidArgument>(
                  "lstm: kernel: gates must divide the extent of the output axis. Received: "
                  "gates=3, output=1, shape=(3, 8)."));
  EXPECT_THAT([] { check({.input = 0, .gates = 4}); },
              Raises<InvalidArgument>(
                  "lstm: kernel: gates must divide the extent of the output axis. Received: "
                  "gates=4, no output axis, shape=(3, 8)."));
}

TEST(WeightAxes, BelongToTheVariable) {
  const Tensor value({2, 4}, {1, 2, 3, 4, 5, 6, 7, 8});
  const WeightAxes axes = {.input = 0, .output = 1, .gates = 2};
  const Variable kernel("kernel", value, {.path = "gru/kernel", .axes = axes});
  EXPECT_EQ(kernel.axes(), axes);
  EXPECT_EQ(Variable("kernel", value).axes(), WeightAxes());
  EXPECT_THAT(
      [&] { Variable("kernel", value, {.axes = {.output = 2}}); },
      Raises<InvalidArgument>("kernel: the output axis must be one of the weight's, counted "
                              "from 0. Received: output=2, shape=(2, 4)."));
}

}  // namespace
}  // namespace strata
