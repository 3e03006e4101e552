// plot: which figures a history, a model and a path have.
#include "strata/plots/plot.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <regex>

#include "io/files.hpp"
#include "strata/callbacks/regularization_logger.hpp"
#include "strata/layers/dense.hpp"
#include "strata/layers/flatten.hpp"
#include "strata/layers/input.hpp"
#include "strata/models/sequential.hpp"
#include "strata/regularizers/l1.hpp"
#include "strata/regularizers/l2.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace plot_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

// The titles of the figures, in order.
std::vector<std::string> titles(const std::string& page) {
  static const std::regex title("<h2>([^<]*)</h2>");
  std::vector<std::string> found;
  for (std::sregex_iterator each(page.begin(), page.end(), title), end; each != end; ++each)
    found.push_back((*each)[1]);
  return found;
}

History history_of(std::map<std::string, std::vector<double>> logs, int epochs) {
  History history;
  history.history = std::move(logs);
  for (int i = 0; i < epochs; ++i) history.epoch.push_back(i);
  return history;
}

std::string page_of(const auto& subject) {
  const TemporaryFolder folder;
  plots::plot(subject, folder.path("page.html"));
  return read_bytes(folder.path("page.html"));
}

TEST(PlotHistory, DrawsLossAsDataLossPlusPenalties) {
  const std::string page = page_of(history_of({{"loss", {3, 2}},
                                               {"data_loss", {2, 1}},
                                               {"reg_loss", {1, 1}},
                                               {"reg_loss/dense/kernel", {0.75, 0.5}},
                                               {"reg_loss/dense/bias", {0.25, 0.5}},
                                               {"reg_factor/dense/kernel", {0.1, 0.2}},
                                               {"learning_rate", {0.1, 0.01}},
                                               {"val_loss", {4, 3}},
                                               {"accuracy", {0.5, 0.75}},
                                               {"val_accuracy", {0.25, 0.5}}},
                                              2));
  EXPECT_THAT(titles(page),
              ElementsAre("Loss: data loss plus penalties", "Loss in training and validation",
                          "accuracy", "Learning rate", "Factors of the penalties"));
  EXPECT_THAT(page, HasSubstr("After 2 epochs the data loss is 1 and the penalties are: dense/bias "
                              "0.5, dense/kernel 0.5."));
  EXPECT_THAT(page,
              HasSubstr("accuracy went from 0.5 to 0.75, that of validation from 0.25 to 0.5."));
}

TEST(PlotHistory, OfAModelWithoutPenaltiesHasItsLossAlone) {
  EXPECT_THAT(titles(page_of(history_of({{"loss", {3, 2}}}, 2))),
              ElementsAre("Loss in training and validation"));
  EXPECT_THAT(titles(page_of(History())), ElementsAre());
}

TEST(PlotHistory, SpreadsValidationsOverTheEpochs) {
  const std::string page = page_of(history_of({{"loss", {4, 3, 2, 1}}, {"val_loss", {30, 10}}}, 4));
  EXPECT_THAT(page, HasSubstr("<tr><td>1</td><td>4</td><td></td></tr>"));
  EXPECT_THAT(page, HasSubstr("<tr><td>2</td><td>3</td><td>30</td></tr>"));
  EXPECT_THAT(page, HasSubstr("<tr><td>4</td><td>1</td><td>10</td></tr>"));
}

TEST(PlotHistory, AddsUpTheSmallestPenalties) {
  std::map<std::string, std::vector<double>> logs = {{"loss", {10}}, {"data_loss", {1}}};
  for (int i = 0; i < 9; ++i) logs["reg_loss/layer_" + std::to_string(i) + "/kernel"] = {1.0 + i};
  const std::string page = page_of(history_of(logs, 1));
  EXPECT_THAT(page, HasSubstr("layer_3/kernel 4, 3 other penalties 6."));
}

TEST(PlotHistory, DrawsAllMetrics) {
  std::map<std::string, std::vector<double>> logs = {{"loss", {1}}};
  std::vector<std::string> expected = {"Loss in training and validation"};
  for (int i = 10; i < 30; ++i) {
    const std::string name = "metric_" + std::to_string(i);
    logs[name] = {1.0};
    expected.push_back(name);
  }
  EXPECT_THAT(titles(page_of(history_of(logs, 1))), ::testing::ElementsAreArray(expected));
}

TEST(PlotModel, DrawsWeightsAndTheFirstKernelAsImages) {
  Sequential model({layers::Input({4, 5}), layers::Flatten(),
                    layers::Dense({.units = 3, .name = "a<b"}),
                    layers::Dense({.units = 1, .name = "last"})});
  const std::string page = page_of(model);
  EXPECT_THAT(titles(page), ElementsAre("Zeros by weight", "a&lt;b/kernel (20, 3)",
                                        "a&lt;b/bias (3,)", "last/kernel (3, 1)", "last/bias (1,)",
                                        "a&lt;b/kernel on its image: use of each pixel",
                                        "a&lt;b/kernel on its image: units"));
  EXPECT_THAT(page, HasSubstr("4 of all 67 numbers are exactly 0."));
}

TEST(PlotModel, TakesASquareNumberOfInputsForAnImage) {
  Sequential square({layers::Input({16}), layers::Dense(2)});
  EXPECT_THAT(page_of(square), HasSubstr("on its image: units"));
  Sequential colors({layers::Input({4, 4, 3}), layers::Flatten(), layers::Dense(2)});
  EXPECT_THAT(page_of(colors), HasSubstr("use of each pixel"));
  EXPECT_THAT(page_of(colors), Not(HasSubstr("on its image: units")));
  Sequential other({layers::Input({15}), layers::Dense(2)});
  EXPECT_THAT(page_of(other), Not(HasSubstr("on its image")));
}

TEST(PlotModel, ShowsUnitsThatAreNoNumbersLast) {
  Sequential model({layers::Input({16}), layers::Dense({.units = 40, .name = "d"})});
  std::vector<float> kernel(16 * 40, NAN);
  for (std::size_t i = 0; i < kernel.size(); ++i) {
    if (i % 3 == 0) kernel[i] = 1.0f;
    if (i % 40 == 7) kernel[i] = 1.0f;
    if (i % 40 == 5) kernel[i] = 2.0f;
  }
  model.weights()[0].assign(Tensor({16, 40}, kernel));
  const std::string page = page_of(model);
  EXPECT_THAT(page, HasSubstr("<td>unit 5</td><td>2</td><td>2</td><td>8</td><td>0 of 16</td></tr>\n"
                              "<tr><td>unit 7</td><td>1</td><td>1</td><td>4</td>"));
}

TEST(PlotModel, SaysHowManyWeightsItDraws) {
  std::vector<LayerHandle> layers = {layers::Input({2})};
  for (int i = 0; i < 13; ++i) layers.emplace_back(layers::Dense(2));
  EXPECT_THAT(page_of(Sequential({.layers = layers})),
              HasSubstr("The first 24 of 26 weights are drawn, here and below."));
}

TEST(PlotModel, RefusesOneThatIsNotBuilt) {
  Sequential model({.layers = {layers::Dense(2)}, .name = "m"});
  EXPECT_THAT([&] { plots::plot(model, "page.html"); },
              RaisesWith<StateError>("plot: the model must be built. Received: m, which isn't."));
  EXPECT_THAT(
      [&] { plots::plot(History(), "page.pdf"); },
      Raises("plot: the file must be a page, .html, or a drawing, .svg. Received: page.pdf."));
  EXPECT_THROW(plots::plot(History(), "/nowhere/page.html"), IoError);
}

RegularizationPath path(int folds) {
  RegularizationPath path{.folds = folds};
  for (const float factor : {0.0f, 0.1f, 1.0f}) {
    path.points.push_back(
        {.factor = factor,
         .val_data_loss = {.mean = 1.0 + static_cast<double>(factor), .standard_error = 0.25},
         .weights = {{"dense/kernel", Tensor({2, 1}, {1.0f, factor})}}});
    if (folds == 0) path.points.back().val_data_loss.standard_error.reset();
  }
  return path;
}

TEST(PlotPath, MarksBothChoices) {
  const std::string page = page_of(path(5));
  EXPECT_THAT(titles(page),
              ElementsAre("Data loss by factor", "Zeros by factor", "dense/kernel by factor"));
  EXPECT_THAT(page, HasSubstr(">lowest: 0</text>"));
  EXPECT_THAT(page, HasSubstr(">within one standard error: 0.1</text>"));
  EXPECT_THAT(page_of(path(0)), Not(HasSubstr("within one standard error")));
}

TEST(PlotPath, WithoutPointsIsEmpty) {
  EXPECT_THAT(titles(page_of(RegularizationPath{.interrupted = true})), ElementsAre());
}

TEST(Plot, DrawsAnSvg) {
  const TemporaryFolder folder;
  plots::plot(path(5), folder.path("path.svg"));
  const std::string drawing = read_bytes(folder.path("path.svg"));
  EXPECT_THAT(drawing, ::testing::StartsWith("<svg "));
  EXPECT_THAT(drawing, ::testing::EndsWith("</svg>\n"));
}

}  // namespace
}  // namespace plot_test
}  // namespace strata::testing
