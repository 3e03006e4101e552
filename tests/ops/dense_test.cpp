// ops::dense against the ops it is made of.
#include <gtest/gtest.h>

#include <cmath>

#include "core/parallel.hpp"
#include "ops/fused_activation.hpp"
#include "ops/samples.hpp"
#include "strata/autodiff/gradient_tape.hpp"
#include "strata/core/errors.hpp"
#include "strata/core/threads.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/elementwise.hpp"
#include "strata/ops/linear_algebra.hpp"
#include "strata/ops/nn.hpp"
#include "strata/ops/reduction.hpp"
#include "support/gradient_gap.hpp"
#include "support/matchers.hpp"

namespace strata {
namespace {

using ops::FusedActivation;
using testing::gradient_gap;
using testing::IsClose;
using testing::Raises;
using testing::sample;

Tensor apply(FusedActivation activation, const Tensor& z) {
  switch (activation) {
    case FusedActivation::linear:
      return z;
    case FusedActivation::relu:
      return ops::relu(z);
    case FusedActivation::sigmoid:
      return ops::sigmoid(z);
    case FusedActivation::tanh:
      return ops::tanh(z);
  }
  return {};
}

class Dense : public ::testing::TestWithParam<FusedActivation> {
 protected:
  Tensor kernel = sample({3, 4}, -1, 1, 2);
  Tensor bias = sample({4}, -1, 1, 3);
};

TEST_P(Dense, IsProductBiasAndActivation) {
  for (const Shape& shape : {Shape{5, 3}, Shape{2, 5, 3}, Shape{0, 3}, Shape{4000, 3}}) {
    const Tensor x = sample(shape);
    EXPECT_THAT(ops::dense(x, kernel, bias, GetParam()),
                IsClose(apply(GetParam(), ops::matmul(x, kernel) + bias)));
    EXPECT_THAT(ops::dense(x, kernel, {}, GetParam()),
                IsClose(apply(GetParam(), ops::matmul(x, kernel))));
  }
}

TEST_P(Dense, GradientMatchesCentralDifferences) {
  const auto f = [](const std::vector<Tensor>& v) {
    return ops::dense(v[0], v[1], v.size() > 2 ? v[2] : Tensor(), GetParam());
  };
  for (const Shape& shape : {Shape{2, 3}, Shape{2, 2, 3}}) {
    EXPECT_LT(gradient_gap(f, {sample(shape, -1, 1, 6), kernel, bias}), 2e-3);
    EXPECT_LT(gradient_gap(f, {sample(shape, -1, 1, 6), kernel}), 2e-3);
  }
}

std::vector<Tensor> gradients(const std::vector<Tensor>& inputs, FusedActivation activation,
                              bool fused, bool twice) {
  GradientTape tape;
  std::vector<Tensor> v;
  for (const Tensor& input : inputs) v.push_back(tape.watch(input));
  const Tensor y = fused ? ops::dense(v[0], v[1], v[2], activation)
                         : apply(activation, ops::matmul(v[0], v[1]) + v[2]);
  Tensor loss = ops::sum(ops::square(y));
  if (twice) loss = loss + ops::sum(v[0]) + ops::sum(v[1]) + ops::sum(v[2]);
  return tape.gradient(loss, v);
}

TEST_P(Dense, GradientIsThatOfItsPartsForLargeInputs) {
  const std::vector<Tensor> inputs = {sample({700, 60}), sample({60, 130}, -1, 1, 2),
                                      sample({130}, -1, 1, 3)};
  for (const bool twice : {false, true}) {
    const auto fused = gradients(inputs, GetParam(), true, twice);
    const auto apart = gradients(inputs, GetParam(), false, twice);
    for (std::size_t i = 0; i < 3; ++i) EXPECT_THAT(fused[i], IsClose(apart[i]));
  }
}

TEST_P(Dense, IsTheSameForAnyNumberOfThreads) {
  const std::vector<Tensor> inputs = {sample({700, 60}), sample({60, 130}, -1, 1, 2),
                                      sample({130}, -1, 1, 3)};
  const int before = num_threads();
  const KeepHelpers keep;
  set_num_threads(1);
  const auto alone = gradients(inputs, GetParam(), true, true);
  set_num_threads(3);
  const auto shared = gradients(inputs, GetParam(), true, true);
  set_num_threads(before);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_THAT(shared[i], IsClose(alone[i], 0.0));
}

INSTANTIATE_TEST_SUITE_P(Activations, Dense,
                         ::testing::Values(FusedActivation::linear, FusedActivation::relu,
                                           FusedActivation::sigmoid, FusedActivation::tanh));

TEST(DenseOp, PassesNanOn) {
  const Tensor y = ops::dense(Tensor({1, 1}, {NAN}), ops::ones({1, 1}), {}, FusedActivation::relu);
  EXPECT_TRUE(std::isnan(y.item()));
}

TEST(DenseOp, RejectsShapesThatDoNotFit) {
  const Tensor kernel = ops::zeros({3, 4});
  EXPECT_THAT(
      [&] {
        ops::dense(ops::zeros({2, 5}), kernel, {});
      },
      Raises<ShapeError>("ops::dense: the input must have two axes or more, and its last "
                         "one must be as long as the first of the kernel's two. Received: "
                         "shapes (2, 5) and (3, 4)."));
  EXPECT_THAT([&] { ops::dense(ops::zeros({3}), kernel, {}); },
              Raises<ShapeError>("ops::dense: the input must have two axes or more, and its last "
                                 "one must be as long as the first of the kernel's two. Received: "
                                 "shapes (3,) and (3, 4)."));
  EXPECT_THAT(
      [&] {
        ops::dense(ops::zeros({2, 3}), kernel, ops::zeros({3}));
      },
      Raises<ShapeError>("ops::dense: the bias must have the shape (4,). Received: shape=(3,)."));
}

TEST(DenseOp, RejectsUndefinedTensors) {
  const std::string text = "ops::dense: the inputs must be defined. Received: an undefined tensor.";
  EXPECT_THAT([] { ops::dense({}, ops::zeros({3, 4}), {}); }, Raises<InvalidArgument>(text));
  EXPECT_THAT([] { ops::dense(ops::zeros({2, 3}), {}, {}); }, Raises<InvalidArgument>(text));
}

}  // namespace
}  // namespace strata
