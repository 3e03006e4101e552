// Softmax and its kin; relu, sigmoid and softplus are tested with the functions of one tensor.
#include "strata/ops/nn.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "ops/samples.hpp"
#include "strata/autodiff/gradient_tape.hpp"
#include "strata/core/errors.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/elementwise.hpp"
#include "strata/ops/reduction.hpp"
#include "support/gradient_gap.hpp"
#include "support/matchers.hpp"

namespace strata {
namespace {

using testing::gradient_gap;
using testing::IsClose;
using testing::Raises;
using testing::sample;

TEST(Softmax, IsShiftedAndSumsToOne) {
  EXPECT_THAT(ops::softmax(Tensor({2, 2}, {0, 0, 1000, 1000 + std::log(3.0f)})),
              IsClose(Tensor({2, 2}, {0.5f, 0.5f, 0.25f, 0.75f}), 1e-4));
  EXPECT_THAT(ops::softmax(Tensor({2}, {-INFINITY, 0})), IsClose(Tensor({2}, {0, 1})));
}

TEST(Softmax, AgreesWithItsFormulaAlongAnyAxis) {
  const Tensor x = sample({30, 40, 50}, -4, 4);
  for (const int axis : {0, 1, 2, -1, -2}) {
    const Tensor expected = ops::exp(x) / ops::sum(ops::exp(x), axis, true);
    EXPECT_THAT(ops::softmax(x, axis), IsClose(expected));
    EXPECT_THAT(ops::log_softmax(x, axis), IsClose(ops::log(expected)));
  }
}

TEST(Softmax, PassesNanOnInItsOwnRow) {
  const Tensor y = ops::softmax(Tensor({2, 2}, {0, NAN, 0, 0}));
  EXPECT_TRUE(std::isnan(y.values()[0]) && std::isnan(y.values()[1]));
  EXPECT_EQ(y.values()[2], 0.5f);
  EXPECT_TRUE(std::isnan(ops::log_softmax(Tensor({2}, {NAN, 0})).values()[1]));
}

TEST(LogSoftmax, StaysFiniteFarFromTheLargest) {
  EXPECT_THAT(ops::log_softmax(Tensor({2}, {0, 1000})), IsClose(Tensor({2}, {-1000, 0})));
}

TEST(Softmax, OfNothingIsNothing) {
  EXPECT_EQ(ops::softmax(ops::zeros({0, 3})).shape(), Shape({0, 3}));
  EXPECT_EQ(ops::softmax(ops::zeros({3, 0})).shape(), Shape({3, 0}));
}

TEST(L2Normalize, MakesUnitVectors) {
  EXPECT_THAT(ops::l2_normalize(Tensor({2, 2}, {3, 4, -5, 0})),
              IsClose(Tensor({2, 2}, {0.6f, 0.8f, -1, 0})));
  EXPECT_THAT(ops::l2_normalize(Tensor({2, 2}, {3, 5, 4, 12}), 0),
              IsClose(Tensor({2, 2}, {0.6f, 5.0f / 13, 0.8f, 12.0f / 13})));
}

TEST(L2Normalize, ScalesShortVectorsByOneOverEpsilon) {
  EXPECT_THAT(ops::l2_normalize(Tensor({2}, {0.003f, 0}), -1, 0.01f),
              IsClose(Tensor({2}, {0.3f, 0})));
  EXPECT_THAT(ops::l2_normalize(ops::zeros({2})), IsClose(ops::zeros({2})));
}

TEST(L2Normalize, GradientOfAShortVectorIsThatOfAScaling) {
  GradientTape tape;
  const Tensor x = tape.watch(Tensor({2}, {0.003f, 0}));
  EXPECT_THAT(tape.gradient(ops::l2_normalize(x, -1, 0.01f), x), IsClose(Tensor({2}, {100, 100})));
}

TEST(L2Normalize, RejectsAnEpsilonThatIsNotPositive) {
  EXPECT_THAT(
      [] { ops::l2_normalize(ops::zeros({2}), -1, 0.0f); },
      Raises<InvalidArgument>("ops::l2_normalize: epsilon must be positive. Received: epsilon=0."));
}

TEST(Nn, GradientsMatchCentralDifferencesAlongAnyAxis) {
  const Tensor x = sample({2, 3, 4}, -2, 2);
  for (const int axis : {0, 1, 2, -1}) {
    EXPECT_LT(gradient_gap([&](const Tensor& v) { return ops::softmax(v, axis); }, x), 1e-3);
    EXPECT_LT(gradient_gap([&](const Tensor& v) { return ops::log_softmax(v, axis); }, x), 1e-3);
    EXPECT_LT(gradient_gap([&](const Tensor& v) { return ops::l2_normalize(v, axis); }, x), 2e-3);
  }
}

TEST(Nn, RejectsAnAxisThatIsNotThere) {
  EXPECT_THAT(
      [] {
        ops::softmax(ops::zeros({2, 3}), 2);
      },
      Raises<ShapeError>("ops::softmax: axis must lie in [-2, 2) for rank 2. Received: "
                         "axis=2, shape=(2, 3)."));
  EXPECT_THAT([] { ops::log_softmax(Tensor(1.0f)); },
              Raises<ShapeError>("ops::log_softmax: axis must lie in [-0, 0) for rank 0. Received: "
                                 "axis=-1, shape=()."));
}

TEST(Nn, RejectsUndefinedTensors) {
  const std::string rule = ": the inputs must be defined. Received: an undefined tensor.";
  EXPECT_THAT([] { ops::softmax({}); }, Raises<InvalidArgument>("ops::softmax" + rule));
  EXPECT_THAT([] { ops::log_softmax({}); }, Raises<InvalidArgument>("ops::log_softmax" + rule));
  EXPECT_THAT([] { ops::l2_normalize({}); }, Raises<InvalidArgument>("ops::l2_normalize" + rule));
}

}  // namespace
}  // namespace strata
