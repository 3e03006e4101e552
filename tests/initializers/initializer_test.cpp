// Every initializer against the moments of Keras's, and the names and configs they go by.
#include "strata/initializers/initializer.hpp"

#include <algorithm>
#include <cmath>

#include "strata/config.hpp"
#include "strata/core/errors.hpp"
#include "strata/initializers/constant.hpp"
#include "strata/initializers/identity.hpp"
#include "strata/initializers/random.hpp"
#include "strata/initializers/variance_scaling.hpp"
#include "strata/ops/array.hpp"
#include "strata/tensor/random.hpp"
#include "support/golden.hpp"
#include "support/matchers.hpp"

namespace strata {
namespace {

using testing::golden_cases;
using testing::IsClose;
using testing::Raises;

struct Statistics {
  double mean = 0.0;
  double stddev = 0.0;
  double min = INFINITY;
  double max = -INFINITY;
};

Statistics statistics_of(const Tensor& tensor) {
  Statistics found;
  const auto count = static_cast<double>(tensor.size());
  for (const float value : tensor.values()) {
    found.mean += value / count;
    found.min = std::min<double>(found.min, value);
    found.max = std::max<double>(found.max, value);
  }
  for (const float value : tensor.values()) {
    found.stddev += (value - found.mean) * (value - found.mean) / count;
  }
  found.stddev = std::sqrt(found.stddev);
  return found;
}

std::vector<float> values_of(const Tensor& tensor) {
  return {tensor.values().begin(), tensor.values().end()};
}

InitializerSpec initializer_of(const Config& golden) {
  return Config({{"class_name", golden["initializer"]}, {"config", golden["arguments"]}});
}

class InitializerGolden : public ::testing::TestWithParam<std::size_t> {};

// Two samples of n numbers each: means differ by about sqrt(2/n) standard deviations.
TEST_P(InitializerGolden, HasTheMomentsOfKeras) {
  const Config& golden = golden_cases("initializers").at(GetParam());
  const Shape shape(golden["shape"].get<std::vector<std::int64_t>>());
  const Statistics found = statistics_of(initializer_of(golden)(shape));
  const double stddev = golden["std"].get<double>();
  const double error = 4.0 * stddev * std::sqrt(2.0 / static_cast<double>(shape.element_count()));
  EXPECT_NEAR(found.mean, golden["mean"].get<double>(), error + 1e-7);
  EXPECT_NEAR(found.stddev, stddev, error + 1e-7);
  EXPECT_NEAR(found.min, golden["min"].get<double>(), stddev + 1e-7);
  EXPECT_NEAR(found.max, golden["max"].get<double>(), stddev + 1e-7);
}

INSTANTIATE_TEST_SUITE_P(Keras, InitializerGolden,
                         ::testing::Range<std::size_t>(0, golden_cases("initializers").size()));

TEST(GlorotUniform, StaysWithinItsLimit) {
  const Statistics found = statistics_of(initializers::GlorotUniform({.seed = 1})(Shape{100, 50}));
  EXPECT_LT(found.max, 0.2 + 1e-6);  // sqrt(6 / 150)
  EXPECT_GT(found.max, 0.199);
  EXPECT_GE(found.min, -0.2 - 1e-6);
}

TEST(HeNormal, CutsAtTwoOfItsDeviations) {
  const Tensor kernel = initializers::HeNormal({.seed = 1})(Shape{1000, 50});
  const Statistics found = statistics_of(kernel);
  const double deviation = std::sqrt(2.0 / 1000.0);
  EXPECT_NEAR(found.stddev, deviation, 0.01 * deviation);
  EXPECT_LE(found.max, 2.0 * deviation / 0.8796256610342398 + 1e-6);
}

TEST(VarianceScaling, TakesFansOfEveryRank) {
  const auto limit_of = [](const char* mode, const Shape& shape) {
    const initializers::VarianceScaling scaling(
        {.mode = mode, .distribution = "uniform", .seed = 1});
    const Statistics found = statistics_of(scaling(shape));
    return std::max(found.max, -found.min);
  };
  EXPECT_NEAR(limit_of("fan_in", {30000}), std::sqrt(3.0 / 30000), 1e-5);
  EXPECT_NEAR(limit_of("fan_in", {3, 3, 8, 160}), std::sqrt(3.0 / 72), 1e-3);
  EXPECT_NEAR(limit_of("fan_out", {3, 3, 80, 16}), std::sqrt(3.0 / 144), 1e-3);
  EXPECT_NEAR(limit_of("fan_avg", {3, 80, 16}), std::sqrt(3.0 / 144), 1e-3);
  EXPECT_LE(limit_of("fan_in", {}), std::sqrt(3.0));
}

TEST(Initializer, WithASeedDrawsTheSameEveryTime) {
  const initializers::GlorotNormal seeded({.seed = 3});
  EXPECT_EQ(values_of(seeded(Shape{3, 4})), values_of(seeded(Shape{3, 4})));
  EXPECT_EQ(values_of(seeded(Shape{3, 4})),
            values_of(initializers::GlorotNormal({.seed = 3})(Shape{3, 4})));
  EXPECT_NE(values_of(seeded(Shape{3, 4})),
            values_of(initializers::GlorotNormal({.seed = 4})(Shape{3, 4})));
}

TEST(Initializer, WithoutASeedFollowsTheProcessStream) {
  const initializers::RandomNormal unseeded;
  set_random_seed(7);
  const auto first = values_of(unseeded(Shape{5}));
  EXPECT_NE(values_of(unseeded(Shape{5})), first);
  set_random_seed(7);
  EXPECT_EQ(values_of(unseeded(Shape{5})), first);
}

TEST(Initializer, EmptyShapesWork) {
  for (const char* name : {"glorot_uniform", "he_normal", "orthogonal", "zeros", "identity"}) {
    EXPECT_EQ(InitializerSpec(name)(Shape{0, 3}).shape(), Shape({0, 3})) << name;
  }
}

TEST(Constant, TakesItsValueBare) {
  EXPECT_EQ(values_of(initializers::Constant(0.5f)(Shape{2})), std::vector<float>(2, 0.5f));
}

TEST(Identity, MayBeOblong) {
  EXPECT_THAT(initializers::Identity(2.0f)(Shape{2, 3}),
              IsClose(Tensor({2, 3}, {2, 0, 0, 0, 2, 0})));
}

TEST(Identity, RefusesOtherRanks) {
  EXPECT_THAT(
      [] {
        initializers::Identity()(Shape{2, 2, 2});
      },
      Raises<ShapeError>("Identity: the shape must have rank 2. Received: "
                         "shape=(2, 2, 2)."));
}

TEST(InitializerSpec, KnowsEveryNameOfKeras) {
  const std::vector<std::pair<std::string, std::string>> names = {
      {"zeros", "Zeros"},
      {"Zeros", "Zeros"},
      {"zero", "Zeros"},
      {"one", "Ones"},
      {"constant", "Constant"},
      {"random_normal", "RandomNormal"},
      {"normal", "RandomNormal"},
      {"uniform", "RandomUniform"},
      {"RandomUniform", "RandomUniform"},
      {"truncated_normal", "TruncatedNormal"},
      {"variance_scaling", "VarianceScaling"},
      {"glorot_uniform", "GlorotUniform"},
      {"glorot_normal", "GlorotNormal"},
      {"he_uniform", "HeUniform"},
      {"he_normal", "HeNormal"},
      {"LecunNormal", "LecunNormal"},
      {"lecun_uniform", "LecunUniform"},
      {"orthogonal", "Orthogonal"},
      {"OrthogonalInitializer", "Orthogonal"},
      {"identity", "Identity"},
      {"IdentityInitializer", "Identity"}};
  for (const auto& [name, class_name] : names) {
    EXPECT_EQ(initializers::serialize(name)["class_name"], class_name) << name;
  }
}

TEST(InitializerSpec, NamesTheKnownOnesForAnUnknownName) {
  EXPECT_THAT(
      [] { InitializerSpec("typo"); },
      Raises(
          "Initializer: unknown identifier; known are Constant, constant, GlorotNormal, "
          "glorot_normal, GlorotUniform, glorot_uniform, HeNormal, he_normal, HeUniform, "
          "he_uniform, Identity, identity, LecunNormal, lecun_normal, LecunUniform, lecun_uniform, "
          "Ones, ones, Orthogonal, orthogonal, RandomNormal, random_normal, RandomUniform, "
          "random_uniform, TruncatedNormal, truncated_normal, VarianceScaling, variance_scaling, "
          "Zeros, zeros, IdentityInitializer, OrthogonalInitializer, normal, one, uniform, zero. "
          "Received: typo."));
}

TEST(InitializerSpec, TakesACallable) {
  const InitializerSpec halves = [](const Shape& shape) { return ops::full(shape, 0.5f); };
  EXPECT_EQ(values_of(halves(Shape{2})), std::vector<float>(2, 0.5f));
}

TEST(InitializerConfig, MayHaveTheNamesThatKerasWroteBefore) {
  for (const char* name : {"Orthogonal", "Identity"}) {
    const Config older = {{"class_name", name + std::string("Initializer")}};
    EXPECT_EQ(initializers::serialize(initializers::deserialize(older))["class_name"], name);
  }
}

TEST(InitializerConfig, IsWhatKerasWrites) {
  EXPECT_EQ(initializers::serialize(initializers::GlorotUniform({.seed = 3})).dump(),
            R"({"module":"keras.initializers","class_name":"GlorotUniform",)"
            R"("config":{"seed":3},"registered_name":null})");
  EXPECT_EQ(initializers::RandomNormal().get_config().dump(),
            R"({"seed":null,"mean":0.0,"stddev":0.05})");
  EXPECT_EQ(initializers::VarianceScaling({.distribution = "normal"}).get_config().dump(),
            R"({"seed":null,"scale":1.0,"mode":"fan_in","distribution":"truncated_normal"})");
  EXPECT_EQ(initializers::serialize("zeros")["config"].dump(), "{}");
  EXPECT_EQ(initializers::Constant(0.1f).get_config().dump(), R"({"value":0.1})");
}

TEST(InitializerConfig, RoundTripsEveryClass) {
  for (const Config& golden : golden_cases("initializers")) {
    const Config object = initializers::serialize(initializer_of(golden));
    EXPECT_EQ(initializers::serialize(initializers::deserialize(object)), object);
  }
  const Config identity = initializers::serialize(initializers::Identity(3.0f));
  EXPECT_EQ(initializers::serialize(initializers::deserialize(identity)), identity);
}

TEST(InitializerConfig, TakesAxesOnlyAsNull) {
  const auto read = [](const Config& axes) {
    return initializers::deserialize(
        {{"class_name", "HeNormal"}, {"config", {{"seed", 1}, {"input_axes", axes}}}});
  };
  EXPECT_TRUE(read(nullptr));
  EXPECT_THAT([&] { read(Config::array({0})); },
              Raises("HeNormal: input_axes is supported only as null. Received: input_axes=[0]."));
}

TEST(InitializerConfig, RefusesUnknownKeys) {
  EXPECT_THAT(
      [] {
        initializers::deserialize({{"class_name", "Zeros"}, {"config", {{"dtype", "float32"}}}});
      },
      Raises("Zeros: unknown key in the config; known are none. Received: dtype=\"float32\"."));
}

TEST(Initializer, RefusesBadArguments) {
  using namespace initializers;
  EXPECT_THAT([] { RandomNormal({.stddev = -1.0f}); },
              Raises("RandomNormal: mean must be finite and stddev finite and >= 0. Received: "
                     "mean=0, stddev=-1."));
  EXPECT_THAT([] { TruncatedNormal({.mean = NAN}); },
              Raises("TruncatedNormal: mean must be finite and stddev finite and >= 0. Received: "
                     "mean=nan, stddev=0.05."));
  EXPECT_THAT([] { RandomUniform({.minval = 1.0f, .maxval = 0.0f}); },
              Raises("RandomUniform: minval and maxval must be finite, and minval <= maxval. "
                     "Received: minval=1, maxval=0."));
}

TEST(VarianceScaling, RefusesBadArguments) {
  using initializers::VarianceScaling;
  EXPECT_THAT([] { VarianceScaling({.scale = 0.0f}); },
              Raises("VarianceScaling: scale must be finite and > 0. Received: scale=0."));
  EXPECT_THAT([] { VarianceScaling({.mode = "fan"}); },
              Raises("VarianceScaling: mode must be \"fan_in\", \"fan_out\" or \"fan_avg\". "
                     "Received: mode=fan."));
  EXPECT_THAT([] { VarianceScaling({.distribution = "beta"}); },
              Raises("VarianceScaling: distribution must be \"truncated_normal\", "
                     "\"untruncated_normal\" or \"uniform\". Received: distribution=beta."));
}

}  // namespace
}  // namespace strata
