// Dropout: what is dropped, what is kept, and which noise.
#include "strata/layers/dropout.hpp"

#include <algorithm>

#include "core/parallel.hpp"
#include "strata/autodiff/gradient_tape.hpp"
#include "strata/config.hpp"
#include "strata/core/errors.hpp"
#include "strata/core/threads.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/elementwise.hpp"
#include "support/matchers.hpp"

namespace strata {
namespace dropout_test {

using layers::Dropout;
using testing::IsClose;
using testing::Raises;

const CallContext kTraining = {.training = true};

std::vector<float> values_of(const Tensor& tensor) {
  return {tensor.values().begin(), tensor.values().end()};
}

TEST(Dropout, DropsItsShareAndScalesTheRest) {
  const Tensor y = Dropout(0.25f)(ops::full({100, 100}, 3.0f), kTraining);
  for (const float value : y.values()) EXPECT_TRUE(value == 0.0f || value == 4.0f);
  const auto dropped = std::count(y.values().begin(), y.values().end(), 0.0f);
  EXPECT_NEAR(static_cast<double>(dropped), 2500.0, 200.0);
}

TEST(Dropout, ChangesNothingInInference) {
  const Tensor x({2, 2}, {1, 2, 3, 4});
  EXPECT_THAT(Dropout(0.5f)(x), IsClose(x, 0.0));
  EXPECT_THAT(Dropout(0.0f)(x, kTraining), IsClose(x, 0.0));
}

TEST(Dropout, OfRateOneGivesZeros) {
  EXPECT_THAT(Dropout({.rate = 1.0f})(ops::ones({2, 2}), kTraining),
              IsClose(ops::zeros({2, 2}), 0.0));
}

TEST(Dropout, DropsTheGradientWithTheValue) {
  Dropout dropout({.rate = 0.5f, .seed = 1});
  GradientTape tape;
  const Tensor x = tape.watch(ops::ones({4, 4}));
  const Tensor y = dropout(x, kTraining);
  EXPECT_THAT(tape.gradient(y, x), IsClose(y, 0.0));
}

TEST(Dropout, DrawsAnewEachCallAndTheSameForOneSeed) {
  Dropout first({.rate = 0.5f, .seed = 7});
  Dropout second({.rate = 0.5f, .seed = 7});
  const Tensor x = ops::ones({64});
  const auto one = values_of(first(x, kTraining));
  EXPECT_EQ(values_of(second(x, kTraining)), one);
  EXPECT_NE(values_of(first(x, kTraining)), one);
}

TEST(Dropout, FollowsTheProcessStreamWithoutASeed) {
  const auto run = [] {
    set_random_seed(3);
    return values_of(Dropout(0.5f)(ops::ones({64}), kTraining));
  };
  EXPECT_EQ(run(), run());
  EXPECT_NE(run(), values_of(Dropout(0.5f)(ops::ones({64}), kTraining)));
}

TEST(Dropout, SharesNoiseAlongExtentsOfOne) {
  Dropout dropout({.rate = 0.5f, .noise_shape = Shape{Shape::kUnknown, 1, 8}, .seed = 2});
  const Tensor y = dropout(ops::ones({4, 5, 8}), kTraining);
  for (std::int64_t i = 0; i < 4; ++i) {
    for (std::int64_t step = 1; step < 5; ++step) {
      for (std::int64_t k = 0; k < 8; ++k) {
        EXPECT_EQ(y.data()[(i * 5 + step) * 8 + k], y.data()[i * 5 * 8 + k]);
      }
    }
  }
}

TEST(Dropout, ThreadsDoNotMatter) {
  const int before = num_threads();
  const KeepHelpers keep;
  const auto run = [](int threads) {
    set_num_threads(threads);
    return values_of(Dropout({.rate = 0.3f, .seed = 4})(ops::ones({300, 301}), kTraining));
  };
  const auto one = run(1);
  EXPECT_EQ(run(2), one);
  set_num_threads(before);
}

TEST(Dropout, WritesWhatKerasWrites) {
  Config config =
      Dropout({.rate = 0.3f, .noise_shape = Shape{Shape::kUnknown, 1}, .seed = 5}).get_config();
  for (const char* key : {"name", "trainable", "dtype"}) config.erase(key);
  EXPECT_EQ(config.dump(), R"({"rate":0.3,"seed":5,"noise_shape":[null,1]})");
}

TEST(Dropout, RefusesRatesOutsideZeroToOne) {
  EXPECT_THAT([] { Dropout(1.5f); },
              Raises("Dropout: rate must lie in [0, 1]. Received: rate=1.5."));
  EXPECT_THAT([] { Dropout({.rate = -0.1f}); },
              Raises("Dropout: rate must lie in [0, 1]. Received: rate=-0.1."));
  EXPECT_THAT(
      [] {
        Dropout::from_config({{"seed", 1}});
      },
      Raises("Dropout: a config needs a rate. Received: {\"seed\":1}."));
}

TEST(Dropout, RefusesNoiseThatDoesNotFit) {
  EXPECT_THAT([] { Dropout({.rate = 0.5f, .noise_shape = Shape{0}}); },
              Raises("Dropout: noise_shape's extents must be positive or unknown. Received: "
                     "noise_shape=(0,)."));
  EXPECT_THAT(
      [] {
        Dropout({.rate = 0.5f, .noise_shape = Shape{2, 3}, .name = "drop"})(ops::ones({2, 4}));
      },
      Raises<ShapeError>("drop: noise_shape must have the input's rank, and extents of 1 or the "
                         "input's. Received: noise_shape=(2, 3), shape=(2, 4)."));
}

}  // namespace dropout_test
}  // namespace strata
