// SparseGroupLasso: both terms, each alone, gradient, refusals.
#include "strata/regularizers/sparse_group_lasso.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "strata/autodiff/gradient_tape.hpp"
#include "strata/layers/dense.hpp"
#include "strata/ops/array.hpp"
#include "strata/regularizers/group_lasso.hpp"
#include "support/gradient_gap.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace sparse_group_lasso_test {

using regularizers::SparseGroupLasso;

const Tensor kX({2, 3}, {3, -0.5f, 0.25f, -1, 4, 3});

TEST(SparseGroupLasso, IsL1AndGroupLassoAtOnce) {
  const float groups = regularizers::GroupLasso({.factor = 0.5f, .groups = "outputs"})(kX).item();
  const SparseGroupLasso both({.l1 = 0.1f, .factor = 0.5f, .groups = "outputs"});
  EXPECT_FLOAT_EQ(both(kX).item(), 0.1f * 11.75f + groups);
  EXPECT_FLOAT_EQ(SparseGroupLasso({.l1 = 0.0f, .factor = 0.5f, .groups = "outputs"})(kX).item(),
                  groups);
  EXPECT_FLOAT_EQ(SparseGroupLasso(0.1f, 0.0f)(kX).item(), 0.1f * 11.75f);
}

TEST(SparseGroupLasso, HasFactorsOfOneHundredthOfInputsByDefault) {
  EXPECT_EQ(SparseGroupLasso().l1(), 0.01f);
  EXPECT_EQ(SparseGroupLasso().factor(), 0.01f);
  EXPECT_EQ(SparseGroupLasso().groups(), WeightGroups("inputs"));
}

TEST(SparseGroupLasso, GradientMatchesCentralDifferences) {
  for (const WeightGroups& groups : {WeightGroups("inputs"), WeightGroups("outputs")}) {
    EXPECT_LT(gradient_gap(SparseGroupLasso({.l1 = 0.3f, .factor = 0.5f, .groups = groups}), kX),
              1e-3);
  }
}

TEST(SparseGroupLasso, HasNoGradientAtZero) {
  GradientTape tape;
  const Tensor x = tape.watch(Tensor({2, 2}, {0, 0, 3, 0}));
  EXPECT_THAT(tape.gradient(SparseGroupLasso(0.5f, 1.0f)(x), x),
              IsClose(Tensor({2, 2}, {0, 0, 0.5f + std::sqrt(2.0f), 0})));
}

TEST(SparseGroupLasso, RefusesWhatItCannotTake) {
  EXPECT_THAT(
      ([] { SparseGroupLasso({.l1 = -1.0f}); }),
      Raises<InvalidArgument>("SparseGroupLasso: l1 must be finite and >= 0. Received: l1=-1."));
  EXPECT_THAT(([] { SparseGroupLasso({.factor = -1.0f}); }),
              Raises<InvalidArgument>(
                  "SparseGroupLasso: factor must be finite and >= 0. Received: factor=-1."));
  EXPECT_THROW(SparseGroupLasso({.groups = "units"}), InvalidArgument);
  layers::Dense layer({.units = 3, .bias_regularizer = SparseGroupLasso()});
  EXPECT_THROW(layer.build({1, 2}), InvalidArgument);
}

}  // namespace sparse_group_lasso_test
}  // namespace strata::testing
