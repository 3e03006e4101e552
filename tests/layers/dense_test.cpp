// Dense: shapes, options, configs, bad input.
#include "strata/layers/dense.hpp"

#include <gtest/gtest.h>

#include "strata/config.hpp"
#include "strata/core/errors.hpp"
#include "strata/layers/input.hpp"
#include "strata/models/sequential.hpp"
#include "strata/ops/array.hpp"
#include "support/matchers.hpp"

namespace strata {
namespace {

using layers::Dense;
using testing::Raises;

TEST(Dense, RefusesRulesForABiasThatIsNotThere) {
  EXPECT_THAT([] { Dense({.units = 2, .use_bias = false, .bias_regularizer = "l2"}); },
              Raises("Dense: a bias_regularizer needs use_bias. Received: use_bias=false."));
  EXPECT_THAT([] { Dense({.units = 2, .use_bias = false, .bias_constraint = "non_neg"}); },
              Raises("Dense: a bias_constraint needs use_bias. Received: use_bias=false."));
}

TEST(Dense, KnowsAnActivationThatHalvesItsUnits) {
  Sequential model(
      {layers::Input({4}), Dense({.units = 6, .activation = "glu"}), Dense({.units = 2})});
  EXPECT_EQ(model.weights()[2].shape(), Shape({3, 2}));
  EXPECT_EQ(model(ops::zeros({5, 4})).shape(), Shape({5, 2}));
  EXPECT_THAT(
      [] {
        Sequential({layers::Input({4}), Dense({.units = 5, .activation = "glu"})});
      },
      Raises<ShapeError>("glu: the extent along the axis must be even. Received: axis=-1, "
                         "shape=(None, 5)."));
}

}  // namespace
}  // namespace strata
