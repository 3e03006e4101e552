// Proximal steps of rules that see more than one weight at once: training ends where the loss with the penalty is least.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "strata/autodiff/gradient_tape.hpp"
#include "strata/config.hpp"
#include "strata/layers/dense.hpp"
#include "strata/layers/input.hpp"
#include "strata/models/sequential.hpp"
#include "strata/ops/ops.hpp"
#include "strata/optimizers/adadelta.hpp"
#include "strata/optimizers/adagrad.hpp"
#include "strata/optimizers/adam.hpp"
#include "strata/optimizers/adamax.hpp"
#include "strata/optimizers/nadam.hpp"
#include "strata/optimizers/rmsprop.hpp"
#include "strata/optimizers/sgd.hpp"
#include "strata/regularizers/group_lasso.hpp"
#include "strata/regularizers/l1.hpp"
#include "strata/regularizers/l2.hpp"
#include "strata/regularizers/nuclear_norm.hpp"
#include "strata/regularizers/proximal.hpp"
#include "strata/regularizers/sparse_group_lasso.hpp"
#include "strata/regularizers/sum.hpp"
#include "strata/regularizers/towards.hpp"
#include "strata/tensor/random.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace proximal_groups_test {
namespace {

using optimizers::Adadelta;
using optimizers::Adagrad;
using optimizers::Adam;
using optimizers::Adamax;
using optimizers::Nadam;
using optimizers::RMSprop;
using optimizers::SGD;
using regularizers::GroupLasso;
using regularizers::L1;
using regularizers::L2;
using regularizers::NuclearNorm;
using regularizers::Proximal;
using regularizers::SparseGroupLasso;
using regularizers::Sum;
using regularizers::Towards;

constexpr int kInputs = 6;
constexpr int kUnits = 3;
constexpr double kGap = 1e-4;

// The targets follow from the first two of six inputs.
const Tensor& inputs() {
  static const Tensor x = random::Generator(3).normal({64, kInputs});
  return x;
}

// The third coefficient, which L1 makes 0.
constexpr float kSmall = 0.02f;

Tensor targets() {
  const Tensor coefficients({2, kUnits}, {1.0f, -0.5f, kSmall, 0.3f, 0.8f, -1.0f});
  return ops::matmul(ops::slice(inputs(), {0, 0}, {64, 2}), coefficients);
}

// An optimizer and the rates that bring it to rest, each for a thousand steps.
struct Way {
  OptimizerSpec optimizer;
  std::vector<float> rates;
};

// Full batches, so that the minimum of the convex loss is reached.
Sequential trained(const RegularizerSpec& rule, const Way& way, const Tensor& start) {
  Sequential model({layers::Input({kInputs}),
                    layers::Dense({.units = kUnits, .use_bias = false, .name = "dense"})});
  model.set_weights({start});
  model.get_layer("dense").set_regularizer("kernel", rule);
  model.compile({.optimizer = way.optimizer->renewed(), .loss = "mse"});
  const Tensor y = targets();
  for (const float rate : way.rates) {
    model.optimizer().set_learning_rate(rate);
    for (int step = 0; step < 1000; ++step) model.train_on_batch(inputs(), y);
  }
  return model;
}

Tensor any_start() { return random::Generator(5).normal({kInputs, kUnits}); }

Tensor gradient_of_data_loss(const Sequential& model) {
  const Variable kernel("kernel", model.get_weights()[0]);
  GradientTape tape;
  const Tensor loss = ops::mean(ops::square(ops::matmul(inputs(), kernel.value()) - targets()));
  return tape.gradient(loss, {kernel})[0];
}

std::vector<Way> ways_with_one_step() {
  return {{SGD(), {0.1f, 0.1f, 0.1f}},
          {SGD({.momentum = 0.9f}), {0.02f, 0.02f, 0.02f}},
          {SGD({.momentum = 0.9f, .nesterov = true}), {0.02f, 0.02f, 0.02f}}};
}

std::vector<Way> ways_with_own_steps() {
  return {{Adam(), {1e-2f, 1e-3f, 1e-4f}},
          {Adam({.amsgrad = true}), {3e-2f, 1e-2f, 1e-2f}},
          {Nadam(), {1e-2f, 1e-3f, 1e-4f}},
          {RMSprop(), {1e-2f, 1e-3f, 1e-4f}},
          {RMSprop({.momentum = 0.95f}), {1e-4f, 1e-4f, 1e-4f, 1e-4f, 1e-4f, 1e-4f}},
          {RMSprop({.centered = true}), {1e-4f, 1e-4f, 1e-4f}},
          {Adagrad(), {0.3f, 0.3f, 0.3f}},
          {Adamax(), {1e-2f, 1e-2f, 1e-3f}},
          {Adadelta(), {20.0f, 5.0f, 1.0f}}};
}

std::vector<Way> all_ways() {
  std::vector<Way> ways = ways_with_one_step();
  for (const Way& way : ways_with_own_steps()) ways.push_back(way);
  return ways;
}

struct Factors {
  double l1 = 0.0;
  double l2 = 0.0;
  double group = 0.0;
  int zero_rows = 4;
};

// The conditions of Karush, Kuhn and Tucker, row by row of the kernel.
void expect_minimum(const Sequential& model, const Factors& factors) {
  const std::string by = model.compile_options().optimizer->get_config().dump();
  const Tensor kernel = model.get_weights()[0];
  const Tensor gradient = gradient_of_data_loss(model);
  int zero_rows = 0;
  for (int row = 0; row < kInputs; ++row) {
    const auto w = kernel.values().subspan(static_cast<std::size_t>(row) * kUnits, kUnits);
    const auto g = gradient.values().subspan(static_cast<std::size_t>(row) * kUnits, kUnits);
    double norm = 0.0;
    double soft_norm = 0.0;
    for (std::size_t i = 0; i < kUnits; ++i) {
      norm = std::hypot(norm, double{w[i]});
      soft_norm = std::hypot(soft_norm, std::max(std::abs(double{g[i]}) - factors.l1, 0.0));
    }
    const double strength = factors.group * std::sqrt(double{kUnits});
    if (norm == 0.0) {
      ++zero_rows;
      EXPECT_LE(soft_norm, strength + kGap) << by << ", row " << row;
      continue;
    }
    for (std::size_t i = 0; i < kUnits; ++i) {
      const double smooth =
          double{g[i]} + 2.0 * factors.l2 * double{w[i]} + strength * double{w[i]} / norm;
      if (w[i] == 0.0f && factors.l1 > 0.0) {
        EXPECT_LE(std::abs(double{g[i]}), factors.l1 + kGap) << by << ", row " << row << ", " << i;
      } else {
        EXPECT_NEAR(smooth + std::copysign(factors.l1, double{w[i]}), 0.0, kGap)
            << by << ", row " << row << ", " << i;
      }
    }
  }
  EXPECT_EQ(zero_rows, factors.zero_rows) << by;
}

TEST(ProximalGroups, ReachTheMinimumUnderGroupLasso) {
  for (const Way& way : all_ways()) {
    expect_minimum(trained(Proximal(GroupLasso(0.05f)), way, any_start()),
                   {.group = double{0.05f}});
  }
}

TEST(ProximalGroups, ReachTheMinimumUnderSparseGroupLasso) {
  for (const Way& way : all_ways()) {
    const Sequential model = trained(Proximal(SparseGroupLasso(0.03f, 0.03f)), way, any_start());
    expect_minimum(model, {.l1 = double{0.03f}, .group = double{0.03f}});
    EXPECT_EQ(model.get_weights()[0].values()[2], 0.0f);  // whose coefficient is 0.02
  }
}

TEST(ProximalGroups, ReachTheMinimumUnderASum) {
  const RegularizerSpec sum = Sum({L1(0.02f), L2(0.1f), GroupLasso(0.04f)});
  for (const Way& way : all_ways()) {
    expect_minimum(trained(Proximal(sum), way, any_start()),
                   {.l1 = double{0.02f}, .l2 = double{0.1f}, .group = double{0.04f}});
  }
}

// Most weights are small there, and with them the gradients of the data loss.
TEST(ProximalGroups, ReachTheMinimumUnderL2) {
  for (const Way& way : all_ways()) {
    expect_minimum(trained(Proximal(L2(0.1f)), way, any_start()),
                   {.l2 = double{0.1f}, .zero_rows = 0});
  }
}

// |g| <= factor in the dual norm, and <g, w> = -factor |w|, are the same conditions.
TEST(ProximalGroups, ReachTheMinimumUnderTheNuclearNorm) {
  constexpr float kFactor = 0.2f;
  for (const Way& way : ways_with_one_step()) {
    const Sequential model = trained(Proximal(NuclearNorm(kFactor)), way, any_start());
    const Tensor kernel = model.get_weights()[0];
    const Tensor gradient = gradient_of_data_loss(model);
    const Tensor of_kernel = ops::linalg::svd(kernel).s;
    const Tensor of_gradient = ops::linalg::svd(gradient).s;
    EXPECT_LT(of_kernel.values()[2], 1e-6f);
    EXPECT_LE(of_gradient.values()[0], kFactor + kGap);
    EXPECT_NEAR(ops::sum(gradient * kernel).item(), -kFactor * ops::sum(of_kernel).item(), kGap);
  }
}

TEST(ProximalGroups, ReachTheMinimumTowardsAReference) {
  constexpr float kFactor = 0.05f;
  const Tensor start = any_start();
  for (const Way& way : all_ways()) {
    const Sequential model = trained(Proximal(Towards(L1(kFactor))), way, start);
    const Tensor kernel = model.get_weights()[0];
    const Tensor gradient = gradient_of_data_loss(model);
    int kept = 0;
    for (std::size_t i = 0; i < kInputs * kUnits; ++i) {
      const float moved = kernel.values()[i] - start.values()[i];
      const float g = gradient.values()[i];
      if (moved == 0.0f) {
        ++kept;
        EXPECT_LE(std::abs(g), kFactor + kGap) << i;
      } else {
        EXPECT_NEAR(g, -std::copysign(kFactor, moved), kGap)
            << way.optimizer->get_config().dump() << ", " << i;
      }
    }
    EXPECT_GT(kept, 0);
  }
}

TEST(ProximalGroups, RefuseWhatHasNoStep) {
  Sequential model({layers::Input({kInputs}), layers::Dense({.units = kUnits, .name = "dense"})});
  model.get_layer("dense").set_regularizer("kernel", Proximal(NuclearNorm(0.1f)));
  EXPECT_THAT([&] { model.compile({.optimizer = Adam(), .loss = "mse"}); },
              RaisesWith<InvalidArgument>("Proximal"));
  EXPECT_THAT(
      [] {
        Proximal{Sum({L1(0.1f), L1(0.2f)})};
      },
      RaisesWith<InvalidArgument>("Received: Sum, which has no proximal operator."));
  EXPECT_THAT(
      [] {
        Sum({L2(0.1f), Proximal(L1(0.1f))});
      },
      Raises("Sum: a Proximal goes outside: Proximal(Sum({…})). Received: Proximal as rule "
             "1."));
  EXPECT_THAT(
      [] { Towards{RegularizerSpec(Proximal(L1(0.1f)))}; },
      Raises("Towards: a Proximal goes outside: Proximal(Towards(rule)). Received: Proximal "
             "inside."));
}

}  // namespace
}  // namespace proximal_groups_test
}  // namespace strata::testing
