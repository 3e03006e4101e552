// gather and one_hot.
#include <gtest/gtest.h>

#include "ops/samples.hpp"
#include "strata/core/errors.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/elementwise.hpp"
#include "support/gradient_gap.hpp"
#include "support/matchers.hpp"

namespace strata {
namespace indexing_test {

using testing::gradient_gap;
using testing::IsClose;
using testing::Raises;
using testing::sample;

const Tensor kMatrix({2, 3}, {1, 2, 3, 4, 5, 6});

TEST(Gather, TakesSlicesInTheOrderOfTheIndices) {
  EXPECT_THAT(ops::gather(kMatrix, Tensor({3}, {1, 0, 1})),
              IsClose(Tensor({3, 3}, {4, 5, 6, 1, 2, 3, 4, 5, 6})));
  EXPECT_THAT(ops::gather(kMatrix, Tensor({2}, {2, 0}), -1), IsClose(Tensor({2, 2}, {3, 1, 6, 4})));
}

TEST(Gather, PutsTheIndicesShapeInPlaceOfTheAxis) {
  EXPECT_THAT(ops::gather(kMatrix, 1.0f), IsClose(Tensor({3}, {4, 5, 6})));
  EXPECT_EQ(ops::gather(ops::zeros({2, 3, 4}), ops::zeros({5, 1}), 1).shape(), Shape({2, 5, 1, 4}));
  EXPECT_EQ(ops::gather(kMatrix, ops::zeros({0})).shape(), Shape({0, 3}));
}

TEST(Gather, NamesTheIndexThatIsNotThere) {
  EXPECT_THAT(
      [] {
        ops::gather(kMatrix, Tensor({3}, {0, 1, 2}));
      },
      Raises<InvalidArgument>("ops::gather: indices must be whole numbers in [0, 2). "
                              "Received: 2 at position 2."));
  EXPECT_THAT(
      [] {
        ops::gather(kMatrix, Tensor({2}, {0, -1}));
      },
      Raises<InvalidArgument>("ops::gather: indices must be whole numbers in [0, 2). "
                              "Received: -1 at position 1."));
  EXPECT_THAT([] { ops::gather(kMatrix, 0.5f); },
              Raises<InvalidArgument>("ops::gather: indices must be whole numbers in [0, 2). "
                                      "Received: 0.5 at position 0."));
  EXPECT_THAT([] { ops::gather(kMatrix, NAN); },
              Raises<InvalidArgument>("ops::gather: indices must be whole numbers in [0, 2). "
                                      "Received: nan at position 0."));
}

TEST(Gather, RejectsAnAxisThatIsNotThere) {
  EXPECT_THAT([] { ops::gather(kMatrix, 0.0f, 2); },
              Raises<ShapeError>("ops::gather: axis must lie in [-2, 2) for rank 2. Received: "
                                 "axis=2, shape=(2, 3)."));
}

TEST(Gather, GradientOfARepeatedIndexAddsUp) {
  const Tensor indices({2, 2}, {2, 0, 2, 1});
  for (const int axis : {0, 1, 2}) {
    EXPECT_LT(gradient_gap([&](const Tensor& v) { return ops::gather(v, indices, axis); },
                           sample({3, 3, 3})),
              1e-3)
        << "axis " << axis;
  }
}

TEST(Gather, GradientIsAddedToWhatIsThere) {
  const auto both = [](const Tensor& v) {
    return ops::gather(v, Tensor({2}, {2, 2})) * ops::gather(v, Tensor({2}, {0, 2}));
  };
  EXPECT_LT(gradient_gap(both, sample({3})), 1e-3);
}

TEST(OneHot, AddsAnAxisOfClasses) {
  EXPECT_THAT(ops::one_hot(Tensor({2}, {2, 0}), 3), IsClose(Tensor({2, 3}, {0, 0, 1, 1, 0, 0})));
  EXPECT_THAT(ops::one_hot(1.0f, 2), IsClose(Tensor({2}, {0, 1})));
  EXPECT_EQ(ops::one_hot(ops::zeros({4, 1}), 5).shape(), Shape({4, 1, 5}));
}

TEST(OneHot, RejectsALabelThatIsNoClass) {
  EXPECT_THAT(
      [] {
        ops::one_hot(Tensor({2}, {2, 3}), 3);
      },
      Raises<InvalidArgument>("ops::one_hot: indices must be whole numbers in [0, 3). "
                              "Received: 3 at position 1."));
  EXPECT_THAT(
      [] {
        ops::one_hot(Tensor({2}, {1.5f, 0}), 3);
      },
      Raises<InvalidArgument>("ops::one_hot: indices must be whole numbers in [0, 3). "
                              "Received: 1.5 at position 0."));
  EXPECT_THAT(
      [] { ops::one_hot(0.0f, 0); },
      Raises<InvalidArgument>("ops::one_hot: classes must be at least 1. Received: classes=0."));
}

TEST(Indexing, RejectsUndefinedTensors) {
  const std::string rule = ": the inputs must be defined. Received: an undefined tensor.";
  EXPECT_THAT([] { ops::gather({}, 0.0f); }, Raises<InvalidArgument>("ops::gather" + rule));
  EXPECT_THAT([] { ops::gather(kMatrix, {}); }, Raises<InvalidArgument>("ops::gather" + rule));
  EXPECT_THAT([] { ops::one_hot({}, 2); }, Raises<InvalidArgument>("ops::one_hot" + rule));
}

}  // namespace indexing_test
}  // namespace strata
