// What docs/penalties.md shows, as a user writes it. The page shows the parts between the marks.
#include <gtest/gtest.h>

#include <cstdio>
#include <strata/config.hpp>
#include <strata/strata.hpp>

namespace strata::testing {
namespace penalties_page_test {

const Tensor kX = random::Generator(1).uniform({32, 6}, 0.0f, 1.0f);
const Tensor kY = random::Generator(2).uniform({32, 1}, 0.0f, 1.0f);

TEST(PenaltiesPage, DropsInputs) {
  // readme: groups
  Sequential model({layers::Input({6}),
                    layers::Dense({.units = 8,
                                   .activation = "relu",
                                   .kernel_regularizer = regularizers::GroupLasso(1e-2f)}),
                    layers::Dense({.units = 1,
                                   .kernel_regularizer = regularizers::GroupLasso(
                                       {.factor = 1e-2f, .groups = "inputs"})})});
  // readme: end
  model.compile({.loss = "mse"});
  model.fit(kX, kY, {.epochs = 1, .verbose = 0});
  EXPECT_EQ(model.penalties().size(), 2U);
  EXPECT_GT(model.penalties()[0].value.item(), 0.0f);
}

TEST(PenaltiesPage, AddsRules) {
  // readme: sum
  layers::Dense layer({.units = 8,
                       .kernel_regularizer = regularizers::Sum(
                           {regularizers::L2(1e-4f), regularizers::SpectralNorm(1e-3f)})});
  layer(kX);
  for (const Penalty& penalty : layer.penalties())
    std::printf("%s: %g\n", penalty.source.c_str(), static_cast<double>(penalty.value.item()));
  // readme: end
  EXPECT_EQ(layer.losses().size(), 1U);
  EXPECT_EQ(layer.penalties().size(), 2U);
}

TEST(PenaltiesPage, CountsNowAndThen) {
  // readme: now and then
  layers::Dense wide(
      {.units = 300,
       .kernel_regularizer = regularizers::NuclearNorm({.factor = 1e-4f, .every = 20})});
  // readme: end
  wide(kX);
  const regularizers::AtStep first(0);
  EXPECT_GT(wide.losses()[0].item(), 0.0f);
  const regularizers::AtStep second(1);
  EXPECT_EQ(wide.losses()[0].item(), 0.0f);
}

TEST(PenaltiesPage, StaysNearWhatAModelCameWith) {
  Sequential model({layers::Input({6}), layers::Dense({.units = 4, .name = "features"}),
                    layers::Dense({.units = 1})});
  model.compile({.loss = "mse"});
  // readme: towards
  // After model.load_weights(…), or whatever gave the weights their values:
  const auto is_old = [](const Layer& each) { return each.name() == "features"; };
  model.set_regularizer(is_old, "kernel", regularizers::Towards(regularizers::L2(0.1f)));
  // readme: end
  EXPECT_EQ(model.losses().at(0).item(), 0.0f);
  model.fit(kX, kY, {.epochs = 1, .verbose = 0});
  EXPECT_GT(model.losses().at(0).item(), 0.0f);
}

TEST(PenaltiesPage, MakesUnitsRarelyActive) {
  // readme: sparsity
  Sequential encoder({layers::Input({6}),
                      layers::Dense({.units = 16,
                                     .activation = "sigmoid",
                                     .activity_regularizer =
                                         regularizers::KLSparsity({.factor = 0.1f, .rho = 0.05f})}),
                      layers::Dense({.units = 6})});
  // readme: end
  encoder.compile({.loss = "mse"});
  encoder.fit(kX, kX, {.epochs = 1, .verbose = 0});
  EXPECT_GT(encoder.losses().at(0).item(), 0.0f);
}

TEST(PenaltiesPage, SmoothsWindows) {
  // readme: smooth
  layers::Conv2D filters(
      {.filters = 8,
       .kernel_size = 7,
       .kernel_regularizer = regularizers::TotalVariation({.factor = 1e-3f, .axes = {0, 1}})});
  // readme: end
  filters.build({1, 28, 28, 1});
  EXPECT_GT(filters.losses().at(0).item(), 0.0f);
}

TEST(PenaltiesPage, TakesNames) {
  // readme: names
  layers::Dense low_rank({.units = 8, .kernel_regularizer = "nuclear_norm"});  // a factor of 0.01
  // readme: end
  low_rank(kX);
  EXPECT_GT(low_rank.losses().at(0).item(), 0.0f);
}

}  // namespace penalties_page_test
}  // namespace strata::testing
