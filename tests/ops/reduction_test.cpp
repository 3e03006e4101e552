// Reductions over all kinds of axes: values, gradients, errors.
#include "strata/ops/reduction.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "core/parallel.hpp"
#include "ops/samples.hpp"
#include "strata/autodiff/gradient_tape.hpp"
#include "strata/core/errors.hpp"
#include "strata/core/threads.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/elementwise.hpp"
#include "support/gradient_gap.hpp"
#include "support/matchers.hpp"

namespace strata {
namespace reduction_test {

using testing::axes_of_rank_3;
using testing::gradient_gap;
using testing::IsClose;
using testing::Raises;
using testing::sample;

const Tensor kMatrix({2, 3}, {1, 2, 3, 4, 5, 6});

TEST(Sum, RunsOverTheAxesAsked) {
  EXPECT_THAT(ops::sum(kMatrix), IsClose(Tensor(21.0f)));
  EXPECT_THAT(ops::sum(kMatrix, 0), IsClose(Tensor({3}, {5, 7, 9})));
  EXPECT_THAT(ops::sum(kMatrix, -1), IsClose(Tensor({2}, {6, 15})));
  EXPECT_THAT(ops::sum(kMatrix, {0, 1}), IsClose(Tensor(21.0f)));
  EXPECT_THAT(ops::sum(kMatrix, std::vector<int>{}), IsClose(kMatrix));
}

TEST(Sum, KeepsReducedAxesWhenAsked) {
  EXPECT_EQ(ops::sum(kMatrix, {}, true).shape(), Shape({1, 1}));
  EXPECT_THAT(ops::sum(kMatrix, 1, true), IsClose(Tensor({2, 1}, {6, 15})));
  EXPECT_EQ(ops::sum(Tensor(2.0f), {}, true).shape(), Shape());
}

TEST(Sum, OfNothingIsZero) {
  EXPECT_THAT(ops::sum(ops::zeros({0})), IsClose(Tensor(0.0f)));
  EXPECT_THAT(ops::sum(ops::zeros({2, 0}), 1), IsClose(Tensor({2}, {0, 0})));
  EXPECT_THAT(ops::sum(ops::zeros({0, 2}), 0), IsClose(Tensor({2}, {0, 0})));
  EXPECT_EQ(ops::sum(ops::zeros({0, 2}), 1).shape(), Shape({0}));
}

TEST(Sum, OfTenMillionElementsIsRightToOneInAMillion) {
  const Tensor x = sample({10'000'000}, 0.0f, 1.0f);
  double exact = 0.0;
  for (const float value : x.values()) exact += double{value};
  EXPECT_NEAR(double{ops::sum(x).item()} / exact, 1.0, 1e-6);
  EXPECT_NEAR(double{ops::sum(ops::reshape(x, {-1, 4}), 0).values()[0]} / exact, 0.25, 1e-3);
  EXPECT_NEAR(double{ops::sum(ops::sum(ops::reshape(x, {-1, 4}), 0)).item()} / exact, 1.0, 1e-6);
}

// Every output, added up by its indices.
Tensor reference_sum(const Tensor& x, const std::vector<bool>& reduced) {
  Shape shape;
  for (int i = 0; i < x.rank(); ++i)
    if (!reduced[static_cast<std::size_t>(i)]) shape.append(x.shape()[i]);
  std::vector<double> sums(static_cast<std::size_t>(shape.element_count()), 0.0);
  for (std::int64_t position = 0; position < x.size(); ++position) {
    std::int64_t rest = position, place = 0, stride = 1;
    for (int i = x.rank(); i-- > 0;) {
      const std::int64_t index = rest % x.shape()[i];
      rest /= x.shape()[i];
      if (reduced[static_cast<std::size_t>(i)]) continue;
      place += index * stride;
      stride *= x.shape()[i];
    }
    sums[static_cast<std::size_t>(place)] += double{x.values()[static_cast<std::size_t>(position)]};
  }
  return {shape, std::vector<float>(sums.begin(), sums.end())};
}

TEST(Sum, AgreesWithAReferenceForAllAxesAndSizes) {
  for (const Shape& shape : {Shape{3, 4, 5}, Shape{2, 1, 7}, Shape{70, 3, 300}, Shape{1, 900, 40},
                             Shape{5, 20000, 2}, Shape{3, 2, 50000}, Shape{600, 1, 130}}) {
    const Tensor x = sample(shape);
    for (const ops::Axes& axes : axes_of_rank_3()) {
      const auto reduced = axes.of(shape, "test");
      ASSERT_THAT(ops::sum(x, axes), IsClose(reference_sum(x, reduced), 1e-5)) << to_string(shape);
    }
  }
}

TEST(Sum, RejectsAxesThatAreNotThereOrStandTwice) {
  EXPECT_THAT([] { ops::sum(kMatrix, 2); },
              Raises<ShapeError>("ops::sum: axis must lie in [-2, 2) for rank 2. Received: axis=2, "
                                 "shape=(2, 3)."));
  EXPECT_THAT(
      [] {
        ops::mean(kMatrix, {0, -2});
      },
      Raises<ShapeError>("ops::mean: an axis must not be named twice. Received: "
                         "axes=[0, -2], shape=(2, 3)."));
}

TEST(Sum, OfSeveralTensorsAddsThemAll) {
  EXPECT_THAT(ops::sum({kMatrix, Tensor(1.0f), Tensor({2}, {1, 2})}), IsClose(Tensor(25.0f)));
  EXPECT_THAT(ops::sum(std::vector<Tensor>{}), IsClose(Tensor(0.0f)));
}

TEST(Sum, OfSeveralTensorsGivesEachItsGradient) {
  const auto f = [](const std::vector<Tensor>& v) { return ops::sum({v[0], v[1] * v[1], v[0]}); };
  EXPECT_LT(gradient_gap(f, {sample({2, 3}), sample({})}), 1e-3);
}

TEST(Mean, DividesByTheCount) {
  EXPECT_THAT(ops::mean(kMatrix), IsClose(Tensor(3.5f)));
  EXPECT_THAT(ops::mean(kMatrix, 0), IsClose(Tensor({3}, {2.5f, 3.5f, 4.5f})));
  EXPECT_TRUE(std::isnan(ops::mean(ops::zeros({0})).item()));
}

TEST(Variance, IsBiased) {
  EXPECT_THAT(ops::variance(kMatrix, 1), IsClose(Tensor({2}, {2.0f / 3, 2.0f / 3})));
  EXPECT_THAT(ops::variance(kMatrix + 1000.0f), IsClose(Tensor(35.0f / 12)));
}

TEST(Max, RunsOverTheAxesAsked) {
  const Tensor x({2, 3}, {1, 5, 3, 4, 2, 6});
  EXPECT_THAT(ops::max(x), IsClose(Tensor(6.0f)));
  EXPECT_THAT(ops::max(x, 0), IsClose(Tensor({3}, {4, 5, 6})));
  EXPECT_THAT(ops::min(x, 1, true), IsClose(Tensor({2, 1}, {1, 2})));
  EXPECT_THAT(ops::max(-x), IsClose(Tensor(-1.0f)));
}

TEST(Max, AgreesWithAScanForLargeTensors) {
  const Tensor x = sample({3, 70, 4000});
  const auto values = x.values();
  EXPECT_EQ(ops::max(x).item(), *std::max_element(values.begin(), values.end()));
  EXPECT_EQ(ops::min(x).item(), *std::min_element(values.begin(), values.end()));
  const Tensor down = ops::max(x, {0, 1});
  for (std::size_t column : {0U, 17U, 3999U}) {
    float largest = -1.0f;
    for (std::size_t row = 0; row < 210; ++row)
      largest = std::max(largest, values[row * 4000 + column]);
    EXPECT_EQ(down.values()[column], largest);
  }
}

TEST(Max, PassesNanOn) {
  for (const std::size_t place : {0U, 1U, 40U, 99U}) {
    std::vector<float> values(100, 1.0f);
    values[place] = NAN;
    const Tensor x({100}, values);
    EXPECT_TRUE(std::isnan(ops::max(x).item()));
    EXPECT_TRUE(std::isnan(ops::min(x).item()));
    EXPECT_TRUE(std::isnan(ops::max(ops::reshape(x, {50, 2}), 0).values()[place % 2]));
  }
}

TEST(Max, SharesTheGradientOfEquals) {
  GradientTape tape({.persistent = true});
  const Tensor x = tape.watch(Tensor({2, 3}, {7, 7, 1, 2, 3, 3}));
  EXPECT_THAT(tape.gradient(ops::max(x, 1), x),
              IsClose(Tensor({2, 3}, {0.5f, 0.5f, 0, 0, 0.5f, 0.5f})));
  const Tensor lowest = ops::min(x);  // recorded, so that the tape can be asked again
  EXPECT_THAT(tape.gradient(lowest, x), IsClose(Tensor({2, 3}, {0, 0, 1, 0, 0, 0})));
}

TEST(Max, RejectsAnEmptyExtent) {
  EXPECT_THAT(
      [] {
        ops::max(ops::zeros({0, 2}), 0);
      },
      Raises<ShapeError>("ops::max: there must be elements along the reduced axes. "
                         "Received: shape=(0, 2)."));
  EXPECT_THAT([] { ops::min(ops::zeros({0})); },
              Raises<ShapeError>("ops::min: there must be elements along the reduced axes. "
                                 "Received: shape=(0,)."));
  EXPECT_EQ(ops::max(ops::zeros({0, 2}), 1).shape(), Shape({0}));
}

TEST(Prod, MultipliesAll) {
  EXPECT_THAT(ops::prod(kMatrix), IsClose(Tensor(720.0f)));
  EXPECT_THAT(ops::prod(kMatrix, 0), IsClose(Tensor({3}, {4, 10, 18})));
  EXPECT_THAT(ops::prod(ops::zeros({0})), IsClose(Tensor(1.0f)));
}

TEST(Prod, GradientIsRightWhereThereAreZeros) {
  const Tensor x({3, 3}, {2, 0, 3, 0, 0, 5, 2, 3, 4});
  GradientTape tape;
  const Tensor watched = tape.watch(x);
  EXPECT_THAT(tape.gradient(ops::prod(watched, 1), watched),
              IsClose(Tensor({3, 3}, {0, 6, 0, 0, 0, 0, 12, 8, 6})));
}

TEST(Logsumexp, DoesNotOverflow) {
  EXPECT_THAT(ops::logsumexp(Tensor({2}, {1000, 1000})), IsClose(Tensor(1000.0f + std::log(2.0f))));
  EXPECT_THAT(ops::logsumexp(Tensor({2}, {-1000, -1000})),
              IsClose(Tensor(-1000.0f + std::log(2.0f))));
  EXPECT_EQ(ops::logsumexp(Tensor({2}, {-INFINITY, -INFINITY})).item(), -INFINITY);
  EXPECT_EQ(ops::logsumexp(Tensor({2}, {INFINITY, 0})).item(), INFINITY);
}

TEST(Norm, IsEuclidean) {
  EXPECT_THAT(ops::norm(Tensor({2}, {3, 4})), IsClose(Tensor(5.0f)));
  EXPECT_THAT(ops::norm(Tensor({2, 2}, {3, 4, 0, 2}), 0, true),
              IsClose(Tensor({1, 2}, {3, std::sqrt(20.0f)})));
}

TEST(Norm, HasNoSlopeAtZero) {
  GradientTape tape;
  const Tensor x = tape.watch(ops::zeros({3}));
  EXPECT_THAT(tape.gradient(ops::norm(x), x), IsClose(ops::zeros({3})));
}

TEST(Argmax, FindsTheFirstLargest) {
  const Tensor x({2, 4}, {1, 5, 5, 0, 7, -1, -1, 2});
  EXPECT_THAT(ops::argmax(x), IsClose(Tensor({2}, {1, 0})));
  EXPECT_THAT(ops::argmin(x), IsClose(Tensor({2}, {3, 1})));
  EXPECT_THAT(ops::argmax(x, 0), IsClose(Tensor({4}, {1, 0, 0, 1})));
}

TEST(Argmax, FindsTheFirstNan) {
  const Tensor x({4}, {1, NAN, 9, NAN});
  EXPECT_EQ(ops::argmax(x).item(), 1.0f);
  EXPECT_EQ(ops::argmin(x).item(), 1.0f);
}

TEST(Argmax, IsAConstant) {
  GradientTape tape;
  const Tensor x = tape.watch(kMatrix);
  EXPECT_FALSE(tape.gradient(ops::argmax(x), x).defined());
}

TEST(Argmax, RejectsAnEmptyAxis) {
  EXPECT_THAT(
      [] {
        ops::argmax(ops::zeros({2, 0}));
      },
      Raises<ShapeError>("ops::argmax: the axis must have between 1 and 16777216 elements. "
                         "Received: axis=-1, shape=(2, 0)."));
}

TEST(Reduction, RejectsUndefinedTensors) {
  const std::string rule = ": the inputs must be defined. Received: an undefined tensor.";
  const Tensor none;
  EXPECT_THAT([&] { ops::sum(none); }, Raises<InvalidArgument>("ops::sum" + rule));
  EXPECT_THAT([&] { ops::sum({kMatrix, none}); }, Raises<InvalidArgument>("ops::sum" + rule));
  EXPECT_THAT([&] { ops::mean(none); }, Raises<InvalidArgument>("ops::mean" + rule));
  EXPECT_THAT([&] { ops::variance(none); }, Raises<InvalidArgument>("ops::variance" + rule));
  EXPECT_THAT([&] { ops::max(none); }, Raises<InvalidArgument>("ops::max" + rule));
  EXPECT_THAT([&] { ops::prod(none); }, Raises<InvalidArgument>("ops::prod" + rule));
  EXPECT_THAT([&] { ops::logsumexp(none); }, Raises<InvalidArgument>("ops::logsumexp" + rule));
  EXPECT_THAT([&] { ops::norm(none); }, Raises<InvalidArgument>("ops::norm" + rule));
  EXPECT_THAT([&] { ops::argmax(none); }, Raises<InvalidArgument>("ops::argmax" + rule));
}

using Reduce = Tensor (*)(const Tensor&, const ops::Axes&, bool);

struct ReductionCase {
  const char* name;
  Reduce op;
};

void PrintTo(const ReductionCase& reduction, std::ostream* out) { *out << reduction.name; }

class Reduction : public ::testing::TestWithParam<ReductionCase> {};

TEST_P(Reduction, GradientMatchesCentralDifferencesForAllAxes) {
  const Reduce op = GetParam().op;
  const Tensor x = testing::spread_sample({2, 3, 4}) * 0.7f;
  for (const ops::Axes& axes : axes_of_rank_3()) {
    for (const bool keepdims : {false, true}) {
      const auto f = [&](const Tensor& v) { return op(v, axes, keepdims); };
      EXPECT_LT(gradient_gap(f, x), 2e-3);
    }
  }
  EXPECT_LT(gradient_gap([&](const Tensor& v) { return op(v, {}, false); }, Tensor(0.7f)), 2e-3);
}

TEST_P(Reduction, IsTheSameForAnyNumberOfThreads) {
  const Reduce op = GetParam().op;
  const int before = num_threads();
  const KeepHelpers keep;
  const Tensor x = sample({20, 300, 50}, 0.9f, 1.1f);
  for (const ops::Axes& axes : axes_of_rank_3()) {
    set_num_threads(1);
    const Tensor alone = op(x, axes, false);
    set_num_threads(3);
    const Tensor shared = op(x, axes, false);
    EXPECT_TRUE(std::equal(alone.values().begin(), alone.values().end(), shared.values().begin()));
  }
  set_num_threads(before);
}

INSTANTIATE_TEST_SUITE_P(
    All, Reduction,
    ::testing::Values(ReductionCase{"sum", ops::sum}, ReductionCase{"mean", ops::mean},
                      ReductionCase{"variance", ops::variance}, ReductionCase{"max", ops::max},
                      ReductionCase{"min", ops::min}, ReductionCase{"prod", ops::prod},
                      ReductionCase{"logsumexp", ops::logsumexp}, ReductionCase{"norm", ops::norm}),
    [](const auto& reduction) { return std::string(reduction.param.name); });

}  // namespace reduction_test
}  // namespace strata
