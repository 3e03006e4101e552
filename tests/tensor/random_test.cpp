// Random streams: what they promise is a distribution, and the same numbers every time.
#include "strata/tensor/random.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "core/parallel.hpp"
#include "strata/core/errors.hpp"
#include "strata/core/threads.hpp"
#include "support/matchers.hpp"

namespace strata {
namespace {

using random::Generator;
using testing::Raises;

struct Moments {
  double mean = 0.0;
  double stddev = 0.0;
};

Moments moments_of(const Tensor& tensor) {
  Moments moments;
  for (const float value : tensor.values()) moments.mean += value;
  moments.mean /= static_cast<double>(tensor.size());
  for (const float value : tensor.values()) {
    moments.stddev += (value - moments.mean) * (value - moments.mean);
  }
  moments.stddev = std::sqrt(moments.stddev / static_cast<double>(tensor.size()));
  return moments;
}

std::vector<float> values_of(const Tensor& tensor) {
  return {tensor.values().begin(), tensor.values().end()};
}

double correlation(const Tensor& a, const Tensor& b) {
  const Moments of_a = moments_of(a);
  const Moments of_b = moments_of(b);
  double sum = 0.0;
  for (std::size_t i = 0; i < a.values().size(); ++i) {
    sum += (a.values()[i] - of_a.mean) * (b.values()[i] - of_b.mean);
  }
  return sum / (static_cast<double>(a.size()) * of_a.stddev * of_b.stddev);
}

TEST(Generator, ContinuesFromAStoredState) {
  constexpr std::uint64_t kLarge = (std::uint64_t{1} << 53) + 1;  // no double holds it
  Generator generator(kLarge);
  generator.uniform({2});
  const random::GeneratorState stored = generator.state();
  EXPECT_EQ(stored, (random::GeneratorState{.key = kLarge, .position = 1}));
  const std::vector<float> next = values_of(generator.uniform({8}));
  Generator other(3);
  other.set_state(stored);
  EXPECT_EQ(values_of(other.uniform({8})), next);
  EXPECT_EQ(other.state(), generator.state());
}

TEST(Uniform, HasItsMomentsAndItsHalfOpenRange) {
  const Tensor x = Generator(1).uniform({200000}, -1.0f, 3.0f);
  const Moments moments = moments_of(x);
  EXPECT_NEAR(moments.mean, 1.0, 0.01);
  EXPECT_NEAR(moments.stddev, 4.0 / std::sqrt(12.0), 0.01);
  const auto [low, high] = std::minmax_element(x.values().begin(), x.values().end());
  EXPECT_GE(*low, -1.0f);
  EXPECT_LT(*high, 3.0f);
  EXPECT_LT(*low, -0.99f);
  EXPECT_GT(*high, 2.99f);
}

TEST(Uniform, NeverRoundsUpToItsOpenEnd) {
  const float high = std::nextafter(1.0f, 2.0f);  // the only value below is 1
  const Tensor drawn = Generator(2).uniform({1000}, 1.0f, high);
  for (const float value : drawn.values()) EXPECT_EQ(value, 1.0f);
}

TEST(Uniform, OfAnEmptyRangeIsItsBound) {
  EXPECT_EQ(values_of(Generator(2).uniform({3}, 2.0f, 2.0f)), std::vector<float>(3, 2.0f));
}

TEST(Normal, HasItsMomentsAndTails) {
  const Tensor x = Generator(3).normal({200000}, 2.0f, 0.5f);
  const Moments moments = moments_of(x);
  EXPECT_NEAR(moments.mean, 2.0, 0.005);
  EXPECT_NEAR(moments.stddev, 0.5, 0.005);
  const auto beyond = [&](float deviations) {
    return static_cast<double>(
               std::count_if(x.values().begin(), x.values().end(),
                             [&](float v) { return std::abs(v - 2.0f) > 0.5f * deviations; })) /
           static_cast<double>(x.size());
  };
  EXPECT_NEAR(beyond(1.0f), 0.3173, 0.005);
  EXPECT_NEAR(beyond(2.0f), 0.0455, 0.002);
  EXPECT_NEAR(beyond(3.0f), 0.0027, 0.0006);
}

TEST(Normal, NeighboursAreUncorrelated) {
  const Tensor x = Generator(4).normal({100001});
  const Tensor here({100000}, x.values().first(100000));
  const Tensor next({100000}, x.values().last(100000));
  EXPECT_NEAR(correlation(here, next), 0.0, 0.012);
}

TEST(TruncatedNormal, StaysWithinTwoDeviations) {
  const Tensor x = Generator(5).truncated_normal({200000}, 1.0f, 0.5f);
  const Moments moments = moments_of(x);
  EXPECT_NEAR(moments.mean, 1.0, 0.005);
  EXPECT_NEAR(moments.stddev, 0.5 * 0.8796256610342398, 0.003);
  for (const float value : x.values()) ASSERT_LE(std::abs(value - 1.0f), 1.0f);
}

TEST(TruncatedNormal, KeepsWhatWasInRangeAnyway) {
  const Tensor normal = Generator(6).normal({1000});
  const Tensor truncated = Generator(6).truncated_normal({1000});
  for (std::size_t i = 0; i < 1000; ++i) {
    if (std::abs(normal.values()[i]) <= 2.0f) {
      EXPECT_EQ(truncated.values()[i], normal.values()[i]);
    }
  }
}

TEST(DropoutMask, KeepsTheMean) {
  const Tensor mask = Generator(7).dropout_mask({100000}, 0.3f);
  EXPECT_NEAR(moments_of(mask).mean, 1.0, 0.01);
  for (const float value : mask.values()) ASSERT_TRUE(value == 0.0f || value == 1.0f / 0.7f);
}

TEST(DropoutMask, DropsWhereAUniformNumberIsBelowTheRate) {
  const std::vector<float> drawn = values_of(Generator(7).uniform({1003}, 0.0f, 1.0f));
  const std::vector<float> mask = values_of(Generator(7).dropout_mask({1003}, 0.3f));
  for (std::size_t i = 0; i < mask.size(); ++i)
    EXPECT_EQ(mask[i], drawn[i] < 0.3f ? 0.0f : 1.0f / 0.7f) << i;
}

TEST(DropoutMask, OfRateZeroIsOnesAndOfRateOneZeros) {
  EXPECT_EQ(values_of(Generator(7).dropout_mask({50}, 0.0f)), std::vector<float>(50, 1.0f));
  EXPECT_EQ(values_of(Generator(7).dropout_mask({50}, 1.0f)), std::vector<float>(50, 0.0f));
}

TEST(Permutation, HoldsEveryNumberOnce) {
  std::vector<std::int64_t> order = Generator(8).permutation(1000);
  EXPECT_FALSE(std::is_sorted(order.begin(), order.end()));
  std::sort(order.begin(), order.end());
  for (std::size_t i = 0; i < order.size(); ++i) {
    EXPECT_EQ(order[i], static_cast<std::int64_t>(i));
  }
}

TEST(Permutation, EveryOrderIsEquallyLikely) {
  std::map<std::vector<std::int64_t>, int> counts;
  Generator generator(9);
  for (int i = 0; i < 24000; ++i) ++counts[generator.permutation(4)];
  ASSERT_EQ(counts.size(), 24u);
  for (const auto& [order, count] : counts) EXPECT_NEAR(count, 1000, 150);
}

TEST(Generator, OneSeedGivesTheSameNumbersEveryTime) {
  Generator first(10);
  Generator second(10);
  EXPECT_EQ(values_of(first.normal({7})), values_of(second.normal({7})));
  EXPECT_EQ(values_of(first.uniform({2, 3})), values_of(second.uniform({2, 3})));
  EXPECT_EQ(first.permutation(9), second.permutation(9));
}

// The first block of key 0 is in Random123's own tests. A change here changes every seeded run.
TEST(Generator, GivesPhiloxsKnownAnswer) {
  EXPECT_EQ(values_of(Generator(0).uniform({4})),
            (std::vector<float>{0x6627e8p-24f, 0xe169c5p-24f, 0xbc57acp-24f, 0x9b00dbp-24f}));
}

TEST(Generator, DrawsDiffer) {
  Generator generator(11);
  const Tensor first = generator.normal({20000});
  const Tensor second = generator.normal({20000});
  EXPECT_NEAR(correlation(first, second), 0.0, 0.03);
}

TEST(Generator, NeighbouringSeedsAreUncorrelated) {
  EXPECT_NEAR(correlation(Generator(12).normal({20000}), Generator(13).normal({20000})), 0.0, 0.03);
}

TEST(Generator, ChildrenDifferFromEachOtherAndTheirParent) {
  Generator parent(14);
  Generator first = parent.split();
  Generator second = parent.split();
  const Tensor a = first.normal({20000});
  const Tensor b = second.normal({20000});
  const Tensor c = parent.normal({20000});
  EXPECT_NEAR(correlation(a, b), 0.0, 0.03);
  EXPECT_NEAR(correlation(a, c), 0.0, 0.03);
}

TEST(Generator, ThreadsDoNotMatter) {
  const int before = num_threads();
  const KeepHelpers keep;
  const auto draw = [](int threads) {
    set_num_threads(threads);
    Generator generator(15);
    std::vector<float> all = values_of(generator.normal({123457}));
    for (const Tensor& tensor : {generator.uniform({99999}), generator.truncated_normal({77777}),
                                 generator.dropout_mask({100001}, 0.5f)}) {
      all.insert(all.end(), tensor.values().begin(), tensor.values().end());
    }
    return all;
  };
  const std::vector<float> one = draw(1);
  EXPECT_EQ(draw(2), one);
  EXPECT_EQ(draw(3), one);
  set_num_threads(before);
}

TEST(Generator, ALongerTensorBeginsWithTheShorterOne) {
  const std::vector<float> longer = values_of(Generator(16).normal({11}));
  EXPECT_EQ(values_of(Generator(16).normal({6})),
            std::vector<float>(longer.begin(), longer.begin() + 6));
}

TEST(Generator, EmptyAndScalarShapesWork) {
  Generator generator(17);
  EXPECT_EQ(generator.normal({0, 3}).size(), 0);
  EXPECT_EQ(generator.dropout_mask({2, 0}, 0.5f).shape(), Shape({2, 0}));
  EXPECT_TRUE(std::isfinite(generator.uniform({}).item()));
  EXPECT_TRUE(generator.permutation(0).empty());
}

TEST(SetRandomSeed, StartsTheProcessStreamAnew) {
  set_random_seed(5);
  const auto first = values_of(random::normal({4}));
  const auto child = values_of(Generator(std::nullopt).uniform({4}));
  EXPECT_NE(values_of(random::normal({4})), first);
  set_random_seed(5);
  EXPECT_EQ(values_of(random::normal({4})), first);
  EXPECT_EQ(values_of(Generator(std::nullopt).uniform({4})), child);
}

TEST(SetRandomSeed, DoesNotTouchSeededStreams) {
  set_random_seed(5);
  const auto first = values_of(Generator(std::optional<std::uint64_t>(3)).normal({4}));
  set_random_seed(6);
  EXPECT_EQ(values_of(Generator(std::optional<std::uint64_t>(3)).normal({4})), first);
}

TEST(Random, RefusesBadArguments) {
  Generator generator(18);
  EXPECT_THAT([&] { generator.uniform({2}, 1.0f, 0.0f); },
              Raises("random::uniform: low and high must be finite, and low <= high. Received: "
                     "low=1, high=0."));
  EXPECT_THAT([&] { generator.normal({2}, 0.0f, -1.0f); },
              Raises("random::normal: mean must be finite and stddev finite and >= 0. Received: "
                     "mean=0, stddev=-1."));
  EXPECT_THAT([&] { generator.truncated_normal({2}, INFINITY, 1.0f); },
              Raises("random::truncated_normal: mean must be finite and stddev finite and >= 0. "
                     "Received: mean=inf, stddev=1."));
  EXPECT_THAT([&] { generator.permutation(-1); },
              Raises("random::permutation: count must be >= 0. Received: count=-1."));
}

TEST(Random, RefusesARateOutsideZeroToOne) {
  EXPECT_THAT([] { Generator(0).dropout_mask({2}, 1.5f); },
              Raises("random::dropout_mask: rate must lie in [0, 1]. Received: rate=1.5."));
  EXPECT_THAT([] { Generator(0).dropout_mask({2}, NAN); },
              Raises("random::dropout_mask: rate must lie in [0, 1]. Received: rate=nan."));
}

TEST(Random, ARefusedDrawDoesNotMoveTheStream) {
  Generator generator(19);
  EXPECT_THROW(generator.normal({2}, 0.0f, -1.0f), InvalidArgument);
  EXPECT_EQ(values_of(generator.normal({3})), values_of(Generator(19).normal({3})));
}

TEST(ProcessStream, GoesOnFromAStoredState) {
  set_random_seed(5);
  random::uniform({1});
  const random::GeneratorState state = random::process_stream_state();
  const float expected = random::uniform({1}).item();
  set_random_seed(6);
  random::set_process_stream_state(state);
  EXPECT_EQ(random::uniform({1}).item(), expected);
}

}  // namespace
}  // namespace strata
