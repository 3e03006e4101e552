// Batches: what a training loop of one's own goes over.
#include "strata/data/batches.hpp"

#include <algorithm>
#include <ranges>

#include "strata/core/errors.hpp"
#include "strata/tensor/random.hpp"
#include "support/matchers.hpp"

namespace strata::data {
namespace {

using strata::testing::Raises;
using ::testing::ElementsAre;

static_assert(std::ranges::input_range<Batches<Tensor>>);

Tensor counting(std::int64_t samples) {
  std::vector<float> values(static_cast<std::size_t>(samples));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i);
  return Tensor({samples}, values);
}

/// All values of a pass, in their order.
std::vector<float> pass_of(Batches<Tensor>& batches) {
  std::vector<float> all;
  for (const Tensor& batch : batches) {
    all.insert(all.end(), batch.values().begin(), batch.values().end());
  }
  return all;
}

std::vector<float> sorted(std::vector<float> values) {
  std::sort(values.begin(), values.end());
  return values;
}

TEST(Batches, CoverTheDataInOrderWithoutShuffling) {
  std::vector<std::vector<float>> seen;
  for (const Tensor& batch : batches(counting(5), {.batch_size = 2, .shuffle = false})) {
    seen.emplace_back(batch.values().begin(), batch.values().end());
  }
  EXPECT_THAT(seen, ElementsAre(ElementsAre(0, 1), ElementsAre(2, 3), ElementsAre(4)));
}

TEST(Batches, ShuffleByDefaultAndShowEachSampleOnce) {
  auto shuffled = batches(counting(100), {.batch_size = 7});
  const std::vector<float> pass = pass_of(shuffled);
  EXPECT_FALSE(std::is_sorted(pass.begin(), pass.end()));
  const auto all = counting(100);
  EXPECT_TRUE(std::ranges::equal(sorted(pass), all.values()));
}

TEST(Batches, GoInANewOrderEachPass) {
  auto shuffled = batches(counting(100), {.seed = 3});
  const std::vector<float> first = pass_of(shuffled);
  EXPECT_NE(first, pass_of(shuffled));
}

TEST(Batches, RepeatTheirOrdersFromASeed) {
  auto one = batches(counting(100), {.seed = 3});
  auto same = batches(counting(100), {.seed = 3});
  auto other = batches(counting(100), {.seed = 4});
  const std::vector<float> first = pass_of(one);
  EXPECT_EQ(first, pass_of(same));
  EXPECT_NE(first, pass_of(other));
  EXPECT_EQ(pass_of(one), pass_of(same));
}

TEST(Batches, WithoutASeedFollowTheProcessWideOne) {
  set_random_seed(11);
  auto one = batches(counting(100));
  set_random_seed(11);
  auto same = batches(counting(100));
  EXPECT_EQ(pass_of(one), pass_of(same));
}

TEST(Batches, KeepSamplesTargetsAndWeightsTogether) {
  const Tensor x = counting(50);
  std::int64_t samples = 0;
  for (const auto& [a, b, c] : batches(x, x, x, {.batch_size = 8})) {
    EXPECT_TRUE(std::ranges::equal(a.values(), b.values()));
    EXPECT_TRUE(std::ranges::equal(a.values(), c.values()));
    samples += a.shape().front();
  }
  EXPECT_EQ(samples, 50);
}

TEST(Batches, KeepTheShapesOfSamples) {
  const Tensor x({4, 2, 3}, std::vector<float>(24, 1.0f));
  const Tensor y({4, 1}, std::vector<float>(4, 1.0f));
  for (const auto& [images, targets] : batches(x, y, {.batch_size = 4})) {
    EXPECT_EQ(images.shape(), Shape({4, 2, 3}));
    EXPECT_EQ(targets.shape(), Shape({4, 1}));
  }
}

TEST(Batches, MayDropTheShorterLastOne) {
  auto dropping = batches(counting(10), {.batch_size = 4, .drop_remainder = true});
  EXPECT_EQ(dropping.size(), 2);
  EXPECT_EQ(pass_of(dropping).size(), 8u);
}

TEST(Batches, AreCounted) {
  EXPECT_EQ(batches(counting(64)).size(), 2);
  EXPECT_EQ(batches(counting(65)).size(), 3);
  EXPECT_EQ(batches(counting(1), {.batch_size = 1000}).size(), 1);
}

TEST(Batches, RefuseBatchSizesBelowOne) {
  EXPECT_THAT(
      [] { batches(counting(3), {.batch_size = 0}); },
      Raises<InvalidArgument>("batches: batch_size must be at least 1. Received: batch_size=0."));
}

TEST(Batches, RefuseArraysOfDifferentLengths) {
  EXPECT_THAT([] { batches(counting(3), counting(4)); },
              Raises<InvalidArgument>("batches: all arrays must have the same number of samples. "
                                      "Received: x has 3, y has 4."));
  EXPECT_THAT([] { batches(counting(3), counting(3), counting(2)); },
              Raises<InvalidArgument>("batches: all arrays must have the same number of samples. "
                                      "Received: x has 3, sample_weight has 2."));
}

TEST(Batches, RefuseEmptyData) {
  EXPECT_THAT(
      [] { batches(counting(0)); },
      Raises<InvalidArgument>("batches: the data must hold at least one sample. Received: none."));
}

TEST(Batches, RefuseScalars) {
  EXPECT_THAT([] { batches(counting(3), Tensor(1.0f)); },
              Raises<ShapeError>("batches: y must have rank >= 1. Received: shape=()."));
}

TEST(Batches, RefuseUndefinedTensors) {
  EXPECT_THAT(
      [] { batches(Tensor()); },
      Raises<InvalidArgument>("batches: x must hold an array. Received: an undefined tensor."));
}

TEST(Batches, RefuseToDropEverything) {
  EXPECT_THAT(
      [] { batches(counting(3), {.batch_size = 4, .drop_remainder = true}); },
      Raises<InvalidArgument>("batches: drop_remainder must leave a batch. Received: 3 samples, "
                              "batch_size=4."));
}

}  // namespace
}  // namespace strata::data
