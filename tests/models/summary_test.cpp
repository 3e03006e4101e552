// The table that summary prints.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "strata/layers/dense.hpp"
#include "strata/layers/input.hpp"
#include "strata/models/sequential.hpp"
#include "strata/ops/ops.hpp"
#include "support/matchers.hpp"

namespace strata {
namespace {

using ::testing::HasSubstr;

std::string summary_of(Model& model, SummaryOptions options) {
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

// Two layers that share an input, and a third that takes both outputs: not a chain.
class Branches : public Model {
 public:
  Branches() {
    for (const auto& layer : {left_, right_, out_, spare_}) track(layer);
    track(left_);
  }
  Tensor call(const Tensor& x, const CallContext&) override {
    return (*out_)(ops::concatenate({(*left_)(x), (*right_)(x)}, -1));
  }

 private:
  static std::shared_ptr<Layer> dense(int units, const char* name) {
    return std::make_shared<layers::Dense>(layers::DenseOptions{.units = units, .name = name});
  }
  std::shared_ptr<Layer> left_ = dense(3, "left");
  std::shared_ptr<Layer> right_ = dense(4, "right");
  std::shared_ptr<Layer> out_ = dense(1, "out");
  std::shared_ptr<Layer> spare_ = dense(7, "spare");
};

std::string line_of(const std::string& text, const std::string& layer) {
  const std::size_t begin = text.find("│ " + layer + " (");
  return begin == std::string::npos ? "none" : text.substr(begin, text.find('\n', begin) - begin);
}

TEST(Summary, OfAModelThatIsNoChainShowsWhatIsKnown) {
  Branches model;
  EXPECT_THAT(line_of(summary_of(model, {}), "left"), HasSubstr("│ ?   "));
  (void)model(ops::ones({2, 3}));
  const std::string text = summary_of(model, {.expand_nested = true});
  EXPECT_THAT(line_of(text, "left"), HasSubstr("│ (None, 3)              │            12 │"));
  EXPECT_THAT(line_of(text, "right"), HasSubstr("│ (None, 4)              │            16 │"));
  EXPECT_THAT(line_of(text, "out"), HasSubstr("│ (None, 1)              │             8 │"));
  EXPECT_THAT(line_of(text, "spare"), HasSubstr("│ ?                      │   0 (unbuilt) │"));
  EXPECT_THAT(text, HasSubstr(" Total params: 36 "));
}

TEST(Summary, OfAChainGoesOnBehindAModelThatIsNone) {
  Sequential model({layers::Input({3}), std::make_shared<Branches>(),
                    layers::Dense({.units = 5, .name = "last"})});
  const std::string text = summary_of(model, {.expand_nested = true});
  EXPECT_THAT(text, HasSubstr("└ left (Dense)"));
  EXPECT_THAT(line_of(text, "last"), HasSubstr("│ (None, 5)              │            10 │"));
}

TEST(Summary, MarksWhatFollowsALayerThatCantTellItsShape) {
  class Silent : public Layer {
   public:
    explicit Silent(std::shared_ptr<bool> knows) : knows_(std::move(knows)) {}
    Tensor call(const Tensor& x, const CallContext&) override { return x; }
    Shape compute_output_shape(const Shape& shape) override {
      return *knows_ ? shape : throw StateError("unknown");
    }

   private:
    std::shared_ptr<bool> knows_;
  };
  const auto knows = std::make_shared<bool>(true);
  Sequential model(
      {layers::Input({3}), Silent(knows), layers::Dense({.units = 5, .name = "last"})});
  *knows = false;
  EXPECT_THAT(line_of(summary_of(model, {}), "last"),
              HasSubstr("│ ?                      │            20 │"));
}

TEST(Summary, CountsWeightsThatAnUnbuiltModelHas) {
  Branches model;
  (void)(*model.layers()[0])(ops::ones({2, 3}));
  const std::string text = summary_of(model, {});
  EXPECT_THAT(line_of(text, "left"), HasSubstr("│ (None, 3)              │            12 │"));
  EXPECT_THAT(text, HasSubstr(" Total params: 12 "));
}

TEST(Summary, CountsTheOptimizersState) {
  Sequential model({layers::Input({2}), layers::Dense({.units = 1})});
  model.compile({.optimizer = "adam", .loss = "mse"});
  EXPECT_EQ(summary_of(model, {}).find("Optimizer params"), std::string::npos);
  model.fit(Tensor({1, 2}, {1, 2}), Tensor({1, 1}, {1}), {.verbose = 0});
  EXPECT_NE(summary_of(model, {}).find(" Optimizer params: 8 (32.00 B)"), std::string::npos);
}

Sequential four_layers() {
  return Sequential({.layers = {layers::Input({2}), layers::Dense({.units = 2, .name = "first"}),
                                layers::Dense({.units = 3, .name = "dense_1"}),
                                layers::Dense({.units = 4, .name = "dense_2"}),
                                layers::Dense({.units = 5, .name = "last"})},
                     .name = "m"});
}

std::vector<std::string> shown(Model& model, const std::vector<std::string>& layer_range) {
  const std::string text = summary_of(model, {.layer_range = layer_range});
  EXPECT_THAT(text, HasSubstr("Total params: 56 "));  // of all layers, as in Keras
  std::vector<std::string> found;
  for (const char* name : {"first", "dense_1", "dense_2", "last"}) {
    if (text.find(name) != std::string::npos) found.emplace_back(name);
  }
  return found;
}

TEST(Summary, ShowsARangeOfLayersByNamesOrExpressions) {
  Sequential model = four_layers();
  using Names = std::vector<std::string>;
  EXPECT_EQ(shown(model, {"dense_1", "dense_2"}), (Names{"dense_1", "dense_2"}));
  EXPECT_EQ(shown(model, {"dense", "dense"}), (Names{"dense_1", "dense_2"}));
  EXPECT_EQ(shown(model, {"la", "dense_2$"}), (Names{"dense_2", "last"}));
  EXPECT_EQ(shown(model, {"first", "first"}), (Names{"first"}));
  EXPECT_THAT(summary_of(model, {.layer_range = {"dense_2", "last"}}), HasSubstr("(None, 4)"));
}

TEST(Summary, RefusesARangeThatIsNone) {
  Sequential model = four_layers();
  EXPECT_THAT([&] { summary_of(model, {.layer_range = {"first"}}); },
              testing::Raises("m.summary: layer_range must hold two names. Received: 1 names."));
  EXPECT_THAT(
      [&] {
        summary_of(model, {.layer_range = {"first", "none"}});
      },
      testing::Raises("m.summary: layer_range must match names of the model's layers. Received: "
                      "layer_range=[\"first\", \"none\"]."));
  EXPECT_THAT(
      [&] {
        summary_of(model, {.layer_range = {"first", "("}});
      },
      testing::Raises("m.summary: layer_range must hold regular expressions. Received: \"(\"."));
}

TEST(Summary, HasColumnsWhereAsked) {
  Sequential model = four_layers();
  const std::string text = summary_of(model, {.line_length = 40, .positions = {0.5, 0.75, 1.0}});
  EXPECT_THAT(text, HasSubstr("│ first (Dense)     │ (None, │       6 │"));
  EXPECT_THAT(
      [&] {
        summary_of(model, {.positions = {0.5, 1.0}});
      },
      testing::Raises(
          "m.summary: positions must be three shares of the line. Received: 2 shares."));
  EXPECT_THAT(
      [&] {
        summary_of(model, {.positions = {0.5, 0.9, 1.5}});
      },
      testing::Raises("m.summary: positions must be in (0, 1]. Received: 1.5."));
  EXPECT_THAT(
      [&] {
        summary_of(model, {.positions = {0.5, 0.5, 1.0}});
      },
      testing::Raises(
          "m.summary: positions must leave five characters to every column of a line of 76. "
          "Received: [0.5, 0.5, 1]."));
}

TEST(Summary, RefusesATableTooNarrowToRead) {
  Sequential model(SequentialOptions{.name = "m"});
  EXPECT_THAT(
      [&] { model.summary({.line_length = 10}); },
      testing::Raises("m.summary: line_length must be at least 24. Received: line_length=10."));
}

}  // namespace
}  // namespace strata
