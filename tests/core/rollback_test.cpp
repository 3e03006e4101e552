// When a rollback undoes.
#include "core/rollback.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace strata {
namespace {

TEST(Rollback, UndoesOnceWhereNothingIsKept) {
  int undone = 0;
  {
    const Rollback rollback([&] { ++undone; });
  }
  EXPECT_EQ(undone, 1);
}

TEST(Rollback, UndoesWhereAnExceptionPasses) {
  int value = 1;
  const auto fail = [&] {
    Rollback rollback([&, before = value] { value = before; });
    value = 2;
    throw std::runtime_error("no");
  };
  EXPECT_THROW(fail(), std::runtime_error);
  EXPECT_EQ(value, 1);
}

TEST(Rollback, UndoesNothingThatIsKept) {
  int undone = 0;
  {
    Rollback rollback([&] { ++undone; });
    EXPECT_FALSE(rollback.kept());
    rollback.keep();
    EXPECT_TRUE(rollback.kept());
  }
  EXPECT_EQ(undone, 0);
}

}  // namespace
}  // namespace strata
