// Losses and metrics that are a formula and nothing more, and a user's own of that kind.
#include "strata/losses/formula_loss.hpp"

#include <gtest/gtest.h>

#include "strata/config.hpp"
#include "strata/metrics/formula_metric.hpp"
#include "strata/ops/ops.hpp"
#include "strata/saving/register_serializable.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace {

Tensor cubed_error(const Tensor& y_true, const Tensor& y_pred) {
  const Tensor error = ops::abs(y_true - y_pred);
  return ops::mean(error * error * error, -1);
}

using CubedError = losses::FormulaLoss<cubed_error>;
using CubedErrorMetric = metrics::FormulaMetric<cubed_error>;

TEST(FormulaLoss, IsTheReducedFormula) {
  const Tensor y_true({2, 2}, {0, 0, 0, 0});
  const Tensor y_pred({2, 2}, {1, 2, 0, 1});
  EXPECT_THAT(CubedError()(y_true, y_pred), IsClose(2.5f));
  EXPECT_THAT(CubedError({.reduction = "sum"})(y_true, y_pred), IsClose(5.0f));
  EXPECT_EQ(CubedErrorMetric()(y_true, y_pred), 2.5);
}

TEST(FormulaLoss, OfAUserIsSavedOnceRegistered) {
  register_serializable<CubedError>({.package = "formula", .name = "CubedError"});
  register_serializable<CubedErrorMetric>({.package = "formula", .name = "CubedErrorMetric"});
  const LossSpec loss(CubedError({.reduction = "sum"}));
  EXPECT_EQ(losses::serialize(loss).dump(),
            R"({"module":null,"class_name":"CubedError","config":{"name":"cubed_error",)"
            R"("reduction":"sum"},"registered_name":"formula>CubedError"})");
  EXPECT_EQ(losses::deserialize(losses::serialize(loss))->reduction(), "sum");
  EXPECT_EQ(CubedErrorMetric().name(), "cubed_error_metric");
  const MetricSpec metric(CubedErrorMetric({.name = "mine"}));
  EXPECT_EQ(metrics::deserialize(metrics::serialize(metric))->name(), "mine");
}

TEST(FormulaLoss, RefusesTargetsByItsClassName) {
  const losses::Poisson loss({.name = "mine"});
  EXPECT_THAT(
      [&] {
        loss.check_targets(Tensor({2, 1}, {1, NAN}), {2, 1});
      },
      Raises("Poisson: targets must be finite. Received: y_true[1, 0]=nan."));
}

}  // namespace
}  // namespace strata::testing
