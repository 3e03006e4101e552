// GaussianNoise, GaussianDropout, AlphaDropout and SpatialDropout: distributions, seeds and errors.
#include <algorithm>
#include <cmath>

#include "strata/autodiff/gradient_tape.hpp"
#include "strata/config.hpp"
#include "strata/core/errors.hpp"
#include "strata/layers/alpha_dropout.hpp"
#include "strata/layers/gaussian_dropout.hpp"
#include "strata/layers/gaussian_noise.hpp"
#include "strata/layers/spatial_dropout.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/elementwise.hpp"
#include "strata/ops/reduction.hpp"
#include "strata/tensor/random.hpp"
#include "support/matchers.hpp"

namespace strata {
namespace noise_test {

using layers::AlphaDropout;
using layers::GaussianDropout;
using layers::GaussianNoise;
using layers::SpatialDropout1D;
using layers::SpatialDropout2D;
using layers::SpatialDropout3D;
using testing::IsClose;
using testing::Raises;

const CallContext kTraining = {.training = true};

TEST(Noise, ChangesNothingInInferenceOrWithoutARate) {
  const Tensor x = random::Generator(1).normal({2, 3, 4});
  EXPECT_THAT(GaussianNoise(0.5f)(x), IsClose(x, 0.0));
  EXPECT_THAT(GaussianDropout(0.5f)(x), IsClose(x, 0.0));
  EXPECT_THAT(AlphaDropout(0.5f)(x), IsClose(x, 0.0));
  EXPECT_THAT(SpatialDropout1D(0.5f)(x), IsClose(x, 0.0));
  EXPECT_THAT(GaussianNoise(0.0f)(x, kTraining), IsClose(x, 0.0));
  EXPECT_THAT(GaussianDropout(0.0f)(x, kTraining), IsClose(x, 0.0));
  EXPECT_THAT(AlphaDropout(0.0f)(x, kTraining), IsClose(x, 0.0));
  EXPECT_THAT(SpatialDropout1D(0.0f)(x, kTraining), IsClose(x, 0.0));
}

TEST(GaussianNoise, AddsNoiseOfItsDeviation) {
  const Tensor noise = GaussianNoise(0.5f)(ops::full({200, 500}, 3.0f), kTraining) - 3.0f;
  EXPECT_NEAR(ops::mean(noise).item(), 0.0f, 0.01);
  EXPECT_NEAR(std::sqrt(ops::variance(noise).item()), 0.5f, 0.01);
}

TEST(GaussianDropout, MultipliesByNoiseOfDropoutsVariance) {
  const Tensor y = GaussianDropout(0.2f)(ops::full({200, 500}, 2.0f), kTraining);
  EXPECT_NEAR(ops::mean(y).item(), 2.0f, 0.02);
  EXPECT_NEAR(ops::variance(y).item(), 4.0f * 0.25f, 0.03);
}

TEST(AlphaDropout, KeepsMeanAndVariance) {
  const Tensor y = AlphaDropout(0.3f)(random::Generator(3).normal({300, 500}), kTraining);
  EXPECT_NEAR(ops::mean(y).item(), 0.0f, 0.02);
  EXPECT_NEAR(ops::variance(y).item(), 1.0f, 0.03);
}

TEST(AlphaDropout, GivesKerassTwoValues) {
  // a (x kept + l (1 - kept)) + b for x = 1 with l = -1.7580993, rate 0.25
  const double l = -1.7580993408473766;
  const double a = 1.0 / std::sqrt(0.75 * (1.0 + 0.25 * l * l));
  const double b = -a * l * 0.25;
  const Tensor y = AlphaDropout(0.25f)(ops::ones({100, 100}), kTraining);
  int dropped = 0;
  for (const float value : y.values()) {
    const bool is_kept = std::abs(double{value} - (a + b)) < 1e-5;
    EXPECT_TRUE(is_kept || std::abs(double{value} - (a * l + b)) < 1e-5) << value;
    dropped += is_kept ? 0 : 1;
  }
  EXPECT_NEAR(dropped, 2500, 200);
}

TEST(AlphaDropout, SharesNoiseAlongExtentsOfOne) {
  AlphaDropout layer({.rate = 0.5f, .noise_shape = Shape{Shape::kUnknown, 1, 8}, .seed = 2});
  const Tensor y = layer(ops::ones({4, 5, 8}), kTraining);
  for (std::int64_t step = 1; step < 5; ++step) {
    EXPECT_THAT(ops::slice(y, {0, step, 0}, {4, 1, 8}),
                IsClose(ops::slice(y, {0, 0, 0}, {4, 1, 8}), 0.0));
  }
  EXPECT_THAT(
      [] {
        AlphaDropout({.rate = 0.5f, .noise_shape = Shape{2}, .name = "a"})(ops::ones({3}),
                                                                           kTraining);
      },
      Raises<ShapeError>("a: noise_shape must have the input's rank, and extents of 1 or the "
                         "input's. Received: noise_shape=(2,), shape=(3,)."));
}

TEST(SpatialDropout, DropsWholeChannels) {
  const auto expect_channels = [](const Tensor& y, int channels) {
    // One number per sample and channel: 0 or 1 / (1 - rate).
    std::vector<int> others;
    for (int axis = 1; axis < y.rank(); ++axis) {
      if (axis != channels) others.push_back(axis);
    }
    EXPECT_THAT(ops::max(y, others), IsClose(ops::min(y, others), 0.0));
    const auto dropped = std::count(y.values().begin(), y.values().end(), 0.0f);
    EXPECT_NEAR(static_cast<double>(dropped) / static_cast<double>(y.size()), 0.25, 0.05);
    EXPECT_NEAR(ops::max(y).item(), 4.0f / 3.0f, 1e-6);
  };
  expect_channels(SpatialDropout1D(0.25f)(ops::ones({50, 3, 40}), kTraining), 2);
  expect_channels(SpatialDropout2D(0.25f)(ops::ones({50, 3, 2, 40}), kTraining), 3);
  expect_channels(SpatialDropout3D(0.25f)(ops::ones({50, 3, 2, 2, 40}), kTraining), 4);
  SpatialDropout2D first({.rate = 0.25f, .data_format = "channels_first"});
  expect_channels(first(ops::ones({50, 40, 3, 2}), kTraining), 1);
}

TEST(SpatialDropout, IsWrittenAsKerasWritesIt) {
  const auto keys = [](const Layer& layer) {
    std::vector<std::string> found;
    const Config config = layer.get_config();
    for (const auto& [key, value] : config.items()) found.push_back(key);
    return found;
  };
  EXPECT_EQ(keys(SpatialDropout1D({.rate = 0.5f})),
            (std::vector<std::string>{"rate", "seed", "name", "dtype"}));
  EXPECT_EQ(keys(SpatialDropout2D({.rate = 0.5f})),
            (std::vector<std::string>{"rate", "seed", "name", "dtype", "data_format"}));
  EXPECT_EQ(SpatialDropout1D({.rate = 0.5f}).get_config()["dtype"], "float32");
}

TEST(Noise, HasTheGradientOfWhatItDrew) {
  const auto gradient = [](Layer& layer, const Shape& shape) {
    GradientTape tape;
    const Tensor x = tape.watch(ops::ones(shape));
    return tape.gradient(layer(x, kTraining), x);
  };
  GaussianNoise noise({.stddev = 0.5f, .seed = 1});
  EXPECT_THAT(gradient(noise, {4, 4}), IsClose(ops::ones({4, 4}), 0.0));
  GaussianDropout dropout({.rate = 0.5f, .seed = 1});
  GaussianDropout same({.rate = 0.5f, .seed = 1});
  EXPECT_THAT(gradient(dropout, {4, 4}), IsClose(same(ops::ones({4, 4}), kTraining)));
}

TEST(Noise, DrawsAnewEachCallAndTheSameForOneSeed) {
  GaussianNoise first({.stddev = 0.5f, .seed = 7});
  GaussianNoise second({.stddev = 0.5f, .seed = 7});
  const Tensor x = ops::ones({64});
  const Tensor one = first(x, kTraining);
  EXPECT_THAT(second(x, kTraining), IsClose(one, 0.0));
  EXPECT_GT(ops::max(ops::abs(first(x, kTraining) - one)).item(), 0.0f);
}

TEST(Noise, RefusesWhatIsOutOfRange) {
  EXPECT_THAT([] { GaussianNoise(1.5f); },
              Raises("GaussianNoise: stddev must lie in [0, 1]. Received: stddev=1.5."));
  EXPECT_THAT([] { GaussianDropout(1.0f); },
              Raises("GaussianDropout: rate must lie in [0, 1). Received: rate=1."));
  EXPECT_THAT([] { AlphaDropout(-0.5f); },
              Raises("AlphaDropout: rate must lie in [0, 1). Received: rate=-0.5."));
  EXPECT_THAT([] { SpatialDropout2D(2); },
              Raises("SpatialDropout2D: rate must lie in [0, 1]. Received: rate=2."));
  EXPECT_THAT([] { SpatialDropout3D({.rate = 0.5f, .data_format = "first"}); },
              ::testing::Throws<InvalidArgument>());
  EXPECT_THROW(SpatialDropout2D(0.5f)(ops::ones({2, 3})), ShapeError);
  EXPECT_THAT(
      [] {
        GaussianNoise::from_config({{"name", "g"}});
      },
      Raises("GaussianNoise: a config needs a stddev. Received: {\"name\":\"g\"}."));
}

}  // namespace noise_test
}  // namespace strata
