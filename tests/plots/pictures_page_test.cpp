// What docs/pictures.md shows beside the example, as a user writes it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <strata/strata.hpp>

#include "io/files.hpp"

namespace strata::testing {
namespace pictures_page_test {

TEST(PicturesPage, PlotsAHistoryAndAModel) {
  const TemporaryFolder folder;
  const std::string history_page = folder.path("history.html");
  const std::string weights_drawing = folder.path("weights.svg");
  const Tensor x = random::Generator(1).normal({32, 16});
  Sequential model({layers::Input({16}), layers::Dense({.units = 4, .kernel_regularizer = "l2"})});
  model.compile({.loss = "mse"});
  // readme: plot
  const History history =
      model.fit(x, ops::slice(x, {0, 0}, {32, 4}),
                {.epochs = 3,
                 .verbose = 0,
                 .callbacks = {std::make_shared<callbacks::RegularizationLogger>()}});
  plots::plot(history, history_page);   // history.html
  plots::plot(model, weights_drawing);  // weights.svg
  // readme: end
  EXPECT_THAT(read_bytes(history_page), ::testing::HasSubstr("dense"));
  EXPECT_THAT(read_bytes(weights_drawing), ::testing::StartsWith("<svg "));
}

}  // namespace pictures_page_test
}  // namespace strata::testing
