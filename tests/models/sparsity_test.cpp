// Sparsity: what is counted of each weight, and how it is shown.
#include "strata/models/sparsity.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "strata/layers/convolution.hpp"
#include "strata/layers/dense.hpp"
#include "strata/layers/gru.hpp"
#include "strata/layers/input.hpp"
#include "strata/models/sequential.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace sparsity_test {
namespace {

Sequential dense(const Tensor& kernel) {
  Sequential model(
      {layers::Input({kernel.shape()[0]}),
       layers::Dense({.units = static_cast<int>(kernel.shape()[1]), .name = "dense"})});
  model.set_weights(
      {kernel, Tensor({kernel.shape()[1]},
                      std::vector<float>(static_cast<std::size_t>(kernel.shape()[1]), 1.0f))});
  return model;
}

TEST(Sparsity, CountsElementsInputsUnitsAndTheRank) {
  const SparsityReport report = dense(Tensor({3, 2}, {1, 0, 0, 0, 2, 0})).sparsity();
  ASSERT_EQ(report.weights.size(), 2U);
  const WeightSparsity& kernel = report.weights[0];
  EXPECT_EQ(kernel.weight, "dense/kernel");
  EXPECT_EQ(kernel.elements, (ZeroCount{4, 6}));
  EXPECT_EQ(kernel.inputs, (ZeroCount{1, 3}));
  EXPECT_EQ(kernel.outputs, (ZeroCount{1, 2}));
  EXPECT_EQ(kernel.rank, 1);
  const WeightSparsity& bias = report.weights[1];
  EXPECT_EQ(bias.elements, (ZeroCount{0, 2}));
  EXPECT_FALSE(bias.inputs || bias.outputs || bias.rank);
  EXPECT_EQ(report.elements, (ZeroCount{4, 8}));
}

TEST(Sparsity, TakesARankWithinRoundingForWhatItIs) {
  EXPECT_EQ(dense(Tensor({2, 2}, {1, 2, 3, 6})).sparsity().weights[0].rank, 1);
  EXPECT_EQ(dense(Tensor({2, 2}, {1, 2, 3, 6.01f})).sparsity().weights[0].rank, 2);
  EXPECT_EQ(dense(Tensor({2, 2}, {0, 0, 0, 0})).sparsity().weights[0].rank, 0);
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_FALSE(dense(Tensor({2, 2}, {nan, 0, 0, 0})).sparsity().weights[0].rank.has_value());
}

TEST(Sparsity, CountsChannelsAndFiltersOfAConvolution) {
  Sequential model(
      {layers::Input({3, 2}), layers::Conv1D({.filters = 2, .kernel_size = 2, .use_bias = false})});
  // By position, channel, filter: nothing of channel 1, all of filter 1 from channel 0.
  model.set_weights({Tensor({2, 2, 2}, {1, 1, 0, 0, 0, 1, 0, 0})});
  const WeightSparsity kernel = model.sparsity().weights.at(0);
  EXPECT_EQ(kernel.inputs, (ZeroCount{1, 2}));
  EXPECT_EQ(kernel.outputs, (ZeroCount{0, 2}));
  EXPECT_EQ(kernel.rank, 2);  // rows (1, 1), (0, 0), (0, 1), (0, 0)
}

TEST(Sparsity, CountsAUnitOfAGRUOnceForAllItsGates) {
  Sequential model({layers::Input({2, 1}), layers::GRU({.units = 2})});
  std::vector<Tensor> weights = model.get_weights();
  weights[0] = Tensor({1, 6}, {1, 0, 0, 0, 1, 0});  // unit 1 has none in its three gates
  model.set_weights(weights);
  EXPECT_EQ(model.sparsity().weights.at(0).outputs, (ZeroCount{1, 2}));
}

TEST(Sparsity, IsShownAsATable) {
  EXPECT_EQ(to_string(dense(Tensor({3, 2}, {1, 0, 0, 0, 2, 0})).sparsity()),
            "weight        shape    zeros  zero inputs  zero outputs  rank\n"
            "dense/kernel  (3, 2)  4 of 6       1 of 3        1 of 2     1\n"
            "dense/bias    (2,)    0 of 2            -             -     -\n"
            "all                   4 of 8\n");
}

TEST(Sparsity, StandsInTheSummaryWhenAskedFor) {
  std::string text;
  dense(Tensor({3, 2}, {1, 0, 0, 0, 2, 0}))
      .summary({.line_length = 60, .show_zeros = true, .print_fn = [&](const std::string& all) {
                  text = all;
                }});
  EXPECT_NE(text.find("┃ Zeros"), std::string::npos) << text;
  EXPECT_NE(text.find("│ 4 "), std::string::npos) << text;
}

}  // namespace
}  // namespace sparsity_test
}  // namespace strata::testing
