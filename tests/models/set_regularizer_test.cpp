// Penalties set on many layers at once, and figures in Keras's order.
#include <gtest/gtest.h>

#include "strata/layers/dense.hpp"
#include "strata/layers/input.hpp"
#include "strata/models/sequential.hpp"
#include "strata/regularizers/l2.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace {

Sequential nested() {
  const auto inner = std::make_shared<Sequential>(
      Sequential({layers::Input({2}), layers::Dense({.units = 2, .name = "inside"})}));
  return Sequential({layers::Input({2}), layers::Dense({.units = 2, .name = "first"}), inner,
                     layers::Dense({.units = 1, .use_bias = false, .name = "last"})});
}

std::vector<std::string> penalized(const Sequential& model) {
  std::vector<std::string> names;
  for (const Penalty& penalty : model.penalties())
    names.push_back(penalty.layer + "/" + penalty.source);
  return names;
}

bool is_dense(const Layer& layer) { return layer.class_name() == "Dense"; }

TEST(SetRegularizer, ReachesTheLayersThatArePickedAtAnyDepth) {
  Sequential model = nested();
  EXPECT_EQ(model.set_regularizer(is_dense, "kernel", regularizers::L2(0.5f)), 3);
  EXPECT_EQ(penalized(model),
            (std::vector<std::string>{"first/kernel", "inside/kernel", "last/kernel"}));
  const auto is_last = [](const Layer& layer) { return layer.name() == "last"; };
  EXPECT_EQ(model.set_regularizer(is_last, "kernel", nullptr), 1);
  EXPECT_EQ(penalized(model), (std::vector<std::string>{"first/kernel", "inside/kernel"}));
}

TEST(SetRegularizer, ThatFailsForOneLayerChangesNone) {
  Sequential model = nested();
  EXPECT_THROW(model.set_regularizer(is_dense, "bias", regularizers::L2(0.5f)), InvalidArgument);
  EXPECT_TRUE(penalized(model).empty());
}

TEST(SetRegularizer, NeedsABuiltModel) {
  Sequential model({layers::Dense({.units = 2})});
  EXPECT_THROW(model.set_regularizer(is_dense, "kernel", "l2"), StateError);
}

TEST(InOrder, ListsTheLossFirst) {
  Sequential model({layers::Input({1}), layers::Dense({.units = 1})});
  model.compile({.loss = "mse", .metrics = {"mse", "mae"}});
  EXPECT_EQ(model.in_order(
                {{"loss", 1.0}, {model.metrics_names()[1], 2.0}, {model.metrics_names()[2], 3.0}}),
            (std::vector<double>{1.0, 2.0, 3.0}));
  EXPECT_THAT([&] { model.in_order({}); }, RaisesWith("Received: none for loss."));
}

}  // namespace
}  // namespace strata::testing
