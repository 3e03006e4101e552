// What docs/shrinking.md shows, as a user writes it. The page shows the parts between the marks.
#include <gtest/gtest.h>

#include <strata/strata.hpp>

#include "support/matchers.hpp"

namespace strata::testing {
namespace shrinking_page_test {
namespace {

// Targets that follow from two of eight inputs.
const Tensor& inputs() {
  static const Tensor x = random::Generator(3).normal({64, 8});
  return x;
}

Tensor targets() { return ops::sum(ops::slice(inputs(), {0, 0}, {64, 2}), {1}, true); }

Sequential three_layers() {
  set_random_seed(1);
  return Sequential({layers::Input({8}), layers::Dense({.units = 16, .activation = "relu"}),
                     layers::Dense({.units = 16, .activation = "relu"}), layers::Dense(1)});
}

TEST(ShrinkingPage, TrainsZerosAndTakesThemOut) {
  set_random_seed(1);
  // readme: train
  const auto rule = regularizers::Proximal(regularizers::GroupLasso(0.02f));
  Sequential model({layers::Input({8}),
                    layers::Dense({.units = 16, .activation = "relu", .kernel_regularizer = rule}),
                    layers::Dense({.units = 16, .activation = "relu", .kernel_regularizer = rule}),
                    layers::Dense({.units = 1, .kernel_regularizer = rule})});
  model.compile({.optimizer = optimizers::Adam(0.01f), .loss = "mse"});
  model.fit(inputs(), targets(), {.epochs = 100, .verbose = 0});
  // readme: end
  // readme: shrink
  const ShrunkModel small = shrink(model, {.inputs = "select"});
  const std::string table = to_string(small.report);
  // readme: end
  EXPECT_THAT((*small.model)(inputs()), IsClose(model(inputs()), 1e-4));
  EXPECT_EQ(small.report.inputs, (BeforeAndAfter{8, 2}));
  EXPECT_LT(small.report.parameters.after * 4, small.report.parameters.before);
  EXPECT_THAT(table, ::testing::HasSubstr("inputs"));
  // readme: tune
  small.model->set_regularizer([](const Layer& layer) { return layer.class_name() == "Dense"; },
                               "kernel", nullptr);
  small.model->compile({.optimizer = optimizers::Adam(0.01f), .loss = "mse"});
  small.model->fit(inputs(), targets(), {.epochs = 50, .verbose = 0});
  // readme: end
  small.model->evaluate(inputs(), targets(), {.verbose = 0});
  EXPECT_LT(small.model->evaluate(inputs(), targets(), {.verbose = 0}).at("loss"), 0.01);
}

TEST(ShrinkingPage, Prunes) {
  const Sequential model = three_layers();
  // readme: prune
  const PrunedModel pruned = prune(model, {.share = 0.5f, .by = "layer", .structure = "inputs"});
  pruned.model->compile({.optimizer = "adam", .loss = "mse"});
  pruned.model->fit(inputs(), targets(), {.epochs = 5, .verbose = 0});  // zeros stay
  const ShrunkModel small = shrink(*pruned.model);
  // readme: end
  EXPECT_EQ(small.report.layers[0].units, (BeforeAndAfter{16, 8}));
  EXPECT_EQ(small.report.layers[1].units, (BeforeAndAfter{16, 8}));
}

TEST(ShrinkingPage, TakesALowRank) {
  const Sequential model = three_layers();
  // readme: low rank
  const LowRankModel thin = low_rank(model, {.energy = 0.9f, .max_rank = 4});
  for (const LowRankLayer& each : thin.layers)
    std::printf("%s: rank %lld of %lld\n", each.layer.c_str(), static_cast<long long>(each.rank),
                static_cast<long long>(each.full_rank));
  // readme: end
  EXPECT_EQ(thin.layers.size(), 2U);
}

}  // namespace
}  // namespace shrinking_page_test
}  // namespace strata::testing
