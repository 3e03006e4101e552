#include <gtest/gtest.h>

#include "strata/layers/dense.hpp"
#include "strata/layers/input.hpp"
#include "strata/models/sequential.hpp"
#include "support/matchers.hpp"

namespace strata {
namespace {

std::string summary_of(Sequential& model, SummaryOptions options) {
  std::string text;
  options.line_length = options.line_length == 0 ? 76 : options.line_length;
  options.print_fn = [&](const std::string& whole) { text += whole; };
  model.summary(options);
  return text;
}

TEST(Summary, LooksAsInKeras) {
  Sequential model(
      {.layers = {layers::Input({6}), layers::Dense({.units = 40, .name = "dense_40"}),
                  layers::Dense({.units = 16, .name = "a_dense_layer_with_a_long_name"})},
       .name = "sequential"});
  EXPECT_EQ(summary_of(model, {}), R"(Model: "sequential"
┏━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━┓
┃ Layer (type)                    ┃ Output Shape           ┃       Param # ┃
┡━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━┩
│ dense_40 (Dense)                │ (None, 40)             │           280 │
├─────────────────────────────────┼────────────────────────┼───────────────┤
│ a_dense_layer_with_a_long_name  │ (None, 16)             │           656 │
│ (Dense)                         │                        │               │
└─────────────────────────────────┴────────────────────────┴───────────────┘
 Total params: 936 (3.66 KB)
 Trainable params: 936 (3.66 KB)
 Non-trainable params: 0 (0.00 B)
)");
}

TEST(Summary, SaysWhatIsUnbuilt) {
  Sequential model({layers::Dense({.units = 2, .name = "d"})});
  const std::string text = summary_of(model, {});
  EXPECT_NE(
      text.find("│ d (Dense)                       │ ?                      │   0 (unbuilt) │"),
      std::string::npos);
}

TEST(Summary, ShowsWhatTrainsAndWhatIsRegularized) {
  Sequential model(
      {layers::Input({2}),
       layers::Dense(
           {.units = 2, .kernel_regularizer = "l2", .activity_regularizer = "l1", .name = "d"})});
  model.get_layer("d").set_trainable(false);
  const std::string text = summary_of(model, {.show_trainable = true, .show_regularizers = true});
  EXPECT_NE(text.find("│ N         │ kernel,       │"), std::string::npos) << text;
  EXPECT_NE(text.find("│ activity      │"), std::string::npos) << text;
  EXPECT_NE(text.find(" Non-trainable params: 6 (24.00 B)"), std::string::npos);
}

TEST(Summary, ExpandsModelsInsideIfAsked) {
  Sequential model(
      {layers::Input({2}),
       Sequential({.layers = {layers::Dense({.units = 3, .name = "in"})}, .name = "nested"})});
  EXPECT_EQ(summary_of(model, {}).find("in (Dense)"), std::string::npos);
  EXPECT_NE(summary_of(model, {.expand_nested = true}).find("│    └ in (Dense)"),
            std::string::npos);
}

TEST(Summary, CountsTheOptimizersState) {
  Sequential model({layers::Input({2}), layers::Dense({.units = 1})});
  model.compile({.optimizer = "adam", .loss = "mse"});
  EXPECT_EQ(summary_of(model, {}).find("Optimizer params"), std::string::npos);
  model.fit(Tensor({1, 2}, {1, 2}), Tensor({1, 1}, {1}), {.verbose = 0});
  EXPECT_NE(summary_of(model, {}).find(" Optimizer params: 8 (32.00 B)"), std::string::npos);
}

TEST(Summary, RefusesATableTooNarrowToRead) {
  Sequential model(SequentialOptions{.name = "m"});
  EXPECT_THAT(
      [&] { model.summary({.line_length = 10}); },
      testing::Raises("m.summary: line_length must be at least 24. Received: line_length=10."));
}

}  // namespace
}  // namespace strata
