// The README's recipes: a regularizer, a layer and an op of one's own, weights by their paths, as a user or a contributor
// writes them. The README shows the parts between the marks.
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <strata/config.hpp>
#include <strata/strata.hpp>
#include <strata/xtensor.hpp>

#include "support/gradient_gap.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace {

// readme: regularizer
/// Penalizes neighbouring weights that differ: `factor * sum((x[i + 1] - x[i])^2)`.
class Smooth : public Regularizer {
 public:
  explicit Smooth(float factor) : factor_(factor) {}

  Tensor operator()(const Tensor& x) const override {
    const std::int64_t last = x.shape().front() - 1;
    const Tensor steps = ops::slice(x, {1, 0}, {last, -1}) - ops::slice(x, {0, 0}, {last, -1});
    return factor_ * ops::sum(ops::square(steps));
  }
  Config get_config() const override { return {{"factor", factor_}}; }
  static Smooth from_config(const Config& config) { return Smooth(config.at("factor")); }

 private:
  float factor_;
};
// readme: end

// readme: layer
/// Multiplies each feature by a learned gain, whose penalty is a slot like any other.
class Gain : public Layer {
 public:
  Tensor call(const Tensor& inputs, const CallContext&) override { return inputs * gain_; }

 protected:
  void create_weights(const Shape& inputs) override {
    gain_ = add_weight({.name = "gain", .shape = {inputs.back()}, .initializer = "ones"});
  }

 private:
  Variable gain_;
};
// readme: end

// readme: weights
/// Gives `to` the weights of `from` that have the same path and shape; returns how many.
int transfer(const Layer& from, Layer& to) {
  std::map<std::string, Variable> sources;
  for (const auto& [path, weight] : from.named_weights()) sources.emplace(path, weight);
  int count = 0;
  for (const auto& [path, weight] : to.named_weights()) {
    const auto source = sources.find(path);
    if (source == sources.end() || source->second.shape() != weight.shape()) continue;
    weight.assign(source->second);
    ++count;
  }
  return count;
}
// readme: end

// readme: op
/// softsign(x) = x / (1 + |x|),   d/dx = 1 / (1 + |x|)^2
Tensor softsign(const Tensor& x) {
  const Tensor denominator = 1.0f + ops::abs(x);
  return autodiff::record("softsign", x / denominator, {x},
                          [denominator](const Tensor& gradient, autodiff::InputGradients& inputs) {
                            inputs.add(0, gradient / ops::square(denominator));
                          });
}
// readme: end

// readme: xtensor view
/// The largest element of each row, by xtensor, from the tensor's own elements.
xt::xarray<float> row_maxima(const Tensor& x) {
  const auto view = as_xtensor(x);  // no copy; keeps the elements alive
  return xt::amax(view, {1});
}
// readme: end

// readme: xtensor adoption
/// A tensor that takes over the elements of an array, which must not be used afterwards.
Tensor squares_up_to(std::size_t count) {
  xt::xtensor<float, 1> squares = xt::square(xt::arange<float>(static_cast<float>(count)));
  return from_xtensor(std::move(squares));  // no copy
}
// readme: end

// readme: xtensor op
/// softsign(x) = x / (1 + |x|),   d/dx = 1 / (1 + |x|)^2
Tensor softsign_by_xtensor(const Tensor& x) {
  return xtensor_op(
      "softsign", {x}, [](const auto& at) { return at / (1.0f + xt::abs(at)); },
      [](const auto& upstream, const auto& at) {
        return upstream / xt::square(1.0f + xt::abs(at));
      });
}
// readme: end

// readme: xtensor regularizer
/// Penalizes large weights less than L2 does: `factor * sum(log(1 + x^2))`.
class Cauchy : public Regularizer {
 public:
  explicit Cauchy(float factor) : factor_(factor) {}

  Tensor operator()(const Tensor& x) const override {
    return xtensor_penalty(
        "Cauchy", x, [this](const auto& w) { return factor_ * xt::sum(xt::log1p(w * w)); },
        [factor = factor_](const auto& w) { return factor * 2.0f * w / (1.0f + w * w); });
  }

 private:
  float factor_;
};
// readme: end

// readme: spectral
/// `factor` times the largest singular value of a kernel, by which it can stretch its input most.
Tensor spectral_norm(const Tensor& kernel) {
  const Tensor matrix = ops::reshape(kernel, {-1, kernel.shape().back()});
  return 0.01f * ops::max(ops::linalg::svd(matrix, {.compute_uv = false}).s);
}
// readme: end

TEST(Recipes, ARegularizerIsAFunctionWithAConfig) {
  register_serializable<Smooth>({.package = "readme", .name = "Smooth"});
  layers::Dense layer({.units = 2, .kernel_regularizer = Smooth(0.5f)});
  layer.build({1, 3});
  layer.set_weights({Tensor({3, 2}, {0, 0, 1, 0, 1, 2}), Tensor({2}, {0, 0})});
  EXPECT_FLOAT_EQ(layer.losses().at(0).item(), 0.5f * (1 + 4));

  layers::Dense twin = layers::Dense::from_config(layer.get_config());
  EXPECT_FLOAT_EQ(twin.kernel_regularizer()(layer.kernel()).item(), 2.5f);
}

TEST(Recipes, ALayersWeightTakesAPenalty) {
  Gain layer;
  layer.set_regularizer("gain", "l2");
  EXPECT_THAT(layer(Tensor({1, 2}, {3, 4})), IsClose(Tensor({1, 2}, {3, 4})));
  EXPECT_FLOAT_EQ(layer.losses().at(0).item(), 0.02f);
}

TEST(Recipes, WeightsAreFoundByPath) {
  const auto network = [](int classes) {
    Sequential model({layers::Dense({.units = 3, .name = "hidden"}),
                      layers::Dense({.units = classes, .name = "head"})});
    model.build({1, 4});
    return model;
  };
  const Sequential trained = network(10);
  Sequential model = network(2);
  EXPECT_EQ(transfer(trained, model), 2);
  EXPECT_THAT(model.get_layer("hidden").weight("kernel").value(),
              IsClose(trained.get_layer("hidden").weight("kernel").value(), 0.0));
}

TEST(Recipes, AnOpIsAValueWithItsGradient) {
  EXPECT_FLOAT_EQ(softsign(Tensor(1.0f)).item(), 0.5f);
  EXPECT_LT(gradient_gap([](const Tensor& x) { return softsign(x); },
                         Tensor({4}, {-2.0f, -0.5f, 0.5f, 3.0f})),
            1e-3);
}

TEST(Recipes, XtensorReadsATensorAndGivesItsArrayAway) {
  EXPECT_THAT(Tensor(row_maxima(Tensor({2, 2}, {1, 2, 4, 3}))), IsClose(Tensor({2}, {2, 4})));
  EXPECT_THAT(squares_up_to(4), IsClose(Tensor({4}, {0, 1, 4, 9})));
}

TEST(Recipes, AnOpMayBeXtensorExpressions) {
  const Tensor x({4}, {-2.0f, -0.5f, 0.5f, 3.0f});
  EXPECT_THAT(softsign_by_xtensor(x), IsClose(softsign(x)));
  EXPECT_LT(gradient_gap([](const Tensor& at) { return softsign_by_xtensor(at); }, x), 1e-3);
}

TEST(Recipes, APenaltyMayBeXtensorExpressions) {
  layers::Dense layer({.units = 2, .kernel_initializer = "ones", .kernel_regularizer = Cauchy(2)});
  layer.build({1, 3});
  EXPECT_NEAR(layer.losses().at(0).item(), 2 * 6 * std::log(2.0f), 1e-4f);
  GradientTape tape;
  const Tensor gradient = tape.gradient(layer.losses().at(0), layer.kernel());
  EXPECT_THAT(gradient, IsClose(2.0f * ops::ones({3, 2})));
}

TEST(Recipes, APenaltyMayBeADecomposition) {
  layers::Dense layer(
      {.units = 2, .kernel_initializer = "ones", .kernel_regularizer = spectral_norm});
  layer.build({1, 8});
  EXPECT_NEAR(layer.losses().at(0).item(), 0.04f, 1e-6f);
  EXPECT_LT(gradient_gap(spectral_norm, Tensor({2, 2}, {3, 1, -1, 1})), 1e-3);
}

}  // namespace
}  // namespace strata::testing
