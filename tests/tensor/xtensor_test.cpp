// The bridge to xtensor: views and adoption without a copy, ops and penalties as expressions.
#include "strata/xtensor.hpp"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "strata/autodiff/gradient_tape.hpp"
#include "strata/core/errors.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/elementwise.hpp"
#include "strata/ops/reduction.hpp"
#include "strata/tensor/variable.hpp"
#include "support/gradient_gap.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace xtensor_test {

const std::vector<float> kOneToSix = {1, 2, 3, 4, 5, 6};

template <class A>
std::vector<float> values_of(const A& array) {
  return {array.begin(), array.end()};
}

TEST(ToXtensor, GivesACopyWithTheSameShapeAndValues) {
  const Tensor x({2, 3}, kOneToSix);
  xt::xarray<float> array = to_xtensor(x);
  ASSERT_EQ(array.dimension(), 2U);
  EXPECT_EQ(array.shape(0), 2U);
  EXPECT_EQ(array(1, 0), 4.0f);
  array(0, 0) = 100.0f;
  EXPECT_EQ(x.values()[0], 1.0f);
}

TEST(ToXtensor, TakesScalarsAndEmptyTensors) {
  EXPECT_EQ(to_xtensor(Tensor(3.0f)).dimension(), 0U);
  EXPECT_EQ(to_xtensor(Tensor(3.0f))(), 3.0f);
  EXPECT_EQ(to_xtensor(Tensor({0, 3}, std::vector<float>{})).size(), 0U);
}

TEST(ToXtensor, OutlivesTheTensor) {
  xt::xarray<float> array;
  array = to_xtensor(Tensor({6}, kOneToSix));
  EXPECT_EQ(values_of(array), kOneToSix);
}

TEST(ToXtensor, RefusesAnUndefinedTensor) {
  EXPECT_THAT([] { to_xtensor(Tensor()); },
              Raises<InvalidArgument>(
                  "to_xtensor: the tensor must be defined. Received: an undefined tensor."));
}

// ---- views

TEST(AsXtensor, IsTheTensorsOwnElements) {
  const Tensor x({2, 3}, kOneToSix);
  const auto view = as_xtensor(x);
  EXPECT_EQ(view.data(), x.data());
  ASSERT_EQ(view.dimension(), 2U);
  EXPECT_EQ(view.shape(1), 3U);
  EXPECT_EQ(view(1, 0), 4.0f);
  static_assert(std::is_same_v<decltype(view.data()), const float*>);
  const xt::xarray<float> doubled = 2.0f * view;
  EXPECT_EQ(values_of(doubled), (std::vector<float>{2, 4, 6, 8, 10, 12}));
}

TEST(AsXtensor, KeepsTheElementsAlive) {
  const auto view = as_xtensor(2.0f * Tensor({6}, kOneToSix));
  const Tensor other = ops::zeros({6});  // would take the block, had it been given back
  EXPECT_EQ(values_of(view), (std::vector<float>{2, 4, 6, 8, 10, 12}));
  auto copy = view;
  EXPECT_EQ(copy.data(), view.data());
  EXPECT_NE(copy.data(), other.data());
}

TEST(AsXtensor, TakesScalarsEmptyTensorsAndVariables) {
  EXPECT_EQ(as_xtensor(Tensor(3.0f)).dimension(), 0U);
  EXPECT_EQ(as_xtensor(Tensor(3.0f))(), 3.0f);
  EXPECT_EQ(as_xtensor(Tensor({0, 3}, std::vector<float>{})).size(), 0U);
  const Variable weight("weight", Tensor({2}, {1, 2}));
  EXPECT_EQ(as_xtensor(weight)(1), 2.0f);
}

TEST(AsXtensor, RefusesAnUndefinedTensor) {
  EXPECT_THAT([] { as_xtensor(Tensor()); },
              Raises<InvalidArgument>(
                  "as_xtensor: the tensor must be defined. Received: an undefined tensor."));
}

// ---- adoption

TEST(FromXtensor, TakesArraysOverWithoutACopy) {
  xt::xarray<float> array = {{1, 2, 3}, {4, 5, 6}};
  const float* const elements = array.data();
  const Tensor x = from_xtensor(std::move(array));
  EXPECT_EQ(x.data(), elements);
  EXPECT_THAT(x, IsClose(Tensor({2, 3}, kOneToSix)));

  xt::xtensor<float, 1> tensor = {1, 2, 3, 4, 5, 6};
  const float* const others = tensor.data();
  const Tensor y = from_xtensor(std::move(tensor));
  EXPECT_EQ(y.data(), others);
  EXPECT_THAT(y, IsClose(Tensor({6}, kOneToSix)));
  tensor = xt::xtensor<float, 1>{7};  // what was given away may be assigned to
  EXPECT_THAT(y, IsClose(Tensor({6}, kOneToSix)));
}

TEST(FromXtensor, OutlivesTheArrayAndIsATensorLikeAnyOther) {
  Tensor x;
  {
    xt::xarray<float> array = {1, 2, 3};
    x = from_xtensor(std::move(array));
  }
  const Tensor copy = x;
  x = Tensor();
  EXPECT_THAT(copy * 2.0f + copy, IsClose(Tensor({3}, {3, 6, 9})));
  EXPECT_LT(gradient_gap([](const Tensor& at) { return ops::square(at); }, copy), 1e-3);
}

TEST(FromXtensor, TakesScalarsAndEmptyArrays) {
  EXPECT_THAT(from_xtensor(xt::xarray<float>(3.0f)), IsClose(Tensor(3.0f)));
  EXPECT_EQ(from_xtensor(xt::xarray<float>::from_shape({0, 3})).shape(), Shape({0, 3}));
}

template <class A>
concept CanBeTakenOver = requires(A&& array) {
  from_xtensor(std::forward<A>(array));
};

// What can't be taken over without a copy doesn't compile; it must be copied in so many words.
TEST(FromXtensor, RefusesWhatItWouldHaveToCopy) {
  static_assert(CanBeTakenOver<xt::xarray<float>> && CanBeTakenOver<xt::xtensor<float, 2>>);
  static_assert(!CanBeTakenOver<xt::xarray<float>&> && !CanBeTakenOver<const xt::xarray<float>>);
  static_assert(!CanBeTakenOver<xt::xarray<double>>);
  static_assert(!CanBeTakenOver<xt::xarray<float, xt::layout_type::column_major>>);
  static_assert(!CanBeTakenOver<xt::xarray<float, xt::layout_type::dynamic>>);
  static_assert(!CanBeTakenOver<XtensorView>);
  const xt::xarray<float, xt::layout_type::column_major> by_columns = {{1, 2, 3}, {4, 5, 6}};
  EXPECT_THAT(Tensor(by_columns), IsClose(Tensor({2, 3}, kOneToSix)));
}

// ---- ops

Tensor hypot(const Tensor& a, const Tensor& b) {
  return xtensor_op(
      "hypot", {a, b}, [](const auto& x, const auto& y) { return xt::sqrt(x * x + y * y); },
      [](const auto& upstream, const auto& x, const auto& y) {
        return upstream * x / xt::sqrt(x * x + y * y);
      },
      [](const auto& upstream, const auto& x, const auto& y) {
        return upstream * y / xt::sqrt(x * x + y * y);
      });
}

TEST(XtensorOp, IsAValueWithAGradientPerInput) {
  const Tensor a({2, 2}, {3, 6, -5, 0.5f});
  const Tensor b({2, 2}, {4, -8, 12, 1.2f});
  EXPECT_THAT(hypot(a, b), IsClose(Tensor({2, 2}, {5, 10, 13, 1.3f})));
  EXPECT_LT(gradient_gap([](const std::vector<Tensor>& x) { return hypot(x[0], x[1]); }, {a, b}),
            1e-3);
  // Added to what other uses of an input give, and to the other input's if both are the same.
  EXPECT_LT(gradient_gap([](const Tensor& x) { return hypot(x, 2.0f * x) * x + hypot(x, x); }, a),
            1e-3);
}

TEST(XtensorOp, ReadsTheTensorsThemselves) {
  const Tensor x({3}, {1, 2, 3});
  const float* seen = nullptr;
  const float* seen_backward = nullptr;
  const auto same = [&](const Tensor& at) {
    return xtensor_op(
        "same", {at},
        [&](const auto& view) {
          seen = view.data();
          return 1.0f * view;
        },
        [&seen_backward](const auto& upstream, const auto& view) {
          seen_backward = view.data();
          return 1.0f * upstream;
        });
  };
  GradientTape tape;
  const Tensor watched = tape.watch(x);
  tape.gradient(ops::sum(same(watched)), watched);
  EXPECT_EQ(seen, x.data());
  EXPECT_EQ(seen_backward, x.data());
}

TEST(XtensorOp, ComputesOnlyTheGradientsThatAreWanted) {
  int calls = 0;
  const auto product = [&](const Tensor& a, const Tensor& b) {
    return xtensor_op(
        "product", {a, b}, [](const auto& x, const auto& y) { return x * y; },
        [](const auto& upstream, const auto&, const auto& y) { return upstream * y; },
        [&calls](const auto& upstream, const auto& x, const auto&) {
          ++calls;
          return upstream * x;
        });
  };
  const Variable weight("weight", Tensor({2}, {1, 2}));
  GradientTape tape;
  const Tensor loss = ops::sum(product(weight, Tensor({2}, {3, 4})));
  EXPECT_THAT(tape.gradient(loss, weight), IsClose(Tensor({2}, {3, 4})));
  EXPECT_EQ(calls, 0);
}

TEST(XtensorOp, BroadcastsIfItsGradientSums) {
  const auto add_bias = [](const Tensor& x, const Tensor& bias) {
    return xtensor_op(
        "add_bias", {x, bias}, [](const auto& at, const auto& b) { return at + b; },
        [](const auto& upstream, const auto&, const auto&) { return 1.0f * upstream; },
        [](const auto& upstream, const auto&, const auto&) { return xt::sum(upstream, {0}); });
  };
  EXPECT_THAT(add_bias(Tensor({2, 3}, kOneToSix), Tensor({3}, {1, 0, -1})),
              IsClose(Tensor({2, 3}, {2, 2, 2, 5, 5, 5})));
  EXPECT_LT(gradient_gap([&](const std::vector<Tensor>& x) { return add_bias(x[0], x[1]); },
                         {Tensor({2, 3}, kOneToSix), Tensor({3}, {1, 0, -1})}),
            1e-3);
}

TEST(XtensorOp, TakesEmptyTensors) {
  const Tensor none({0, 3}, std::vector<float>{});
  EXPECT_EQ(hypot(none, none).shape(), Shape({0, 3}));
}

TEST(XtensorOp, RefusesWhatDoesNotFit) {
  EXPECT_THAT(
      [] { hypot(Tensor(), Tensor(1.0f)); },
      Raises<InvalidArgument>("hypot: the tensor must be defined. Received: an undefined tensor."));
  EXPECT_THROW(hypot(Tensor({2}, {1, 2}), Tensor({3}, {1, 2, 3})), ShapeError);
  const auto scaled = [](const Tensor& x, const Tensor& scale) {
    return xtensor_op(
        "scaled", {x, scale}, [](const auto& at, const auto& s) { return at * s; },
        [](const auto& upstream, const auto&, const auto& s) { return upstream * s; },
        [](const auto& upstream, const auto& at, const auto&) { return upstream * at; });
  };
  EXPECT_THAT(
      [&] {
        GradientTape tape;
        const Tensor scale = tape.watch(Tensor(2.0f));
        tape.gradient(ops::sum(scaled(Tensor({3}, {1, 2, 3}), scale)), scale);
      },
      Raises<ShapeError>(
          "scaled: the gradient of input 1 must have the input's shape, (). Received: "
          "shape=(3,)."));
}

// ---- penalties

Tensor cauchy(const Tensor& x, float factor) {
  return xtensor_penalty(
      "cauchy", x, [&](const auto& w) { return factor * xt::sum(xt::log1p(w * w)); },
      [factor](const auto& w) { return factor * 2.0f * w / (1.0f + w * w); });
}

TEST(XtensorPenalty, IsANumberWithAGradient) {
  const Tensor x({2, 2}, {1, -2, 0.5f, 3});
  EXPECT_THAT(cauchy(x, 0.5f), IsClose(0.5f * ops::sum(ops::log(1.0f + x * x))));
  EXPECT_LT(
      gradient_gap([](const Tensor& at) { return 3.0f * cauchy(at, 0.5f) + cauchy(at, 1); }, x),
      1e-3);
}

TEST(XtensorPenalty, MayBeAPlainNumber) {
  const auto first = [](const Tensor& x) {
    return xtensor_penalty(
        "first", x, [](const auto& w) { return w(0) * w(0); },
        [](const auto& w) {
          xt::xarray<float> gradient = xt::zeros<float>(w.shape());
          gradient(0) = 2.0f * w(0);
          return gradient;
        });
  };
  EXPECT_LT(gradient_gap(first, Tensor({2}, {3, 4})), 1e-3);
}

TEST(XtensorPenalty, RefusesWhatDoesNotFit) {
  const Tensor x({2}, {1, 2});
  EXPECT_THAT(
      [&] {
        xtensor_penalty(
            "p", x, [](const auto& w) { return w * w; }, [](const auto& w) { return 2.0f * w; });
      },
      Raises<ShapeError>("p: a penalty must be a single number. Received: shape=(2,)."));
  EXPECT_THROW(cauchy(Tensor(), 1.0f), InvalidArgument);
  EXPECT_THAT(
      [&] {
        GradientTape tape;
        const Tensor watched = tape.watch(x);
        tape.gradient(xtensor_penalty(
                          "p", watched, [](const auto& w) { return xt::sum(w); },
                          [](const auto& w) { return xt::sum(w); }),
                      watched);
      },
      Raises<ShapeError>("p: the gradient of input 0 must have the input's shape, (2,). Received: "
                         "shape=()."));
}

}  // namespace xtensor_test
}  // namespace strata::testing
