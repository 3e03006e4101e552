// Layers against what Keras's did: outputs, losses and the gradients of sum(y · dy) + sum(losses).
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "strata/autodiff/gradient_tape.hpp"
#include "strata/layers/layer.hpp"
#include "strata/ops/elementwise.hpp"
#include "strata/ops/reduction.hpp"
#include "support/golden.hpp"
#include "support/matchers.hpp"

namespace strata::testing {

/// The layer a case describes, made from its arguments as from a config, with Keras's weights.
inline std::shared_ptr<Layer> golden_layer(const Config& c) {
  const auto layer = layers::deserialize({{"module", "keras.layers"},
                                          {"class_name", c.at("layer")},
                                          {"config", c.at("arguments")},
                                          {"registered_name", nullptr}});
  layer->build(golden_tensor(c.at("x")).shape());
  std::vector<Tensor> weights;
  for (const Config& weight : c.at("weights")) weights.push_back(golden_tensor(weight));
  layer->set_weights(weights);
  return layer;
}

inline void expect_golden(const Config& c) {
  SCOPED_TRACE(c.at("layer").get<std::string>() + c.at("arguments").dump());
  const auto layer = golden_layer(c);
  GradientTape tape;
  const Tensor x = tape.watch(golden_tensor(c.at("x")));
  const Tensor y = (*layer)(x, {.training = c.at("training").get<bool>()});
  EXPECT_THAT(y, IsClose(golden_tensor(c.at("y"))));

  const std::vector<Tensor> losses = layer->losses();
  ASSERT_EQ(losses.size(), c.at("losses").size());
  for (std::size_t i = 0; i < losses.size(); ++i)
    EXPECT_THAT(losses[i], IsClose(Tensor(c.at("losses")[i].get<float>())));

  const std::vector<Variable> variables = layer->trainable_variables();
  std::vector<Tensor> sources = {x};
  for (const Variable& variable : variables) sources.push_back(variable);
  const Tensor objective = ops::sum(y * golden_tensor(c.at("dy"))) + ops::sum(losses);
  const std::vector<Tensor> gradients = tape.gradient(objective, sources);
  if (c.contains("x_gradient")) {
    EXPECT_THAT(gradients.front(), IsClose(golden_tensor(c.at("x_gradient"))));
  }
  ASSERT_EQ(variables.size(), c.at("weight_gradients").size());
  for (std::size_t i = 0; i < variables.size(); ++i)
    EXPECT_THAT(gradients[i + 1], IsClose(golden_tensor(c.at("weight_gradients")[i])));
}

}  // namespace strata::testing
