// Proximal: its place in losses, gradients and configs, and what it refuses.
#include "strata/regularizers/proximal.hpp"

#include <gtest/gtest.h>

#include "strata/autodiff/gradient_tape.hpp"
#include "strata/config.hpp"
#include "strata/ops/ops.hpp"
#include "strata/regularizers/l1.hpp"
#include "strata/regularizers/l1l2.hpp"
#include "strata/regularizers/l2.hpp"
#include "strata/regularizers/orthogonal.hpp"
#include "strata/tensor/variable.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace proximal_test {
namespace {

using namespace regularizers;

TEST(Proximal, HasTheRulesValueAndNoGradient) {
  const Variable w("w", Tensor({3}, {1, -2, 0}));
  GradientTape tape;
  const Tensor penalty = scalar_penalty(Proximal(L1(0.5f)), w, "w");
  const Tensor data = ops::sum(3.0f * w);
  EXPECT_EQ(penalty.item(), 1.5f);
  EXPECT_THAT(tape.gradient(data + penalty, w), IsClose(Tensor({3}, {3, 3, 3})));
}

TEST(Proximal, LetsNoWeightOfAZeroFactorCount) {
  const Tensor bad({1}, {std::numeric_limits<float>::quiet_NaN()});
  EXPECT_EQ(Proximal(L1(0.0f))(bad).item(), 0.0f);
}

TEST(Proximal, ComesBackFromItsConfig) {
  const Config config = serialize(Proximal(L1L2({.l1 = 0.1f, .l2 = 0.2f})));
  EXPECT_EQ(config.dump(),
            R"({"module":"strata_keras","class_name":"Proximal","config":{"rule":{"module":)"
            R"("keras.regularizers","class_name":"L1L2","config":{"l1":0.1,"l2":0.2},)"
            R"("registered_name":null}},"registered_name":"strata>Proximal"})");
  const RegularizerSpec back = deserialize(config);
  EXPECT_EQ(serialize(back), config);
  EXPECT_EQ(dynamic_cast<const L1L2&>(*back->proximal_rule()).l2(), 0.2f);
}

TEST(Proximal, TakesARuleByItsName) {
  EXPECT_EQ(dynamic_cast<const L1&>(*Proximal("l1").proximal_rule()).l1(), 0.01f);
}

TEST(Proximal, RefusesWhatHasNoOperator) {
  EXPECT_THAT([] { Proximal(nullptr); }, Raises("Proximal: a rule is needed. Received: nullptr."));
  const std::string rule =
      "Proximal: the rule must have a proximal operator, as L1, L2, L1L2, GroupLasso, "
      "SparseGroupLasso, "
      "NuclearNorm, Towards and Sum of such have. Received: ";
  EXPECT_THAT([] { Proximal bad{OrthogonalRegularizer()}; },
              Raises(rule + "OrthogonalRegularizer, which has no proximal operator."));
  EXPECT_THAT([] { Proximal bad{RegularizerSpec(Proximal(L1()))}; },
              Raises(rule + "Proximal, which has no proximal operator."));
  EXPECT_THAT([] { Proximal([](const Tensor& x) { return ops::sum(x); }); },
              Raises(rule + "a callable, which has no proximal operator."));
  EXPECT_THAT([] { Proximal::from_config(Config::object()); },
              Raises("Proximal: a rule is needed. Received: nullptr."));
}

TEST(Proximal, SaysTheFormsOfTheRulesOfToday) {
  EXPECT_EQ(L1(0.5f).proximal_form(0)->l1, 0.5f);
  EXPECT_EQ(L2(0.5f).proximal_form(0)->l2, 0.5f);
  const ProximalForm both = L1L2(0.5f, 0.7f).proximal_form(0).value();
  EXPECT_EQ(both.l1, 0.5f);
  EXPECT_EQ(both.l2, 0.7f);
  EXPECT_FALSE(both.groups);
  EXPECT_FALSE(OrthogonalRegularizer().proximal_form(0).has_value());
}

}  // namespace
}  // namespace proximal_test
}  // namespace strata::testing
