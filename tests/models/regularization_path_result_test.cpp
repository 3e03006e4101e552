// What a regularization path tells of its points: its table.
#include <gtest/gtest.h>

#include "strata/models/regularization_path.hpp"

namespace strata::testing {
namespace regularization_path_result_test {
namespace {

RegularizationPathPoint point(float factor, double loss) {
  return {.factor = factor,
          .data_loss = {.mean = 1.5, .standard_error = 0.25},
          .penalty = {.mean = 0.5},
          .val_data_loss = {.mean = loss},
          .sparsity = {.weights = {{.weight = "dense/kernel",
                                    .shape = {2, 2},
                                    .elements = {.zeros = 1, .total = 4},
                                    .inputs = ZeroCount{.zeros = 1, .total = 2},
                                    .outputs = ZeroCount{.zeros = 0, .total = 2}}},
                       .elements = {.zeros = 1, .total = 4}}};
}

TEST(RegularizationPathTable, HasColumnsAsWideAsTheirCells) {
  const RegularizationPath path{.points = {point(0.5f, 2.5), point(8.0f, 12345678.0)}};
  EXPECT_EQ(to_string(path),
            "factor    data_loss  val_data_loss  penalty  zeros  inputs left  units left\n"
            "   0.5  1.5 +- 0.25            2.5      0.5    1/4          1/2         2/2\n"
            "     8  1.5 +- 0.25      1.235e+07      0.5    1/4          1/2         2/2\n");
}

}  // namespace
}  // namespace regularization_path_result_test
}  // namespace strata::testing
