// Resizing, affine transforms, repeating and adaptive pooling: values by hand, gradients by central differences,
// errors. tests/layers holds the values of Keras.
#include "strata/ops/image.hpp"

#include <gtest/gtest.h>

#include "core/parallel.hpp"
#include "ops/samples.hpp"
#include "strata/autodiff/gradient_tape.hpp"
#include "strata/core/errors.hpp"
#include "strata/core/threads.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/elementwise.hpp"
#include "strata/ops/pooling.hpp"
#include "strata/ops/reduction.hpp"
#include "support/gradient_gap.hpp"
#include "support/matchers.hpp"

namespace strata {
namespace {

using ops::image::affine_transform;
using ops::image::resize;
using testing::gradient_gap;
using testing::IsClose;
using testing::Raises;
using testing::sample;
using testing::spread_sample;

TEST(Resize, InterpolatesBetweenThePixels) {
  const Tensor x({1, 2, 2, 1}, {0, 1, 4, 5});
  EXPECT_THAT(resize(x, 4, 4),
              IsClose(Tensor({1, 4, 4, 1}, {0, 0.25f, 0.75f, 1, 1, 1.25f, 1.75f, 2,  //
                                            3, 3.25f, 3.75f, 4, 4, 4.25f, 4.75f, 5})));
  EXPECT_THAT(resize(x, 4, 2, {.interpolation = "nearest"}),
              IsClose(Tensor({1, 4, 2, 1}, {0, 1, 0, 1, 4, 5, 4, 5})));
}

TEST(Resize, KeepsAConstantImage) {
  const Tensor x = ops::full({2, 5, 4, 3}, 0.5f);
  for (const char* kind : {"nearest", "bilinear", "bicubic", "lanczos3", "lanczos5"}) {
    for (const bool antialias : {false, true}) {
      EXPECT_THAT(resize(x, 3, 7, {.interpolation = kind, .antialias = antialias}),
                  IsClose(ops::full({2, 3, 7, 3}, 0.5f)));
    }
  }
}

TEST(Resize, GradientsMatchCentralDifferences) {
  const Tensor x = sample({2, 4, 3, 2});
  for (const char* kind : {"nearest", "bilinear", "bicubic", "lanczos5"}) {
    EXPECT_LT(gradient_gap(
                  [&](const Tensor& in) {
                    return ops::sum(
                        ops::square(resize(in, 3, 5, {.interpolation = kind, .antialias = true})));
                  },
                  x),
              1e-3f)
        << kind;
  }
  EXPECT_LT(gradient_gap(
                [&](const Tensor& in) {
                  return ops::sum(ops::square(resize(
                      in, 5, 2, {.pad_to_aspect_ratio = true, .data_format = "channels_first"})));
                },
                x),
            1e-3f);
}

TEST(Resize, RefusesWhatItCannotDo) {
  const Tensor x = sample({1, 3, 3, 1});
  EXPECT_THAT([&] { resize(x, 0, 2); },
              Raises("ops::image::resize: height and width must be positive. Received: height=0, "
                     "width=2."));
  EXPECT_THAT([&] { resize(x, 2, 2, {.interpolation = "area"}); },
              Raises("ops::image::resize: interpolation must be \"nearest\", \"bilinear\", "
                     "\"bicubic\", \"lanczos3\" or \"lanczos5\". Received: interpolation=area."));
  EXPECT_THAT(
      [&] { resize(x, 2, 2, {.crop_to_aspect_ratio = true, .pad_to_aspect_ratio = true}); },
      Raises("ops::image::resize: only one of crop_to_aspect_ratio and pad_to_aspect_ratio may be "
             "set. Received: both."));
  EXPECT_THAT([&] { resize(x, 2, 2, {.fill_mode = "reflect"}); },
              Raises("ops::image::resize: fill_mode must be \"constant\". Received: "
                     "fill_mode=reflect."));
  EXPECT_THAT(
      [&] {
        resize(sample({3, 3}), 2, 2);
      },
      Raises<ShapeError>("ops::image::resize: images must have rank 4, or one image rank 3. "
                         "Received: shape=(3, 3)."));
}

TEST(Repeat, PutsEachSliceNextToItself) {
  const Tensor x({2, 2}, {1, 2, 3, 4});
  EXPECT_THAT(ops::repeat(x, 2, 0), IsClose(Tensor({4, 2}, {1, 2, 1, 2, 3, 4, 3, 4})));
  EXPECT_THAT(ops::repeat(x, 2, -1), IsClose(Tensor({2, 4}, {1, 1, 2, 2, 3, 3, 4, 4})));
  EXPECT_EQ(ops::repeat(x, 0, 0).shape(), (Shape{0, 2}));
  EXPECT_LT(gradient_gap(
                [](const Tensor& in) {
                  return ops::sum(ops::square(ops::repeat(in, 3, 1)) * sample({2, 9, 2}, -1, 1, 2));
                },
                sample({2, 3, 2})),
            1e-3f);
  EXPECT_THAT([&] { ops::repeat(x, -1, 0); },
              Raises("ops::repeat: repeats must not be negative. Received: repeats=-1."));
}

TEST(AdaptivePool, CoversTheInputWithWindowsThatMayOverlap) {
  const Tensor x({1, 5, 1}, {1, 2, 3, 4, 5});  // windows [0, 2), [1, 4), [3, 5)
  EXPECT_THAT(ops::adaptive_average_pool(x, {3, 1, 1}),
              IsClose(Tensor({1, 3, 1}, {1.5f, 3, 4.5f})));
  EXPECT_THAT(ops::adaptive_max_pool(x, {3, 1, 1}), IsClose(Tensor({1, 3, 1}, {2, 4, 5})));
  EXPECT_THAT(ops::adaptive_max_pool(x, {5, 1, 1}), IsClose(x));
  const Tensor images = sample({2, 6, 4, 3});
  const ops::PoolingGeometry geometry{.window = {3, 2, 1}, .strides = {3, 2, 1}};
  EXPECT_THAT(ops::adaptive_average_pool(images, {2, 2, 1}),
              IsClose(ops::average_pool(images, geometry)));
  EXPECT_THAT(ops::adaptive_max_pool(images, {2, 2, 1}), IsClose(ops::max_pool(images, geometry)));
}

TEST(AdaptivePool, GradientsMatchCentralDifferences) {
  const Tensor x = spread_sample({2, 5, 4, 3});
  for (const std::array<int, 3>& size : {std::array{3, 3, 1}, std::array{2, 6, 1}}) {
    EXPECT_LT(gradient_gap(
                  [&](const Tensor& in) {
                    return ops::sum(ops::square(ops::adaptive_average_pool(in, size)));
                  },
                  x),
              1e-3f);
    EXPECT_LT(gradient_gap(
                  [&](const Tensor& in) {
                    return ops::sum(ops::square(ops::adaptive_max_pool(in, size)));
                  },
                  x),
              1e-3f);
  }
}

TEST(AdaptivePool, RefusesWhatItCannotDo) {
  EXPECT_THAT(
      [] {
        ops::adaptive_max_pool(sample({1, 3, 1}), {0, 1, 1});
      },
      Raises("ops::adaptive_max_pool: output_size must be positive. Received: 0 at spatial "
             "axis 0."));
  EXPECT_THAT(
      [] {
        ops::adaptive_average_pool(ops::zeros({1, 0, 1}), {1, 1, 1});
      },
      Raises<ShapeError>("ops::adaptive_average_pool: there must be something to pool: "
                         "spatial extents above 0. Received: shape=(1, 0, 1)."));
}

TEST(Resize, IsTheSameToTheBitForAnyNumberOfThreads) {
  const int threads = num_threads();
  const KeepHelpers keep;
  const Tensor x = sample({64, 20, 20, 3});
  set_num_threads(1);
  const Tensor one = resize(x, 30, 30), one_max = ops::adaptive_max_pool(x, {7, 7, 1});
  set_num_threads(2);
  const Tensor two = resize(x, 30, 30), two_max = ops::adaptive_max_pool(x, {7, 7, 1});
  set_num_threads(threads);
  EXPECT_THAT(two, IsClose(one, 0.0));
  EXPECT_THAT(two_max, IsClose(one_max, 0.0));
}

// Moves by so many pixels.
Tensor shifted(const Tensor& row, float pixels, const char* fill_mode, const char* kind) {
  return affine_transform(row, Tensor({8}, {1, 0, -pixels, 0, 1, 0, 0, 0}),
                          {.interpolation = kind, .fill_mode = fill_mode, .fill_value = 9.0f});
}

TEST(AffineTransform, FillsWhatLiesOutside) {
  const Tensor row({1, 3, 1}, {1, 2, 3});
  struct Filled {
    const char* mode;
    std::vector<float> right;  // moved by five pixels
    std::vector<float> left;
  };
  for (const Filled& filled :
       {Filled{"constant", {9, 9, 9}, {9, 9, 9}}, Filled{"nearest", {1, 1, 1}, {3, 3, 3}},
        Filled{"wrap", {2, 3, 1}, {3, 1, 2}}, Filled{"mirror", {2, 1, 2}, {2, 3, 2}},
        Filled{"reflect", {2, 3, 3}, {1, 1, 2}}}) {
    for (const char* kind : {"nearest", "bilinear"}) {
      EXPECT_THAT(shifted(row, 5, filled.mode, kind), IsClose(Tensor({1, 3, 1}, filled.right), 0.0))
          << filled.mode;
      EXPECT_THAT(shifted(row, -5, filled.mode, kind), IsClose(Tensor({1, 3, 1}, filled.left), 0.0))
          << filled.mode;
    }
  }
  EXPECT_THAT(shifted(Tensor({1, 1, 1}, {7}), 3, "mirror", "nearest"),
              IsClose(Tensor({1, 1, 1}, {7}), 0.0));
}

TEST(AffineTransform, InterpolatesOrPicksTheNearest) {
  const Tensor row({1, 3, 1}, {1, 2, 4});
  EXPECT_THAT(shifted(row, 0.25f, "constant", "bilinear"),
              IsClose(Tensor({1, 3, 1}, {3, 1.75f, 3.5f})));
  EXPECT_THAT(shifted(row, 0.25f, "constant", "nearest"), IsClose(row, 0.0));
  EXPECT_THAT(shifted(row, 0.75f, "constant", "nearest"),
              IsClose(Tensor({1, 3, 1}, {9, 1, 2}), 0.0));
}

TEST(AffineTransform, GivesEachImageItsOwnTransform) {
  const Tensor x({2, 2, 2, 1}, {1, 2, 3, 4, 5, 6, 7, 8});
  const Tensor transposed_and_kept({2, 8}, {0, 1, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0});
  const Tensor expected({2, 2, 2, 1}, {1, 3, 2, 4, 5, 6, 7, 8});
  EXPECT_THAT(affine_transform(x, transposed_and_kept), IsClose(expected, 0.0));
  EXPECT_THAT(affine_transform(ops::transpose(x, {0, 3, 1, 2}), transposed_and_kept,
                               {.data_format = "channels_first"}),
              IsClose(ops::transpose(expected, {0, 3, 1, 2}), 0.0));
}

TEST(AffineTransform, StaysInsideTheImageHoweverFarATransformReaches) {
  const Tensor x = sample({1, 3, 3, 1}, 1.0f, 2.0f);
  const Tensor far({1, 8}, {3e38f, -3e38f, 3e38f, 1e20f, 1e30f, -3e38f, 0, 0});
  for (const char* mode : {"constant", "nearest", "wrap", "mirror", "reflect"}) {
    const Tensor y = affine_transform(x, far, {.fill_mode = mode, .fill_value = 1.5f});
    EXPECT_GE(ops::min(y).item(), 1.0f) << mode;
    EXPECT_LE(ops::max(y).item(), 2.0f) << mode;
  }
}

TEST(AffineTransform, GradientsMatchCentralDifferences) {
  const Tensor x = sample({2, 4, 3, 2});
  const Tensor transforms({2, 8}, {0.8f, -0.5f, 0.3f, 0.6f, 0.9f, -0.7f, 0, 0,  //
                                   1.4f, 0.2f, -1.1f, -0.3f, 0.5f, 0.6f, 0, 0});
  for (const char* mode : {"constant", "nearest", "wrap", "mirror", "reflect"}) {
    for (const char* kind : {"nearest", "bilinear"}) {
      for (const char* format : {"channels_last", "channels_first"}) {
        const ops::image::AffineTransformOptions options = {
            .interpolation = kind, .fill_mode = mode, .fill_value = 0.5f, .data_format = format};
        EXPECT_LT(gradient_gap(
                      [&](const Tensor& in) {
                        return ops::square(affine_transform(in, transforms, options));
                      },
                      x),
                  1e-3f)
            << mode << " " << kind << " " << format;
      }
    }
  }
}

TEST(AffineTransform, RefusesWhatItCannotDo) {
  const Tensor x = sample({3, 3, 1});
  const Tensor identity({8}, {1, 0, 0, 0, 1, 0, 0, 0});
  EXPECT_THAT([&] { affine_transform(x, identity, {.interpolation = "bicubic"}); },
              Raises("ops::image::affine_transform: interpolation must be \"nearest\" or "
                     "\"bilinear\". Received: interpolation=bicubic."));
  EXPECT_THAT([&] { affine_transform(x, identity, {.fill_mode = "edge"}); },
              Raises("ops::image::affine_transform: fill_mode must be \"constant\", \"nearest\", "
                     "\"wrap\", \"mirror\" or \"reflect\". Received: fill_mode=edge."));
  EXPECT_THAT(
      [&] {
        affine_transform(x, Tensor({8}, {1, 0, 0, 0, 1, 0, 0, 0.5f}));
      },
      Raises("ops::image::affine_transform: the last two of eight numbers of a transform must be "
             "0: lines stay parallel. Received: 0.5 at index 7."));
  EXPECT_THAT(
      [&] {
        affine_transform(x, Tensor({8}, {1, 0, INFINITY, 0, 1, 0, 0, 0}));
      },
      Raises("ops::image::affine_transform: transform must be finite. Received: inf at index 2."));
  EXPECT_THAT(
      [&] {
        affine_transform(sample({2, 3, 3, 1}), identity);
      },
      Raises<ShapeError>("ops::image::affine_transform: transform must have shape (batch, 8) for a "
                         "batch of images, (8) for one image. Received: shape=(8,) for images of "
                         "shape (2, 3, 3, 1)."));
  EXPECT_THAT(
      [&] {
        affine_transform(ops::zeros({0, 3, 1}), identity);
      },
      Raises<ShapeError>("ops::image::affine_transform: images must have pixels. Received: "
                         "shape=(0, 3, 1)."));
}

TEST(AffineTransform, IsTheSameToTheBitForAnyNumberOfThreads) {
  const int threads = num_threads();
  const KeepHelpers keep;
  const Tensor x = sample({64, 20, 20, 3});
  const Tensor transforms =
      ops::concatenate({sample({64, 6}, -1.5f, 1.5f), ops::zeros({64, 2})}, 1);
  const auto run = [&](int count) {
    set_num_threads(count);
    GradientTape tape;
    const Tensor watched = tape.watch(x);
    const Tensor y = affine_transform(watched, transforms, {.fill_mode = "reflect"});
    return std::vector{y, tape.gradient(ops::sum(ops::square(y)), watched)};
  };
  const std::vector<Tensor> one = run(1);
  const std::vector<Tensor> two = run(2);
  set_num_threads(threads);
  EXPECT_THAT(two[0], IsClose(one[0], 0.0));
  EXPECT_THAT(two[1], IsClose(one[1], 0.0));
}

}  // namespace
}  // namespace strata
