#include "strata/layers/dense.hpp"

#include <gtest/gtest.h>

#include "strata/config.hpp"
#include "strata/core/errors.hpp"
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
  EXPECT_THAT(
      [] {
        Dense::from_config({{"units", 2}, {"use_bias", false}, {"bias_regularizer", "l2"}});
      },
      Raises("Dense: a bias_regularizer needs use_bias. Received: use_bias=false."));
}

}  // namespace
}  // namespace strata
