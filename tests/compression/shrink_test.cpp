// shrink, case by case: which units go, what becomes of constants, and what the report says.
#include "strata/compression/shrink.hpp"

#include <gtest/gtest.h>

#include "strata/config.hpp"
#include "strata/constraints/keep_zeros.hpp"
#include "strata/layers/batch_normalization.hpp"
#include "strata/layers/convolution.hpp"
#include "strata/layers/dense.hpp"
#include "strata/layers/flatten.hpp"
#include "strata/layers/gru.hpp"
#include "strata/layers/input.hpp"
#include "strata/layers/pooling.hpp"
#include "strata/layers/select.hpp"
#include "strata/models/sequential.hpp"
#include "strata/ops/array.hpp"
#include "strata/regularizers/group_lasso.hpp"
#include "strata/regularizers/l2.hpp"
#include "strata/regularizers/towards.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace shrink_test {
namespace {

using layers::Conv1D;
using layers::Dense;
using layers::Flatten;
using layers::Input;

// Three inputs, of which the second is not needed; three hidden units: the first is live, the second
// is the constant relu(2), the third is not needed.
Sequential three_units(const RegularizerSpec& rule = {}) {
  Sequential model(
      {Input({3}),
       Dense({.units = 3, .activation = "relu", .kernel_regularizer = rule, .name = "hidden"}),
       Dense({.units = 2, .name = "out"})});
  model.set_weights({Tensor({3, 3}, {1, 0, 7, 0, 0, 8, 2, 0, 9}), Tensor({3}, {0.5f, 2, 3}),
                     Tensor({3, 2}, {1, 4, 10, 20, 0, 0}), Tensor({2}, {0.25f, 0})});
  return model;
}

TEST(Shrink, DropsWhatNobodyNeedsAndFoldsConstants) {
  const ShrunkModel small = shrink(three_units());
  const std::vector<Tensor> weights = small.model->get_weights();
  ASSERT_EQ(weights.size(), 4U);
  EXPECT_THAT(weights[0], IsClose(Tensor({3, 1}, {1, 0, 2})));
  EXPECT_THAT(weights[1], IsClose(Tensor({1}, {0.5f})));
  EXPECT_THAT(weights[2], IsClose(Tensor({1, 2}, {1, 4})));
  EXPECT_THAT(weights[3], IsClose(Tensor({2}, {20.25f, 40})));
  EXPECT_FALSE(small.model->compiled());
  EXPECT_EQ(small.model->layers()[0]->name(), "hidden");
}

TEST(Shrink, ReportsUnitsParametersAndMultiplyAdds) {
  const ShrinkReport report = shrink(three_units()).report;
  ASSERT_EQ(report.layers.size(), 2U);
  EXPECT_EQ(report.layers[0].layer, "hidden");
  EXPECT_EQ(report.layers[0].units, (BeforeAndAfter{3, 1}));
  EXPECT_EQ(report.layers[0].parameters, (BeforeAndAfter{12, 4}));
  EXPECT_EQ(report.layers[0].multiply_adds, (BeforeAndAfter{9, 3}));
  EXPECT_EQ(report.layers[0].note, "");
  EXPECT_EQ(report.layers[1].units, (BeforeAndAfter{2, 2}));
  EXPECT_EQ(report.layers[1].note, "its units are the model's outputs");
  EXPECT_EQ(report.parameters, (BeforeAndAfter{20, 8}));
  EXPECT_EQ(report.multiply_adds, (BeforeAndAfter{15, 5}));
  EXPECT_FALSE(report.inputs.has_value());
  EXPECT_EQ(to_string(report),
            "layer   units   parameters  multiply-adds\n"
            "hidden  3 -> 1  12 -> 4     9 -> 3\n"
            "out     2 -> 2  8 -> 4      6 -> 2         its units are the model's outputs\n"
            "all             20 -> 8     15 -> 5\n");
}

TEST(Shrink, LeavesTheModelAsItWas) {
  const Sequential model = three_units();
  const std::vector<Tensor> before = model.get_weights();
  shrink(model, {.inputs = "select"});
  const std::vector<Tensor> after = model.get_weights();
  for (std::size_t i = 0; i < before.size(); ++i) EXPECT_THAT(after[i], IsClose(before[i]));
}

TEST(Shrink, SelectsTheInputsStillUsed) {
  Sequential model = three_units();
  const ShrunkModel small = shrink(model, {.inputs = "select"});
  const auto* select = dynamic_cast<const layers::Select*>(small.model->layers()[0].get());
  ASSERT_NE(select, nullptr);
  EXPECT_EQ(select->indices(), (std::vector<int>{0, 2}));
  EXPECT_EQ(small.report.inputs, (BeforeAndAfter{3, 2}));
  const Tensor x({2, 3}, {1, 2, 3, -4, 5, 1});
  EXPECT_THAT((*small.model)(x), IsClose(model(x)));
}

TEST(Shrink, SelectsFewerInputsWhereSomeWereSelected) {
  const ShrunkModel once = shrink(three_units(), {.inputs = "select"});
  once.model->get_layer("hidden").weight("kernel").assign(Tensor({2, 1}, {0, 2}));
  const ShrunkModel twice = shrink(*once.model, {.inputs = "select"});
  ASSERT_EQ(twice.model->layers().size(), 3U);
  const auto& select = dynamic_cast<const layers::Select&>(*twice.model->layers()[0]);
  EXPECT_EQ(select.indices(), (std::vector<int>{2}));
}

TEST(Shrink, SelectsPixelsBehindFlatten) {
  Sequential model({Input({2, 2, 1}), Flatten(), Dense({.units = 1})});
  model.set_weights({Tensor({4, 1}, {1, 0, 0, 2}), Tensor({1}, {0})});
  const ShrunkModel small = shrink(model, {.inputs = "select"});
  ASSERT_EQ(small.model->layers().size(), 3U);
  const auto& select = dynamic_cast<const layers::Select&>(*small.model->layers()[1]);
  EXPECT_EQ(select.indices(), (std::vector<int>{0, 3}));
  const Tensor x({1, 2, 2, 1}, {1, 2, 3, 4});
  EXPECT_THAT((*small.model)(x), IsClose(model(x)));
}

TEST(Shrink, MakesABiasWhereThereWasNone) {
  Sequential model({Input({1}), Dense({.units = 2}), Dense({.units = 1, .use_bias = false})});
  model.set_weights({Tensor({1, 2}, {1, 0}), Tensor({2}, {0, 3}), Tensor({2, 1}, {1, 2})});
  const ShrunkModel small = shrink(model);
  ASSERT_EQ(small.model->get_weights().size(), 4U);
  EXPECT_THAT(small.model->get_weights()[3], IsClose(Tensor({1}, {6})));
  EXPECT_EQ(small.report.parameters, (BeforeAndAfter{6, 4}));
}

TEST(Shrink, FoldsAConstantThroughBatchNormalization) {
  Sequential model({Input({1}), Dense({.units = 2}), layers::BatchNormalization({.epsilon = 0}),
                    Dense({.units = 1})});
  model.layers()[0]->set_weights({Tensor({1, 2}, {1, 0}), Tensor({2}, {0, 3})});
  model.layers()[1]->set_weights({Tensor({2}, {1, 2}), Tensor({2}, {0, 5}),    // gamma, beta
                                  Tensor({2}, {0, 1}), Tensor({2}, {1, 4})});  // mean, variance
  model.layers()[2]->set_weights({Tensor({2, 1}, {1, 10}), Tensor({1}, {0})});
  const Tensor x({2, 1}, {1, -2});
  const Tensor expected = model(x);
  const ShrunkModel small = shrink(model);
  EXPECT_THAT((*small.model)(x), IsClose(expected));
  // 2 (3 - 1) / 2 + 5 = 7, times 10
  EXPECT_THAT(small.model->layers()[2]->weight("bias").value(), IsClose(Tensor({1}, {70})));
  EXPECT_EQ(small.model->layers()[1]->weight("gamma").shape(), (Shape{1}));
  EXPECT_EQ(small.report.layers[1].parameters, (BeforeAndAfter{8, 4}));
}

// Two filters over (4, 1), of which the second is a constant 1; then one filter.
Sequential two_filters(const std::string& padding) {
  Sequential model({Input({4, 1}), Conv1D({.filters = 2, .kernel_size = 1}),
                    Conv1D({.filters = 1, .kernel_size = 2, .padding = padding})});
  model.set_weights({Tensor({1, 1, 2}, {1, 0}), Tensor({2}, {0, 1}),
                     Tensor({2, 2, 1}, {1, 2, 3, 4}), Tensor({1}, {0})});
  return model;
}

TEST(Shrink, FoldsAConstantIntoAConvolutionWithoutPadding) {
  const ShrunkModel small = shrink(two_filters("valid"));
  EXPECT_THAT(small.model->get_weights()[3], IsClose(Tensor({1}, {6})));
  EXPECT_EQ(small.report.layers[0].units, (BeforeAndAfter{2, 1}));
  // One of 4 positions, then two taps at 3.
  EXPECT_EQ(small.report.multiply_adds, (BeforeAndAfter{4 * 2 + 3 * 2 * 2, 4 + 3 * 2}));
}

TEST(Shrink, LeavesAConstantThatPaddingInterrupts) {
  for (const char* padding : {"same", "causal"}) {
    const ShrunkModel small = shrink(two_filters(padding));
    EXPECT_EQ(small.report.layers[0].units, (BeforeAndAfter{2, 2}));
    EXPECT_EQ(small.report.layers[0].note, "1 constant units had to stay");
  }
}

TEST(Shrink, FollowsFiltersThroughPoolingAndFlatten) {
  Sequential model({Input({4, 1}), Conv1D({.filters = 2, .kernel_size = 1, .use_bias = false}),
                    layers::MaxPooling1D({.pool_size = 2}), Flatten(),
                    Dense({.units = 1, .use_bias = false})});
  model.set_weights({Tensor({1, 1, 2}, {1, 2}), Tensor({4, 1}, {1, 0, 3, 0})});
  const ShrunkModel small = shrink(model);
  EXPECT_THAT(small.model->get_weights()[0], IsClose(Tensor({1, 1, 1}, {1})));
  EXPECT_THAT(small.model->get_weights()[1], IsClose(Tensor({2, 1}, {1, 3})));
}

TEST(Shrink, KeepsOneUnitOfALayerWithoutAny) {
  Sequential model({Input({2}), Dense({.units = 3}), Dense({.units = 1})});
  model.set_weights({ops::ones({2, 3}), ops::ones({3}), ops::zeros({3, 1}), Tensor({1}, {4})});
  const ShrunkModel small = shrink(model, {.inputs = "select"});
  EXPECT_EQ(small.report.layers[0].units, (BeforeAndAfter{3, 1}));
  EXPECT_THAT((*small.model)(ops::ones({1, 2})), IsClose(Tensor({1, 1}, {4})));
}

TEST(Shrink, SaysWhatItLeavesWhole) {
  Sequential model({Input({3, 2}), Dense({.units = 2, .activation = "softmax", .name = "mixing"}),
                    Dense({.units = 2, .name = "before"}), layers::GRU({.units = 2, .name = "gru"}),
                    Dense({.units = 1, .name = "out"})});
  for (const Variable& weight : model.weights()) weight.assign(ops::zeros(weight.shape()));
  const ShrunkModel small = shrink(model);
  std::vector<std::string> notes;
  for (const ShrunkLayer& each : small.report.layers) notes.push_back(each.note);
  EXPECT_EQ(notes, (std::vector<std::string>{
                       "its activation softmax mixes units", "gru (GRU) behind it is not followed",
                       "GRU is not followed", "its units are the model's outputs"}));
  EXPECT_EQ(small.report.parameters.before, small.report.parameters.after);
}

TEST(Shrink, SaysWhyItSelectsNoInputs) {
  Sequential model({Input({3, 2}), layers::GRU({.units = 2}), Dense({.units = 1})});
  const ShrunkModel small = shrink(model, {.inputs = "select"});
  EXPECT_FALSE(small.report.inputs.has_value());
  EXPECT_EQ(small.report.inputs_note,
            "the inputs can't be followed to the first Dense or convolution");
  EXPECT_EQ(small.model->layers().size(), 2U);
}

TEST(Shrink, ListsTheRulesWhoseValueChanges) {
  const auto rules = [](const RegularizerSpec& rule) {
    return shrink(three_units(rule), {.inputs = "select"}).report.changed_rules;
  };
  EXPECT_EQ(rules(regularizers::L2(0.1f)), std::vector<std::string>());
  EXPECT_EQ(rules(regularizers::GroupLasso(0.1f)),
            std::vector<std::string>{"hidden/kernel: GroupLasso"});
}

TEST(Shrink, KeepsWhatARuleKeepsOfItsWeight) {
  Sequential model = three_units();
  model.get_layer("hidden").set_regularizer("kernel",
                                            regularizers::Towards(regularizers::L2(1.0f)));
  model.get_layer("hidden").weight("kernel").assign(
      Tensor({3, 3}, {3, 0, 7, 0, 0, 8, 2, 0, 9}));  // 2 from the reference
  const ShrunkModel small = shrink(model);
  EXPECT_THAT(small.model->losses()[0], IsClose(Tensor(4.0f)));
}

TEST(Shrink, LeavesALayerWholeWhoseRuleTakesNoOtherShape) {
  const RegularizerSpec given = regularizers::Towards(regularizers::L2(1.0f), ops::zeros({3, 3}));
  const ShrunkModel small = shrink(three_units(given));
  EXPECT_EQ(small.report.layers[0].note, "a rule of its kernel takes no other shape");
  EXPECT_EQ(small.report.layers[0].units, (BeforeAndAfter{3, 3}));
}

TEST(Shrink, FollowsModelsInsideModels) {
  Sequential inside({Input({3}), Dense({.units = 3, .activation = "relu", .name = "hidden"})});
  inside.set_weights({Tensor({3, 3}, {1, 0, 7, 0, 0, 8, 2, 0, 9}), Tensor({3}, {0.5f, 2, 3})});
  Sequential model({Input({3})});
  model.add(layers::BatchNormalization());
  auto encoder = std::make_shared<Sequential>(std::move(inside));
  model.add(encoder);
  model.add(Dense({.units = 2}));
  model.layers()[2]->set_weights({Tensor({3, 2}, {1, 4, 10, 20, 0, 0}), ops::zeros({2})});
  const Tensor x({2, 3}, {1, 2, 3, -4, 5, 1});
  const ShrunkModel small = shrink(model, {.inputs = "select"});
  EXPECT_THAT((*small.model)(x), IsClose(model(x)));
  EXPECT_EQ(small.report.layers[1].layer, encoder->name() + "/hidden");
  EXPECT_EQ(small.report.layers[1].units, (BeforeAndAfter{3, 1}));
  EXPECT_EQ(small.report.inputs, (BeforeAndAfter{3, 2}));
}

TEST(Shrink, RefusesWhatItCanNotTake) {
  EXPECT_THAT([] { shrink(three_units(), {.inputs = "drop"}); },
              Raises("shrink: inputs must be \"keep\" or \"select\". Received: inputs=drop."));
  EXPECT_THAT([] { shrink(Sequential({Dense(2)})); },
              Raises("shrink: the model must be built. Received: an unbuilt model."));
  Sequential model({Input({2})});
  auto shared = std::make_shared<Dense>(layers::DenseOptions{.units = 2, .name = "shared"});
  model.add(shared);
  model.add(std::make_shared<Sequential>(SequentialOptions{.layers = {shared}}));
  EXPECT_THAT([&] { shrink(model); },
              Raises("shrink: a layer must stand in the model once. Received: shared twice."));
}

}  // namespace
}  // namespace shrink_test
}  // namespace strata::testing
