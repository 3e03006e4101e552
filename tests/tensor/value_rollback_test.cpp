// Values that come back after a failure, assigned or written in place.
#include "tensor/value_rollback.hpp"

#include <gtest/gtest.h>

#include "support/matchers.hpp"

namespace strata {
namespace {

using testing::IsClose;

TEST(ValueRollback, PutsBackWhatWasAssignedOrWrittenInPlace) {
  const Variable a("a", Tensor({2}, {1, 2}));
  const Variable b("b", Tensor({2}, {3, 4}), false);
  {
    const auto rollback = value_rollback({a, b});
    a.assign(Tensor({2}, {5, 6}));
    b.mutable_data()[0] = 7;
    EXPECT_THAT(b.value(), IsClose(Tensor({2}, {7, 4}), 0.0));
  }
  EXPECT_THAT(a.value(), IsClose(Tensor({2}, {1, 2}), 0.0));
  EXPECT_THAT(b.value(), IsClose(Tensor({2}, {3, 4}), 0.0));
}

TEST(ValueRollback, LeavesWhatIsKept) {
  const Variable a("a", Tensor({2}, {1, 2}));
  {
    auto rollback = value_rollback({a});
    a.assign(Tensor({2}, {5, 6}));
    rollback.keep();
  }
  EXPECT_THAT(a.value(), IsClose(Tensor({2}, {5, 6}), 0.0));
}

}  // namespace
}  // namespace strata
