// Rows of a tensor: gathered by index, or a run of them.
#include "strata/data/rows.hpp"

#include "strata/core/errors.hpp"
#include "strata/core/threads.hpp"
#include "support/matchers.hpp"

namespace strata::data {
namespace {

using strata::testing::Raises;
using ::testing::ElementsAre;

const Tensor kThreeRows({3, 2}, {0, 1, 10, 11, 20, 21});

TEST(GatherRows, TakesRowsInTheOrderOfTheIndices) {
  const Tensor rows = gather_rows(kThreeRows, std::vector<std::int64_t>{2, 0, 2});
  EXPECT_EQ(rows.shape(), Shape({3, 2}));
  EXPECT_THAT(rows.values(), ElementsAre(20, 21, 0, 1, 20, 21));
}

TEST(GatherRows, TakesElementsOfAVector) {
  const Tensor rows = gather_rows(Tensor({3}, {5, 6, 7}), std::vector<std::int64_t>{1});
  EXPECT_EQ(rows.shape(), Shape({1}));
  EXPECT_THAT(rows.values(), ElementsAre(6));
}

TEST(GatherRows, OfNoIndexIsEmpty) {
  EXPECT_EQ(gather_rows(kThreeRows, {}).shape(), Shape({0, 2}));
}

TEST(GatherRows, OfRowsWithoutElementsIsEmpty) {
  const Tensor hollow({2, 0}, std::vector<float>{});
  EXPECT_EQ(gather_rows(hollow, std::vector<std::int64_t>{1, 1, 0}).shape(), Shape({3, 0}));
}

TEST(GatherRows, IsRightForMoreRowsThanOneThreadTakes) {
  std::vector<float> values(4000 * 100);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i);
  std::vector<std::int64_t> backwards(4000);
  for (std::size_t i = 0; i < backwards.size(); ++i) {
    backwards[i] = static_cast<std::int64_t>(3999 - i);
  }
  const Tensor rows = gather_rows(Tensor({4000, 100}, values), backwards);
  for (std::size_t i = 0; i < values.size(); ++i) {
    ASSERT_EQ(rows.values()[i], values[(3999 - i / 100) * 100 + i % 100]);
  }
}

TEST(GatherRows, RefusesIndicesOutOfRange) {
  EXPECT_THAT(
      [] {
        gather_rows(kThreeRows, std::vector<std::int64_t>{0, 3});
      },
      Raises<InvalidArgument>("gather_rows: indices must lie in [0, 3). Received: index=3."));
  EXPECT_THAT(
      [] { gather_rows(kThreeRows, std::vector<std::int64_t>{-1}); },
      Raises<InvalidArgument>("gather_rows: indices must lie in [0, 3). Received: index=-1."));
}

TEST(GatherRows, RefusesScalarsAndUndefinedTensors) {
  EXPECT_THAT([] { gather_rows(Tensor(1.0f), {}); },
              Raises<ShapeError>("gather_rows: x must have rank >= 1. Received: shape=()."));
  EXPECT_THAT(
      [] { gather_rows(Tensor(), {}); },
      Raises<InvalidArgument>("gather_rows: x must hold an array. Received: an undefined tensor."));
}

TEST(SliceRows, TakesARunOfRows) {
  const Tensor rows = slice_rows(kThreeRows, 1, 3);
  EXPECT_EQ(rows.shape(), Shape({2, 2}));
  EXPECT_THAT(rows.values(), ElementsAre(10, 11, 20, 21));
}

TEST(SliceRows, MayBeEmpty) { EXPECT_EQ(slice_rows(kThreeRows, 3, 3).shape(), Shape({0, 2})); }

TEST(SliceRows, RefusesRangesBeyondTheRows) {
  EXPECT_THAT([] { slice_rows(kThreeRows, 1, 4); },
              Raises<InvalidArgument>(
                  "slice_rows: the range must lie in [0, 3]. Received: begin=1, end=4."));
  EXPECT_THAT([] { slice_rows(kThreeRows, 2, 1); },
              Raises<InvalidArgument>(
                  "slice_rows: the range must lie in [0, 3]. Received: begin=2, end=1."));
}

}  // namespace
}  // namespace strata::data
