// The formulas that losses and metrics share: shapes are aligned and checked in one place.
#include "strata/ops/distance.hpp"

#include <gtest/gtest.h>

#include "strata/autodiff/gradient_tape.hpp"
#include "strata/ops/accuracy.hpp"
#include "strata/tensor/variable.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace {

TEST(Distance, AlignsALastAxisOfOne) {
  const Tensor column({3, 1}, {1, 2, 3});
  const Tensor vector({3}, {1, 4, 3});
  EXPECT_THAT(ops::mean_squared_error(column, vector), IsClose(Tensor({3}, {0, 4, 0})));
  EXPECT_THAT(ops::mean_squared_error(vector, column), IsClose(Tensor({3}, {0, 4, 0})));
  EXPECT_THAT(ops::accuracy(column, vector), IsClose(Tensor({3}, {1, 0, 1})));
}

TEST(Distance, RefusesOtherShapesByTheNameOfTheClass) {
  EXPECT_THAT(
      [] {
        ops::poisson(Tensor({2}, {1, 2}), Tensor({3}, {1, 2, 3}));
      },
      Raises<ShapeError>("Poisson: y_true and y_pred must have the same shape, of rank 1 "
                         "or more. Received: y_true.shape=(2,), y_pred.shape=(3,)."));
}

TEST(Distance, IsDifferentiable) {
  const Variable y_pred("y_pred", Tensor({1, 2}, {1, 3}));
  GradientTape tape;
  const Tensor loss = ops::mean_squared_error(Tensor({1, 2}, {0, 0}), y_pred);
  EXPECT_THAT(tape.gradient(loss, y_pred), IsClose(Tensor({1, 2}, {1, 3})));
}

}  // namespace
}  // namespace strata::testing
