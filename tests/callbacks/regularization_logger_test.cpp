// RegularizationLogger: what it adds to the history.
#include "strata/callbacks/regularization_logger.hpp"

#include <gtest/gtest.h>

#include "strata/layers/dense.hpp"
#include "strata/layers/input.hpp"
#include "strata/models/sequential.hpp"
#include "strata/optimizers/sgd.hpp"
#include "strata/regularizers/l1.hpp"
#include "strata/regularizers/l2.hpp"

namespace strata {
namespace {

TEST(RegularizationLogger, LogsEachPenaltyByLayerAndSource) {
  Sequential model(
      {layers::Input({1}), layers::Dense({.units = 1,
                                          .use_bias = false,
                                          .kernel_initializer = "ones",
                                          .kernel_regularizer = regularizers::L2(0.5f),
                                          .activity_regularizer = regularizers::L1(0.25f),
                                          .name = "dense"})});
  model.compile({.optimizer = optimizers::SGD(0.0f), .loss = "mse"});
  const Tensor x({2, 1}, {1, 3});
  const History history =
      model.fit(x, x,
                {.epochs = 2,
                 .verbose = 0,
                 .callbacks = {std::make_shared<callbacks::RegularizationLogger>()}});
  EXPECT_EQ(history.history.at("reg_loss/dense/kernel"), (std::vector<double>{0.5, 0.5}));
  EXPECT_EQ(history.history.at("reg_loss/dense/activity"), (std::vector<double>{0.5, 0.5}));
  EXPECT_EQ(history.history.at("reg_loss"), (std::vector<double>{1.0, 1.0}));
}

}  // namespace
}  // namespace strata
