// Every built-in layer signs the same contract. A new layer adds a row to `rows`; the last test
// fails until it does.
#include "support/layer_contract.hpp"

#include <gmock/gmock.h>

#include <algorithm>

#include "core/registry.hpp"
#include "strata/layers/activation.hpp"
#include "strata/layers/activity_regularization.hpp"
#include "strata/layers/batch_normalization.hpp"
#include "strata/layers/convolution.hpp"
#include "strata/layers/dense.hpp"
#include "strata/layers/dropout.hpp"
#include "strata/layers/flatten.hpp"
#include "strata/layers/global_pooling.hpp"
#include "strata/layers/pooling.hpp"
#include "strata/layers/relu.hpp"
#include "strata/layers/reshape.hpp"
#include "strata/layers/softmax.hpp"
#include "strata/models/sequential.hpp"

namespace strata::testing {
namespace {

// Over one, two and three spatial axes.
const Shape kSpatialInputs[] = {{3, 5, 2}, {3, 5, 4, 2}, {3, 5, 4, 3, 2}};
const Shape kHalvedInputs[] = {{3, 3, 2}, {3, 3, 2, 2}, {3, 3, 2, 2, 2}};

template <int N>
LayerCase convolution_row(std::string name) {
  const auto make = [] {
    return layers::Conv<N>({.filters = 4,
                            .kernel_size = 3,
                            .padding = "same",
                            .groups = 2,
                            .activation = "tanh",
                            .kernel_initializer = "he_normal",
                            .bias_initializer = "ones",
                            .kernel_regularizer = "l1_l2",
                            .bias_regularizer = "l1",
                            .activity_regularizer = "l2",
                            .kernel_constraint = "unit_norm",
                            .bias_constraint = "non_neg"});
  };
  return {.name = std::move(name),
          .make = make,
          .input = kSpatialInputs[N - 1],
          .output = kSpatialInputs[N - 1].with(N + 1, 4),
          .weights = 2,
          .penalties = 3};
}

template <class Layer, int N>
LayerCase pooling_row(std::string name) {
  const auto make = [] {
    return Layer({.pool_size = 3, .strides = 2, .padding = "same", .activity_regularizer = "l2"});
  };
  return {std::move(name), make, kSpatialInputs[N - 1], kHalvedInputs[N - 1]};
}

template <class Layer, int N>
LayerCase global_pooling_row(std::string name) {
  const auto make = [] {
    return Layer({.data_format = "channels_first", .activity_regularizer = "l2"});
  };
  return {std::move(name), make, kSpatialInputs[N - 1], {3, 5}};
}

template <int N>
std::vector<LayerCase> spatial_rows() {
  const std::string axes = std::to_string(N) + "D";
  return {convolution_row<N>("Conv" + axes),
          pooling_row<layers::MaxPooling<N>, N>("MaxPooling" + axes),
          pooling_row<layers::AveragePooling<N>, N>("AveragePooling" + axes),
          global_pooling_row<layers::GlobalMaxPooling<N>, N>("GlobalMaxPooling" + axes),
          global_pooling_row<layers::GlobalAveragePooling<N>, N>("GlobalAveragePooling" + axes)};
}

std::vector<LayerCase> core_rows() {
  using namespace layers;
  return {
      {.name = "Activation",
       .make =
           [] { return layers::Activation({.activation = "silu", .activity_regularizer = "l2"}); },
       .input = {3, 4},
       .output = {3, 4}},
      {.name = "ActivityRegularization",
       .make =
           [] {
             return ActivityRegularization({.l1 = 0.1f, .l2 = 0.2f, .activity_regularizer = "l2"});
           },
       .input = {3, 4},
       .output = {3, 4},
       .penalties = 2},
      {.name = "BatchNormalization",
       .make =
           [] {
             return BatchNormalization({.axis = 1,
                                        .momentum = 0.9f,
                                        .epsilon = 1e-2f,
                                        .beta_initializer = "ones",
                                        .beta_regularizer = "l1",
                                        .gamma_regularizer = "l2",
                                        .beta_constraint = "non_neg",
                                        .gamma_constraint = "max_norm",
                                        .activity_regularizer = "l2"});
           },
       .input = {3, 4, 2},
       .output = {3, 4, 2},
       .weights = 4,
       .penalties = 3},
      {.name = "Dense",
       .make =
           [] {
             return Dense({.units = 4,
                           .activation = "tanh",
                           .kernel_initializer = "he_normal",
                           .bias_initializer = "ones",
                           .kernel_regularizer = "l1_l2",
                           .bias_regularizer = "l1",
                           .activity_regularizer = "l2",
                           .kernel_constraint = "unit_norm",
                           .bias_constraint = "non_neg"});
           },
       .input = {3, 5},
       .output = {3, 4},
       .weights = 2,
       .penalties = 3},
      {.name = "Dropout",
       .make =
           [] {
             return Dropout({.rate = 0.25f,
                             .noise_shape = Shape{Shape::kUnknown, 1, 4},
                             .seed = 5,
                             .activity_regularizer = "l2"});
           },
       .input = {3, 2, 4},
       .output = {3, 2, 4}},
      {.name = "Flatten",
       .make =
           [] { return Flatten({.data_format = "channels_first", .activity_regularizer = "l2"}); },
       .input = {3, 2, 4},
       .output = {3, 8}},
      {.name = "ReLU",
       .make =
           [] {
             return ReLU({.max_value = 2.0f,
                          .negative_slope = 0.1f,
                          .threshold = 0.5f,
                          .activity_regularizer = "l2"});
           },
       .input = {3, 4},
       .output = {3, 4}},
      {.name = "Reshape",
       .make =
           [] {
             return Reshape({.target_shape = Shape{4, -1}, .activity_regularizer = "l2"});
           },
       .input = {3, 2, 4},
       .output = {3, 4, 2}},
      {.name = "Sequential",
       .make =
           [] {
             Sequential model(
                 {Dense({.units = 4,
                         .activation = "relu",
                         .kernel_regularizer = "l2",
                         .activity_regularizer = "l1"}),
                  Dense({.units = 2, .bias_initializer = "ones", .bias_regularizer = "l1"})});
             model.set_activity_regularizer("l2");
             return model;
           },
       .input = {3, 5},
       .output = {3, 2},
       .weights = 4,
       .penalties = 4},
      {.name = "Softmax",
       .make =
           [] {
             return Softmax({.axis = {1, 2}, .activity_regularizer = "l2"});
           },
       .input = {3, 2, 4},
       .output = {3, 2, 4}},
  };
}

std::vector<LayerCase> rows() {
  std::vector<LayerCase> all = core_rows();
  for (const auto& more : {spatial_rows<1>(), spatial_rows<2>(), spatial_rows<3>()})
    all.insert(all.end(), more.begin(), more.end());
  return all;
}

class LayerContract : public ::testing::TestWithParam<LayerCase> {};

TEST_P(LayerContract, AnnouncesItsOutputsShape) { expect_output_shape(GetParam()); }
TEST_P(LayerContract, PaysForEverySlot) { expect_weights_and_penalties(GetParam()); }
TEST_P(LayerContract, ComesBackFromItsConfig) { expect_config_round_trip(GetParam()); }
TEST_P(LayerContract, PenaltiesHaveGradients) { expect_penalty_gradients(GetParam()); }
TEST_P(LayerContract, PaysForActivityBySample) { expect_activity_per_sample(GetParam()); }
TEST_P(LayerContract, TakesARegularizerAtAnyTime) { expect_set_regularizer(GetParam()); }
TEST_P(LayerContract, PaysOnlyForActivityWhileFrozen) { expect_frozen(GetParam()); }
TEST_P(LayerContract, LearnsFromItsGradient) { expect_learning(GetParam()); }
TEST_P(LayerContract, ThreadsDoNotMatter) { expect_same_bits_for_any_threads(GetParam()); }

INSTANTIATE_TEST_SUITE_P(All, LayerContract, ::testing::ValuesIn(rows()),
                         [](const auto& test) { return test.param.name; });

TEST(LayerContractRows, HoldEveryBuiltInLayer) {
  std::vector<std::string> signed_by = {"InputLayer"};  // computes nothing and has no slots
  for (const LayerCase& row : rows()) signed_by.push_back(row.name);
  for (const std::string& name : registry::class_names(typeid(Layer))) {
    EXPECT_THAT(signed_by, ::testing::Contains(name)) << "a layer without a row in rows()";
  }
}

}  // namespace
}  // namespace strata::testing
