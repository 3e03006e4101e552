// Every activation's value and gradient, against Keras's and against differences.
#include "strata/activations/functions.hpp"

#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <string>

#include "activations/builtin_name.hpp"
#include "strata/activations/activation.hpp"
#include "strata/autodiff/gradient_tape.hpp"
#include "strata/config.hpp"
#include "strata/core/errors.hpp"
#include "strata/ops/elementwise.hpp"
#include "support/golden.hpp"
#include "support/gradient_gap.hpp"
#include "support/matchers.hpp"

namespace strata {
namespace {

using testing::golden_cases;
using testing::golden_tensor;
using testing::gradient_gap;
using testing::IsClose;
using testing::Raises;

constexpr float kInfinity = std::numeric_limits<float>::infinity();

Tensor apply(const std::string& name, const Config& arguments, const Tensor& x) {
  if (arguments.empty()) return ActivationSpec(name)(x);
  const auto number = [&](const char* key) { return arguments.at(key).get<float>(); };
  const std::map<std::string, std::function<Tensor()>> parameterized = {
      {"relu",
       [&] {
         return activations::relu(x, {.negative_slope = number("negative_slope"),
                                      .max_value = number("max_value"),
                                      .threshold = number("threshold")});
       }},
      {"leaky_relu", [&] { return activations::leaky_relu(x, number("negative_slope")); }},
      {"elu", [&] { return activations::elu(x, number("alpha")); }},
      {"celu", [&] { return activations::celu(x, number("alpha")); }},
      {"gelu", [&] { return activations::gelu(x, {.approximate = true}); }},
      {"hard_shrink", [&] { return activations::hard_shrink(x, number("threshold")); }},
      {"soft_shrink", [&] { return activations::soft_shrink(x, number("threshold")); }},
      {"squareplus", [&] { return activations::squareplus(x, number("b")); }},
      {"glu", [&] { return activations::glu(x, arguments.at("axis").get<int>()); }},
      {"threshold",
       [&] { return activations::threshold(x, number("threshold"), number("default_value")); }},
      {"softmax", [&] { return activations::softmax(x, arguments.at("axis").get<int>()); }}};
  return parameterized.at(name)();
}

class ActivationGolden : public ::testing::TestWithParam<std::size_t> {};

TEST_P(ActivationGolden, AgreesWithKerasInValueAndGradient) {
  const Config& golden = golden_cases("activations").at(GetParam());
  GradientTape tape;
  const Tensor x = tape.watch(golden_tensor(golden["x"]));
  const Tensor y = apply(golden["activation"], golden["arguments"], x);
  EXPECT_THAT(y, IsClose(golden_tensor(golden["y"])));
  EXPECT_THAT(tape.gradient(y * golden_tensor(golden["dy"]), x),
              IsClose(golden_tensor(golden["x_gradient"])));
}

INSTANTIATE_TEST_SUITE_P(Keras, ActivationGolden,
                         ::testing::Range<std::size_t>(0, golden_cases("activations").size()),
                         [](const auto& test) {
                           const Config& golden = golden_cases("activations").at(test.param);
                           return golden["activation"].get<std::string>() + "_" +
                                  std::to_string(test.param);
                         });

class ActivationGradient : public ::testing::TestWithParam<std::string> {};

TEST_P(ActivationGradient, MatchesCentralDifferences) {
  const Tensor x({2, 4}, {-2.3f, -1.4f, -0.7f, -0.2f, 0.3f, 0.8f, 1.6f, 2.9f});
  EXPECT_LT(gradient_gap([](const Tensor& at) { return ActivationSpec(GetParam())(at); }, x), 1e-3);
}

INSTANTIATE_TEST_SUITE_P(Builtin, ActivationGradient,
                         ::testing::ValuesIn(activations::builtin_names()),
                         [](const auto& test) { return test.param; });

TEST(Relu, CutsShiftsAndLeaks) {
  const Tensor x({8}, {-3.0f, -1.0f, -0.5f, 0.0f, 0.5f, 1.0f, 3.0f, 7.0f});
  EXPECT_THAT(activations::relu(x, {.negative_slope = 0.1f, .max_value = 6.0f, .threshold = 1.0f}),
              IsClose(Tensor({8}, {-0.4f, -0.2f, -0.15f, -0.1f, -0.05f, 0.0f, 3.0f, 6.0f})));
}

TEST(Elu, HasItsSlopeAtZeroAndNoNanFarAway) {
  GradientTape tape;
  const Tensor x = tape.watch(Tensor({4}, {0.0f, 200.0f, -200.0f, -kInfinity}));
  const Tensor y = activations::elu(x, 0.5f);
  EXPECT_THAT(y, IsClose(Tensor({4}, {0.0f, 200.0f, -0.5f, -0.5f})));
  EXPECT_THAT(tape.gradient(y, x), IsClose(Tensor({4}, {0.5f, 1.0f, 0.0f, 0.0f})));
}

TEST(Sparsemax, ProjectsOntoTheSimplex) {  // where Keras 3.15 gives (0, 0, 0)
  EXPECT_THAT(activations::sparsemax(Tensor({3}, {1.0f, 2.0f, 2.5f})),
              IsClose(Tensor({3}, {0.0f, 0.25f, 0.75f})));
  EXPECT_THAT(activations::sparsemax(Tensor({3}, {1.0f, 2.0f, 3.5f})),
              IsClose(Tensor({3}, {0.0f, 0.0f, 1.0f})));
  EXPECT_THAT(activations::sparsemax(Tensor({2}, {0.5f, 0.5f})),
              IsClose(Tensor({2}, {0.5f, 0.5f})));
}

TEST(Sparsemax, WorksAlongAnyAxis) {
  const Tensor columns({3, 2}, {1.0f, 5.0f, 2.0f, 0.0f, 2.5f, 0.0f});
  EXPECT_THAT(activations::sparsemax(columns, 0),
              IsClose(Tensor({3, 2}, {0.0f, 1.0f, 0.25f, 0.0f, 0.75f, 0.0f})));
}

TEST(Sparsemax, GradientMatchesCentralDifferences) {
  const Tensor x({2, 3}, {1.0f, 2.0f, 2.5f, 0.1f, 0.2f, 0.4f});
  const auto along = [](int axis) {
    return [axis](const Tensor& at) { return activations::sparsemax(at, axis); };
  };
  EXPECT_LT(gradient_gap(along(-1), x), 1e-3);
  EXPECT_LT(gradient_gap(along(0), Tensor({2, 3}, {1.0f, 2.0f, 2.5f, 1.1f, 2.2f, 3.9f})), 1e-3);
}

TEST(Sparsemax, PassesNanOn) {
  const Tensor y = activations::sparsemax(Tensor({2}, {NAN, 1.0f}));
  EXPECT_TRUE(std::isnan(y.values()[0]));
}

TEST(Glu, GatesOneHalfWithTheOther) {
  const Tensor x({1, 4}, {2.0f, -4.0f, 0.0f, 100.0f});
  EXPECT_THAT(activations::glu(x), IsClose(Tensor({1, 2}, {1.0f, -4.0f})));
}

TEST(Glu, WorksAlongAnyAxis) {
  EXPECT_THAT(activations::glu(Tensor({2, 2}, {2.0f, -4.0f, 0.0f, 100.0f}), 0),
              IsClose(Tensor({1, 2}, {1.0f, -4.0f})));
}

TEST(Glu, RefusesAnOddExtent) {
  EXPECT_THAT(
      [] {
        activations::glu(Tensor({3}, {1.0f, 2.0f, 3.0f}));
      },
      Raises<ShapeError>("glu: the extent along the axis must be even. Received: axis=-1, "
                         "shape=(3,)."));
}

TEST(Threshold, ReplacesWhatDoesNotExceedIt) {
  EXPECT_THAT(activations::threshold(Tensor({3}, {0.5f, 1.0f, 2.0f}), 1.0f, -7.0f),
              IsClose(Tensor({3}, {-7.0f, -7.0f, 2.0f})));
}

TEST(Activations, SurviveLargeArguments) {
  const Tensor x({2}, {-1e4f, 1e4f});
  for (const char* name : {"softplus", "sigmoid", "silu", "mish", "log_sigmoid", "elu", "gelu",
                           "softmax", "log_softmax", "selu", "celu", "tanh"}) {
    GradientTape tape;
    const Tensor watched = tape.watch(x);
    const Tensor y = ActivationSpec(name)(watched);
    const Tensor gradient = tape.gradient(y, watched);
    for (const float value : y.values()) EXPECT_TRUE(std::isfinite(value)) << name;
    for (const float value : gradient.values()) EXPECT_TRUE(std::isfinite(value)) << name;
  }
}

}  // namespace
}  // namespace strata
