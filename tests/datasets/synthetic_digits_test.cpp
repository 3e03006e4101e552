// Synthetic digits: their shape, their repeatability, and that there is something to tell them by.
#include "strata/datasets/synthetic_digits.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "core/parallel.hpp"
#include "strata/core/errors.hpp"
#include "strata/core/threads.hpp"
#include "support/matchers.hpp"

namespace strata::datasets {
namespace {

using strata::testing::Raises;

bool same(const Tensor& a, const Tensor& b) {
  return a.shape() == b.shape() && std::ranges::equal(a.values(), b.values());
}

TEST(SyntheticDigits, HaveTheShapeAndTheValuesOfMnist) {
  const Digits digits = synthetic_digits({.train = 300, .test = 20});
  EXPECT_EQ(digits.x_train.shape(), Shape({300, 28, 28}));
  EXPECT_EQ(digits.y_train.shape(), Shape({300}));
  EXPECT_EQ(digits.x_test.shape(), Shape({20, 28, 28}));
  EXPECT_EQ(digits.y_test.shape(), Shape({20}));
  for (const float gray : digits.x_train.values()) {
    ASSERT_TRUE(gray >= 0.0f && gray <= 255.0f && std::round(gray) == gray) << gray;
  }
}

TEST(SyntheticDigits, SayWhatTheyAre) {
  EXPECT_EQ(synthetic_digits({.train = 1, .test = 1, .seed = 7}).source,
            "synthetic digits (drawn strokes, seed 7)");
}

TEST(SyntheticDigits, ShowEachFigureAboutAsOften) {
  std::array<int, 10> counts{};
  const Digits digits = synthetic_digits({.train = 5000, .test = 1});
  for (const float label : digits.y_train.values()) {
    ++counts.at(static_cast<std::size_t>(label));
  }
  EXPECT_THAT(counts, ::testing::Each(::testing::AllOf(::testing::Ge(400), ::testing::Le(600))));
}

TEST(SyntheticDigits, RepeatFromASeed) {
  const Digits one = synthetic_digits({.train = 50, .test = 5, .seed = 3});
  const Digits again = synthetic_digits({.train = 50, .test = 5, .seed = 3});
  const Digits other = synthetic_digits({.train = 50, .test = 5, .seed = 4});
  EXPECT_TRUE(same(one.x_train, again.x_train) && same(one.y_train, again.y_train));
  EXPECT_FALSE(same(one.x_train, other.x_train));
}

TEST(SyntheticDigits, HaveATestSetThatDoesNotHangOnTheTrainingSet) {
  const Digits small = synthetic_digits({.train = 5, .test = 50});
  const Digits large = synthetic_digits({.train = 500, .test = 50});
  EXPECT_TRUE(same(small.x_test, large.x_test));
  EXPECT_FALSE(same(small.x_test, synthetic_digits({.train = 50, .test = 5}).x_train));
}

TEST(SyntheticDigits, AreTheSameWithAnyNumberOfThreads) {
  const int threads = num_threads();
  const KeepHelpers keep;
  set_num_threads(1);
  const Digits one = synthetic_digits({.train = 100, .test = 1});
  set_num_threads(3);
  const Digits three = synthetic_digits({.train = 100, .test = 1});
  set_num_threads(threads);
  EXPECT_TRUE(same(one.x_train, three.x_train));
}

/// The label whose mean training image is the nearest.
std::size_t nearest(const std::array<std::vector<double>, 10>& means, const float* image) {
  std::array<double, 10> gaps{};
  for (std::size_t label = 0; label < 10; ++label) {
    for (std::size_t i = 0; i < 784; ++i) gaps[label] += std::pow(image[i] - means[label][i], 2);
  }
  return static_cast<std::size_t>(std::min_element(gaps.begin(), gaps.end()) - gaps.begin());
}

TEST(SyntheticDigits, CanBeToldApartButNotByTheirMeansAlone) {
  const Digits digits = synthetic_digits({.train = 3000, .test = 500});
  std::array<std::vector<double>, 10> means;
  std::array<double, 10> counts{};
  means.fill(std::vector<double>(784));
  for (std::size_t n = 0; n < 3000; ++n) {
    const auto label = static_cast<std::size_t>(digits.y_train.values()[n]);
    counts[label] += 1.0;
    for (std::size_t i = 0; i < 784; ++i) means[label][i] += digits.x_train.values()[n * 784 + i];
  }
  for (std::size_t label = 0; label < 10; ++label) {
    for (double& gray : means[label]) gray /= counts[label];
  }
  int right = 0;
  for (std::size_t n = 0; n < 500; ++n) {
    right += nearest(means, digits.x_test.data() + n * 784) ==
             static_cast<std::size_t>(digits.y_test.values()[n]);
  }
  EXPECT_GT(right, 500 * 0.4);
  EXPECT_LT(right, 500 * 0.9);
}

TEST(SyntheticDigits, RefuseToBeNone) {
  EXPECT_THAT(
      [] { synthetic_digits({.train = 0}); },
      Raises<InvalidArgument>("synthetic_digits: train must be at least 1. Received: train=0."));
  EXPECT_THAT(
      [] { synthetic_digits({.test = -1}); },
      Raises<InvalidArgument>("synthetic_digits: test must be at least 1. Received: test=-1."));
}

}  // namespace
}  // namespace strata::datasets
