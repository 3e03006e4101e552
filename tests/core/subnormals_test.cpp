#include "core/subnormals.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <stdexcept>
#include <vector>

#include "core/parallel.hpp"

namespace strata::testing {
namespace {

constexpr float kSmallest = std::numeric_limits<float>::min();

// Computed when called: the compiler does not know the operands.
float product(float a, float b) {
  const volatile float factor = b;
  return a * factor;
}

class Subnormals : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!kCanFlushSubnormals) GTEST_SKIP() << "this CPU's mode is not known";
  }
};

TEST_F(Subnormals, AreKeptElsewhere) {
  EXPECT_EQ(product(kSmallest, 0.5f), kSmallest / 2);
  EXPECT_EQ(product(kSmallest / 2, 4.0f), 2 * kSmallest);
}

TEST_F(Subnormals, AreZeroAsResultsAndAsOperandsWhileTheScopeLasts) {
  {
    const FlushSubnormals flush;
    EXPECT_EQ(product(kSmallest, 0.5f), 0.0f);
    EXPECT_EQ(product(std::numeric_limits<float>::denorm_min(), 1e30f), 0.0f);
    EXPECT_EQ(product(kSmallest, 1.0f), kSmallest);
  }
  EXPECT_EQ(product(kSmallest, 0.5f), kSmallest / 2);
}

TEST_F(Subnormals, ScopesNest) {
  const FlushSubnormals flush;
  {
    const FlushSubnormals keep(false);
    EXPECT_EQ(product(kSmallest, 0.5f), kSmallest / 2);
  }
  EXPECT_EQ(product(kSmallest, 0.5f), 0.0f);
}

TEST_F(Subnormals, AreKeptAgainAfterAnException) {
  EXPECT_THROW(
      {
        const FlushSubnormals flush;
        throw std::runtime_error("of a layer");
      },
      std::runtime_error);
  EXPECT_FALSE(FlushSubnormals::on());
}

TEST_F(Subnormals, AreToEveryWorkerWhatTheyAreToTheCaller) {
  for (const bool flush : {true, false}) {
    const FlushSubnormals scope(flush);
    std::vector<float> halves(8, -1.0f);
    parallel_parts(8, 4, [&](std::int64_t part, int) {
      halves[static_cast<std::size_t>(part)] = product(kSmallest, 0.5f);
    });
    EXPECT_EQ(halves, std::vector<float>(8, flush ? 0.0f : kSmallest / 2));
  }
}

}  // namespace
}  // namespace strata::testing
