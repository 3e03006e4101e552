// Normalization and Rescaling: given and learned numbers, against Keras's.
#include "strata/config.hpp"
#include "strata/core/errors.hpp"
#include "strata/layers/normalization.hpp"
#include "strata/layers/rescaling.hpp"
#include "strata/ops/array.hpp"
#include "support/golden.hpp"
#include "support/layer_golden.hpp"
#include "support/matchers.hpp"

namespace strata {
namespace preprocessing_test {

using layers::Rescaling;
using testing::golden_tensor;
using testing::IsClose;
using testing::Raises;

constexpr std::int64_t kAny = Shape::kUnknown;

TEST(Preprocessing, AgreesWithKeras) {
  for (const Config& golden :
       testing::layer_cases("layers_preprocessing", {"Normalization", "Rescaling"})) {
    if (!golden.contains("data")) testing::expect_as_keras(golden);
  }
}

TEST(Normalization, LearnsWhatKerasLearns) {
  int found = 0;
  for (const Config& golden : testing::layer_cases("layers_preprocessing", {"Normalization"})) {
    if (!golden.contains("data")) continue;
    ++found;
    SCOPED_TRACE(golden["arguments"].dump());
    auto layer = layers::Normalization::from_config(golden["arguments"]);
    std::vector<Tensor> batches;
    for (const Config& batch : golden["data"]) batches.push_back(golden_tensor(batch));
    layer.adapt(ops::ones(batches[0].shape()));  // forgotten by the next
    layer.adapt(batches);
    const std::vector<Tensor> weights = layer.get_weights();
    ASSERT_EQ(weights.size(), golden["weights_after"].size());
    for (std::size_t i = 0; i < weights.size(); ++i)
      EXPECT_THAT(weights[i], IsClose(golden_tensor(golden["weights_after"][i])));
    EXPECT_THAT(layer(golden_tensor(golden["x"])), IsClose(golden_tensor(golden["y"])));
  }
  EXPECT_EQ(found, 6);
}

TEST(Normalization, ChangesNothingBeforeItHasLearned) {
  layers::Normalization layer;
  const Tensor x({2, 2}, {1, 2, 3, 4});
  EXPECT_THAT(layer(x), IsClose(x));
  EXPECT_TRUE(layer.trainable_variables().empty());
  std::vector<std::string> names;
  for (const Variable& weight : layer.weights()) names.push_back(weight.name());
  EXPECT_EQ(names, (std::vector<std::string>{"mean", "variance", "count"}));
}

TEST(Normalization, ShowsItsStatisticsSpreadOverTheInputs) {
  layers::Normalization layer({.axis = 1});
  layer.adapt(Tensor({2, 2, 1}, {1, 2, 3, 6}));
  EXPECT_THAT(layer.mean(), IsClose(Tensor({1, 2, 1}, {2, 4})));
  EXPECT_THAT(layer.variance(), IsClose(Tensor({1, 2, 1}, {1, 4})));
}

TEST(Normalization, IsWrittenAsKerasWritesIt) {
  const auto own = [](Config config) {
    for (const char* key : {"name", "trainable", "dtype"}) config.erase(key);
    return config.dump();
  };
  EXPECT_EQ(own(layers::Normalization().get_config()),
            R"({"axis":[-1],"invert":false,"mean":null,"variance":null})");
  EXPECT_EQ(own(layers::Normalization({.axis = {1, 2},
                                       .mean = Tensor({2, 1}, {1, 0.5f}),
                                       .variance = Tensor({2, 1}, {1, 4}),
                                       .invert = true})
                    .get_config()),
            R"({"axis":[1,2],"invert":true,"mean":[[1.0],[0.5]],"variance":[[1.0],[4.0]]})");
  EXPECT_EQ(own(layers::Normalization::from_config({{"axis", nullptr}}).get_config()),
            R"({"axis":[],"invert":false,"mean":null,"variance":null})");
}

TEST(Normalization, RefusesBadOptions) {
  EXPECT_THAT([] { layers::Normalization({.mean = 1.0f}); },
              Raises("Normalization: mean and variance must be given together. Received: a mean "
                     "alone."));
  EXPECT_THAT([] { layers::Normalization({.mean = 1.0f, .variance = Tensor({1}, {1})}); },
              Raises("Normalization: mean and variance must have the same shape. Received: () and "
                     "(1,)."));
  EXPECT_THAT([] { layers::Normalization({.mean = 1.0f, .variance = -1.0f}); },
              Raises("Normalization: variance must be finite and >= 0. Received: "
                     "variance=Tensor((), [-1])."));
}

TEST(Normalization, RefusesDataThatDoesNotFit) {
  layers::Normalization layer({.name = "n"});
  EXPECT_THAT(
      [&] {
        layer.adapt(ops::zeros({0, 3}));
      },
      Raises<ShapeError>("n.adapt: the data must have elements. Received: none."));
  EXPECT_THAT(
      [&] {
        layer.adapt({ops::zeros({2, 3}), ops::zeros({2, 4})});
      },
      Raises<ShapeError>("n.adapt: batches must have equal extents along axis. Received: shapes "
                         "(2, 3) and (2, 4)."));
  EXPECT_FALSE(layer.built());
  layer.build({kAny, 3});
  EXPECT_THAT(
      [&] {
        layer.adapt(ops::zeros({2, 4}));
      },
      Raises<ShapeError>("n: the statistics have the shape (3,), as when the layer was "
                         "built. Received: shape=(2, 4)."));
  EXPECT_THAT(
      [] {
        layers::Normalization({.mean = 1.0f, .variance = 1.0f, .name = "n"})
            .adapt(ops::ones({2, 2}));
      },
      Raises<StateError>("n.adapt: there is nothing to learn where mean and variance are given. "
                         "Received: a call."));
}

TEST(Rescaling, ReadsANumPyArray) {
  const Config array = {{"class_name", "__numpy__"},
                        {"config", {{"value", {1.0, 2.0}}, {"dtype", "float32"}}}};
  Rescaling layer = Rescaling::from_config({{"scale", array}, {"offset", 0.5}});
  EXPECT_THAT(layer(Tensor({1, 2}, {3, 4})), IsClose(Tensor({1, 2}, {3.5f, 8.5f})));
  EXPECT_EQ(layer.get_config()["scale"], Config::array({1.0, 2.0}));
  EXPECT_EQ(Rescaling(0.5f).get_config()["scale"], 0.5);
}

TEST(Rescaling, RefusesWhatDoesNotFit) {
  EXPECT_THAT([] { Rescaling({}); }, Raises("Rescaling: scale must be given. Received: none."));
  EXPECT_THAT(
      [] {
        Rescaling::from_config({{"scale", {{1, 2}, {3}}}});
      },
      Raises("Rescaling: scale must be a number, or lists of numbers of equal lengths. "
             "Received: scale=[[1,2],[3]]."));
  EXPECT_THAT(
      [] {
        Rescaling({.scale = ops::ones({3}), .name = "r"})(ops::ones({2, 1}));
      },
      Raises<ShapeError>("r: scale and offset must broadcast to the inputs. Received: a scale of "
                         "shape (3,), shape=(2, 1)."));
}

}  // namespace preprocessing_test
}  // namespace strata
