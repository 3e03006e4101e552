// What a slot takes is decided while compiling: objects, callables and names; not numbers.
#include "strata/core/rule_spec.hpp"

#include <gtest/gtest.h>

#include "strata/optimizers/sgd.hpp"
#include "strata/regularizers/l2.hpp"

namespace strata::testing {
namespace {

using regularizers::L2;

static_assert(std::convertible_to<std::nullptr_t, RegularizerSpec>);
static_assert(std::convertible_to<const char*, RegularizerSpec>);
static_assert(std::convertible_to<std::string, RegularizerSpec>);
static_assert(std::convertible_to<L2, RegularizerSpec>);
static_assert(std::convertible_to<std::shared_ptr<L2>, RegularizerSpec>);
static_assert(std::convertible_to<std::shared_ptr<const L2>, RegularizerSpec>);
static_assert(std::convertible_to<Tensor (*)(const Tensor&), RegularizerSpec>);
static_assert(std::convertible_to<std::function<Tensor(const Tensor&)>, RegularizerSpec>);
static_assert(!std::convertible_to<std::function<void()>, RegularizerSpec>);
static_assert(!std::convertible_to<optimizers::SGD, RegularizerSpec>);
static_assert(!std::convertible_to<std::shared_ptr<const optimizers::SGD>, OptimizerSpec>);
static_assert(std::convertible_to<optimizers::SGD, OptimizerSpec>);

TEST(RuleSpec, AnObjectStaysAnObjectThoughItCanBeCalled) {
  const RegularizerSpec spec = L2(0.5f);
  EXPECT_NE(dynamic_cast<const L2*>(spec.rule().get()), nullptr);
}

TEST(RuleSpec, ASharedObjectStaysShared) {
  const auto shared = std::make_shared<const L2>(0.5f);
  EXPECT_EQ(RegularizerSpec(shared).rule(), shared);
}

TEST(RuleSpec, CopiesHoldTheSameRule) {
  const RegularizerSpec spec = L2(0.5f);
  const RegularizerSpec copy = spec;
  EXPECT_EQ(copy.rule(), spec.rule());
}

TEST(RuleSpec, IsFalseWhenEmpty) {
  EXPECT_FALSE(RegularizerSpec());
  EXPECT_TRUE(RegularizerSpec(L2(0.5f)));
}

}  // namespace
}  // namespace strata::testing
