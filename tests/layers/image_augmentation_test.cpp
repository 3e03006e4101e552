// Layers that change images at random: the transformation against Keras's for given draws, the
// distribution of the draws, inference, errors.
#include "strata/layers/image_augmentation.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "strata/autodiff/gradient_tape.hpp"
#include "strata/config.hpp"
#include "strata/core/errors.hpp"
#include "strata/layers/random_brightness.hpp"
#include "strata/layers/random_contrast.hpp"
#include "strata/layers/random_crop.hpp"
#include "strata/layers/random_flip.hpp"
#include "strata/layers/random_rotation.hpp"
#include "strata/layers/random_translation.hpp"
#include "strata/layers/random_zoom.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/elementwise.hpp"
#include "strata/ops/image.hpp"
#include "strata/ops/reduction.hpp"
#include "strata/tensor/random.hpp"
#include "support/golden.hpp"
#include "support/gradient_gap.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace image_augmentation_test {

using layers::ImageAugmentation;
using layers::RandomBrightness;
using layers::RandomContrast;
using layers::RandomCrop;
using layers::RandomFlip;
using layers::RandomRotation;
using layers::RandomTranslation;
using layers::RandomZoom;

const CallContext kTraining = {.training = true};

std::vector<float> values_of(const Tensor& tensor) {
  return {tensor.values().begin(), tensor.values().end()};
}

Config own_fields(const Layer& layer) {
  Config config = layer.get_config();
  for (const char* key : {"name", "dtype"}) config.erase(key);
  return config;
}

std::shared_ptr<ImageAugmentation> augmentation(const Config& class_name, const Config& config) {
  return std::dynamic_pointer_cast<ImageAugmentation>(
      layers::deserialize({{"class_name", class_name}, {"config", config}}));
}

class AugmentationGolden : public ::testing::TestWithParam<Config> {};

TEST_P(AugmentationGolden, TransformsAsKeras) {
  const Config& golden = GetParam();
  SCOPED_TRACE(golden["arguments"].dump());
  const auto layer = augmentation(golden["layer"], golden["arguments"]);
  ASSERT_NE(layer, nullptr);
  GradientTape tape;
  const Tensor x = tape.watch(golden_tensor(golden["x"]));
  const Tensor y = layer->transform_images(x, golden_tensor(golden["transformation"]));
  EXPECT_THAT(y, IsClose(golden_tensor(golden["y"])));
  EXPECT_THAT(tape.gradient(ops::sum(y * golden_tensor(golden["dy"])), x),
              IsClose(golden_tensor(golden["x_gradient"])));
}

TEST_P(AugmentationGolden, WritesAndReadsKerassConfig) {
  const Config& golden = GetParam();
  EXPECT_EQ(own_fields(*augmentation(golden["layer"], golden["arguments"])), golden["config"]);
  EXPECT_EQ(own_fields(*augmentation(golden["layer"], golden["config"])), golden["config"]);
}

INSTANTIATE_TEST_SUITE_P(All, AugmentationGolden,
                         ::testing::ValuesIn(golden_cases("layers_augmentation")),
                         [](const auto& test) {
                           return test.param["layer"].template get<std::string>() + "_" +
                                  std::to_string(test.index);
                         });

// Column `column` of what layers of many seeds draw for many images each.
template <class L>
std::vector<double> drawn(typename L::Options options, int column = 0) {
  constexpr std::int64_t kImages = 400;
  std::vector<double> numbers;
  for (int seed = 0; seed < 50; ++seed) {
    options.seed = seed;
    const Tensor each = L(options).get_random_transformation({kImages, 10, 20, 1});
    const std::int64_t columns = each.size() / kImages;
    for (std::int64_t i = 0; i < kImages; ++i)
      numbers.push_back(double{each.data()[i * columns + column]});
  }
  return numbers;
}

double mean_of(const std::vector<double>& numbers) {
  double sum = 0.0;
  for (const double number : numbers) sum += number;
  return sum / static_cast<double>(numbers.size());
}

// Mean and variance to five standard errors.
void expect_uniform(const std::vector<double>& numbers, double low, double high) {
  const double count = static_cast<double>(numbers.size());
  const double range = high - low;
  const double slack = 1e-6 * std::max(std::abs(low), std::abs(high));
  EXPECT_GE(*std::min_element(numbers.begin(), numbers.end()), low - slack);
  EXPECT_LE(*std::max_element(numbers.begin(), numbers.end()), high + slack);
  const double mean = mean_of(numbers);
  EXPECT_NEAR(mean, (low + high) / 2, 5 * range / std::sqrt(12 * count));
  std::vector<double> squares;
  for (const double number : numbers) squares.push_back((number - mean) * (number - mean));
  EXPECT_NEAR(mean_of(squares), range * range / 12, 5 * range * range / std::sqrt(180 * count));
}

double correlation(const std::vector<double>& a, const std::vector<double>& b) {
  const double mean_a = mean_of(a);
  const double mean_b = mean_of(b);
  double product = 0.0;
  double square_a = 0.0;
  double square_b = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    product += (a[i] - mean_a) * (b[i] - mean_b);
    square_a += (a[i] - mean_a) * (a[i] - mean_a);
    square_b += (b[i] - mean_b) * (b[i] - mean_b);
  }
  return product / std::sqrt(square_a * square_b);
}

TEST(RandomFlip, TurnsOverHalfOfTheImages) {
  const std::vector<double> flips = drawn<RandomFlip>({});
  const std::set<double> values(flips.begin(), flips.end());
  EXPECT_EQ(values, (std::set<double>{0.0, 1.0}));
  EXPECT_NEAR(mean_of(flips), 0.5, 5 * 0.5 / std::sqrt(20000.0));
}

TEST(RandomTranslation, DrawsSharesOfHeightAndWidth) {
  const RandomTranslation::Options options = {.height_factor = -0.2f, .width_factor = {0.3f, 0.1f}};
  const std::vector<double> right = drawn<RandomTranslation>(options, 0);
  const std::vector<double> down = drawn<RandomTranslation>(options, 1);
  expect_uniform(right, 0.1 * 20, 0.3 * 20);
  expect_uniform(down, -0.2 * 10, 0.2 * 10);
  EXPECT_NEAR(correlation(right, down), 0.0, 5 / std::sqrt(20000.0));
}

TEST(RandomRotation, DrawsDegrees) {
  expect_uniform(drawn<RandomRotation>({.factor = 0.25f}), -90.0, 90.0);
  expect_uniform(drawn<RandomRotation>({.factor = {0.1f, 0.25f}}), 36.0, 90.0);
}

TEST(RandomZoom, KeepsTheAspectRatioWithoutAWidthFactor) {
  const RandomZoom::Options options = {.height_factor = {-0.5f, 0.25f}};
  const std::vector<double> width = drawn<RandomZoom>(options, 0);
  expect_uniform(width, 0.5, 1.25);
  EXPECT_EQ(drawn<RandomZoom>(options, 1), width);
}

TEST(RandomZoom, DrawsBothAxesByThemselves) {
  const RandomZoom::Options options = {.height_factor = 0.5f, .width_factor = {0.1f, 0.3f}};
  const std::vector<double> width = drawn<RandomZoom>(options, 0);
  const std::vector<double> height = drawn<RandomZoom>(options, 1);
  expect_uniform(width, 1.1, 1.3);
  expect_uniform(height, 0.5, 1.5);
  EXPECT_NEAR(correlation(width, height), 0.0, 5 / std::sqrt(20000.0));
}

TEST(RandomContrast, DrawsFactorsAroundOne) {
  expect_uniform(drawn<RandomContrast>({.factor = 0.4f}), 0.6, 1.4);
  expect_uniform(drawn<RandomContrast>({.factor = {0.1f, 0.5f}}), 0.9, 1.5);
}

TEST(RandomBrightness, DrawsSharesOfTheRangeOfValues) {
  expect_uniform(drawn<RandomBrightness>({.factor = 0.2f}), -51.0, 51.0);
  expect_uniform(drawn<RandomBrightness>({.factor = {-0.1f, 0.3f}, .value_range = {-1.0f, 1.0f}}),
                 -0.2, 0.6);
}

TEST(RandomCrop, StartsAnywhereAlike) {
  constexpr int kSeeds = 6000;
  std::vector<double> counts(3 * 4, 0.0);
  for (int seed = 0; seed < kSeeds; ++seed) {
    RandomCrop layer({.height = 2, .width = 3, .seed = seed});
    const Tensor start = layer.get_random_transformation({1, 4, 6, 1});
    counts.at(static_cast<std::size_t>(4 * start.data()[0] + start.data()[1])) += 1.0;
  }
  const double share = 1.0 / 12;
  for (const double count : counts)
    EXPECT_NEAR(count, kSeeds * share, 5 * std::sqrt(kSeeds * share * (1 - share)));
}

TEST(RandomCrop, CropsABatchAtOnePlace) {
  const Tensor image = ops::reshape(ops::arange(0.0f, 30.0f), {1, 5, 6, 1});
  RandomCrop layer({.height = 2, .width = 3, .seed = 1});
  const Tensor y = layer(ops::concatenate({image, image + 100.0f}, 0), kTraining);
  EXPECT_EQ(y.shape(), (Shape{2, 2, 3, 1}));
  const float first = y.data()[0];
  EXPECT_THAT(y, IsClose(first + Tensor({2, 2, 3, 1}, {0, 1, 2, 6, 7, 8,  //
                                                       100, 101, 102, 106, 107, 108}),
                         0.0));
}

TEST(RandomCrop, DrawsNothingForImagesThatAreTooSmall) {
  RandomCrop layer({.height = 5, .width = 2, .seed = 1});
  const auto before = layer.random_states();
  EXPECT_EQ(layer(ops::ones({1, 4, 6, 1}), kTraining).shape(), (Shape{1, 5, 2, 1}));
  EXPECT_EQ(values_of(layer.get_random_transformation({1, 4, 6, 1})),
            (std::vector<float>{0.0f, 2.0f}));
  EXPECT_EQ(layer.random_states(), before);
}

TEST(RandomCrop, TakesTheLargestMiddlePartInInference) {
  const Tensor x = random::Generator(1).normal({2, 5, 8, 3});
  EXPECT_THAT(RandomCrop(4, 4)(x),
              IsClose(ops::image::resize(ops::slice(x, {0, 0, 1, 0}, {2, 5, 5, 3}), 4, 4), 1e-6));
  EXPECT_THAT(RandomCrop(5, 8)(x), IsClose(x, 0.0));
}

// One of each but for RandomCrop, whose images change in inference too.
std::vector<std::shared_ptr<ImageAugmentation>> one_of_each() {
  return {std::make_shared<RandomFlip>(RandomFlip::Options{.seed = 2}),
          std::make_shared<RandomTranslation>(
              RandomTranslation::Options{.height_factor = 0.3f, .width_factor = 0.2f, .seed = 2}),
          std::make_shared<RandomRotation>(RandomRotation::Options{.factor = 0.3f, .seed = 2}),
          std::make_shared<RandomZoom>(RandomZoom::Options{.height_factor = 0.3f, .seed = 2}),
          std::make_shared<RandomContrast>(
              RandomContrast::Options{.factor = 0.5f, .value_range = {-9.0f, 9.0f}, .seed = 2}),
          std::make_shared<RandomBrightness>(
              RandomBrightness::Options{.factor = 0.5f, .value_range = {-9.0f, 9.0f}, .seed = 2})};
}

TEST(ImageAugmentation, ChangesNothingInInference) {
  const Tensor x = random::Generator(1).normal({3, 5, 4, 2});
  for (const auto& layer : one_of_each()) {
    EXPECT_THAT((*layer)(x), IsClose(x, 0.0)) << layer->class_name();
    EXPECT_NE(values_of((*layer)(x, kTraining)), values_of(x)) << layer->class_name();
  }
}

TEST(ImageAugmentation, AppliesWhatItDraws) {
  const Tensor x = random::Generator(1).normal({3, 5, 4, 2});
  auto callers = one_of_each();
  auto drawers = one_of_each();
  callers.push_back(
      std::make_shared<RandomCrop>(RandomCrop::Options{.height = 3, .width = 2, .seed = 2}));
  drawers.push_back(
      std::make_shared<RandomCrop>(RandomCrop::Options{.height = 3, .width = 2, .seed = 2}));
  for (std::size_t i = 0; i < callers.size(); ++i) {
    const Tensor transformation = drawers[i]->get_random_transformation(x.shape());
    EXPECT_EQ(values_of((*callers[i])(x, kTraining)),
              values_of(drawers[i]->transform_images(x, transformation)))
        << callers[i]->class_name();
  }
}

TEST(ImageAugmentation, TakesOneImage) {
  const Tensor x = random::Generator(1).normal({5, 4, 2});
  auto single = one_of_each();
  auto batched = one_of_each();
  for (std::size_t i = 0; i < single.size(); ++i) {
    EXPECT_EQ(values_of((*single[i])(x, kTraining)),
              values_of((*batched[i])(ops::expand_dims(x, 0), kTraining)))
        << single[i]->class_name();
  }
}

TEST(ImageAugmentation, GradientsMatchCentralDifferences) {
  const Tensor x = random::Generator(1).normal({3, 5, 4, 2});
  for (const auto& layer : one_of_each()) {
    const Tensor transformation = layer->get_random_transformation(x.shape());
    const double gap = gradient_gap(
        [&](const Tensor& in) { return ops::square(layer->transform_images(in, transformation)); },
        x);
    EXPECT_LT(gap, 1e-3) << layer->class_name();
  }
}

TEST(ImageAugmentation, FollowsItsSeed) {
  const Shape images = {50, 8, 8, 1};
  RandomRotation one({.factor = 0.5f, .seed = 3});
  RandomRotation same({.factor = 0.5f, .seed = 3});
  RandomRotation other({.factor = 0.5f, .seed = 4});
  const auto first = values_of(one.get_random_transformation(images));
  EXPECT_EQ(values_of(same.get_random_transformation(images)), first);
  EXPECT_NE(values_of(same.get_random_transformation(images)), first);
  EXPECT_NE(values_of(other.get_random_transformation(images)), first);
}

TEST(ImageAugmentation, RefusesFactorsOutOfRange) {
  EXPECT_THAT([] { RandomRotation(1.5f); },
              Raises("RandomRotation: factor must be a number, or two, in [-1, 1]. Received: "
                     "factor=1.5."));
  EXPECT_THAT(
      [] {
        RandomTranslation({.height_factor = 0.1f, .width_factor = {-1.5f, 0.5f}});
      },
      Raises("RandomTranslation: width_factor must be a number, or two, in [-1, 1]. Received: "
             "width_factor=(-1.5, 0.5)."));
  EXPECT_THAT([] { RandomZoom(-1); },
              Raises("RandomZoom: height_factor must be a number, or two, in (-1, 1]. Received: "
                     "height_factor=-1."));
  EXPECT_THAT([] { RandomZoom({.height_factor = 0.1f, .width_factor = 2.0f}); },
              Raises("RandomZoom: width_factor must be a number, or two, in (-1, 1]. Received: "
                     "width_factor=2."));
  EXPECT_THAT([] { RandomContrast(-0.5f); },
              Raises("RandomContrast: factor must be a number, or two, in [0, 1]. Received: "
                     "factor=-0.5."));
  EXPECT_THAT([] { RandomBrightness(NAN); },
              Raises("RandomBrightness: factor must be a number, or two, in [-1, 1]. Received: "
                     "factor=nan."));
}

TEST(ImageAugmentation, RefusesOtherOptionsOutOfRange) {
  EXPECT_THAT([] { RandomFlip({.mode = "both"}); },
              Raises("RandomFlip: mode must be \"horizontal\", \"vertical\" or "
                     "\"horizontal_and_vertical\". Received: mode=both."));
  EXPECT_THAT([] { RandomFlip({.data_format = "nhwc"}); },
              Raises("RandomFlip: data_format must be \"channels_last\" or \"channels_first\". "
                     "Received: data_format=nhwc."));
  EXPECT_THAT([] { RandomRotation({.factor = 0.1f, .fill_mode = "mirror"}); },
              Raises("RandomRotation: fill_mode must be \"reflect\", \"wrap\", \"constant\" or "
                     "\"nearest\". Received: fill_mode=mirror."));
  EXPECT_THAT([] { RandomZoom({.height_factor = 0.1f, .interpolation = "bicubic"}); },
              Raises("RandomZoom: interpolation must be \"nearest\" or \"bilinear\". Received: "
                     "interpolation=bicubic."));
  EXPECT_THAT(
      [] {
        RandomTranslation({.height_factor = 0.1f, .width_factor = 0.1f, .fill_value = INFINITY});
      },
      Raises("RandomTranslation: fill_value must be finite. Received: fill_value=inf."));
  EXPECT_THAT(
      [] {
        RandomContrast({.factor = 0.1f, .value_range = {1.0f, 0.0f}});
      },
      Raises("RandomContrast: value_range must be two finite numbers, the lower one first. "
             "Received: value_range=(1, 0)."));
  EXPECT_THAT([] { RandomCrop({.height = 2, .width = 0}); },
              Raises("RandomCrop: height and width must be positive. Received: height=2, "
                     "width=0."));
}

TEST(ImageAugmentation, RefusesConfigsWithoutAFactor) {
  EXPECT_THAT([] { RandomRotation::from_config(Config::object()); },
              Raises("RandomRotation: factor must be a number, or two, in [-1, 1]. Received: "
                     "none."));
  EXPECT_THAT(
      [] {
        RandomTranslation::from_config({{"height_factor", 0.1}});
      },
      Raises("RandomTranslation: width_factor must be a number, or two, in [-1, 1]. "
             "Received: none."));
  EXPECT_THAT(
      [] {
        RandomBrightness::from_config({{"factor", {0.1, 0.2, 0.3}}});
      },
      Raises("RandomBrightness: factor must be a number, or two, in [-1, 1]. Received: "
             "factor=(0.1, 0.2, 0.3)."));
  EXPECT_THAT(
      [] {
        RandomContrast::from_config({{"factor", 0.1}, {"value_range", Config::array({1})}});
      },
      Raises("RandomContrast: value_range must be two finite numbers, the lower one first. "
             "Received: value_range=(1)."));
}

TEST(ImageAugmentation, RefusesWhatIsNoImageOrTransformation) {
  RandomTranslation layer({.height_factor = 0.1f, .width_factor = 0.1f, .name = "t"});
  EXPECT_THAT(
      [&] {
        layer(ops::ones({2, 3}), kTraining);
      },
      Raises<ShapeError>("t: the input must be images, of rank 4, or one image, of rank 3. "
                         "Received: shape=(2, 3)."));
  EXPECT_THAT(
      [&] {
        layer.transform_images(ops::ones({2, 4, 4, 1}), ops::ones({3, 2}));
      },
      Raises<ShapeError>("t: the transformation must have shape (2, 2). Received: "
                         "shape=(3, 2)."));
  EXPECT_THAT(
      [] {
        RandomCrop({.height = 2, .width = 2, .name = "c"})
            .transform_images(ops::ones({3, 4, 1}), Tensor({2}, {3.0f, 0.0f}));
      },
      RaisesWith("c: the transformation must be the first row and column of a part of the images. "
                 "Received: "));
}

}  // namespace image_augmentation_test
}  // namespace strata::testing
