// BatchCutter: which samples are in which batch.
#include "data/batch_cutter.hpp"

#include <algorithm>

#include "support/matchers.hpp"

namespace strata::data {
namespace {

using ::testing::ElementsAre;

const Tensor kRows({5}, {0, 1, 2, 3, 4});

TEST(BatchCutter, CutsTheSamplesAsTheyStand) {
  const BatchCutter cutter(5, 2);
  EXPECT_EQ(cutter.size(), 3);
  EXPECT_FALSE(cutter.is_whole());
  EXPECT_THAT(cutter.rows(kRows, 0).values(), ElementsAre(0, 1));
  EXPECT_THAT(cutter.rows(kRows, 2).values(), ElementsAre(4));
}

TEST(BatchCutter, IsWholeWhereOneBatchHoldsAllInTheirOrder) {
  BatchCutter cutter(5, 8);
  EXPECT_EQ(cutter.size(), 1);
  EXPECT_TRUE(cutter.is_whole());
  EXPECT_THAT(cutter.rows(kRows, 0).values(), ElementsAre(0, 1, 2, 3, 4));
  random::Generator generator(3);
  cutter.shuffle(generator);
  EXPECT_FALSE(cutter.is_whole());
}

TEST(BatchCutter, ShufflesAsItsGeneratorPermutes) {
  BatchCutter cutter(5, 2);
  random::Generator generator(3);
  random::Generator same(3);
  for (int pass = 0; pass < 2; ++pass) {
    cutter.shuffle(generator);
    const std::vector<std::int64_t> order = same.permutation(5);
    for (std::size_t i = 0; i < 5; ++i) {
      const auto batch = static_cast<std::int64_t>(i / 2);
      EXPECT_EQ(cutter.rows(kRows, batch).values()[i % 2], static_cast<float>(order[i]));
    }
  }
}

}  // namespace
}  // namespace strata::data
