// What stands in the ONNX files of models: nodes, attributes, weights; and what is refused. That
// other programs compute the same from them is tests/interop's to say.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <cstring>
#include <set>

#include "activations/builtin_name.hpp"
#include "core/registry.hpp"
#include "io/files.hpp"
#include "saving/onnx/layer_table.hpp"
#include "strata/strata.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace {

using namespace layers;  // NOLINT: the tests' own vocabulary
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

class ExportOnnx : public ::testing::Test {
 protected:
  onnx::ModelProto exported(const Model& model, const OnnxOptions& options = {}) const {
    model.export_onnx(path_, options);
    onnx::ModelProto file;
    EXPECT_TRUE(file.ParseFromString(read_bytes(path_)));
    return file;
  }

  onnx::GraphProto graph_of(const Model& model) const { return exported(model).graph(); }

  /// The graph of one layer behind an Input.
  onnx::GraphProto graph_of(const Shape& sample, LayerHandle layer) const {
    return graph_of(Sequential({Input(sample), std::move(layer)}));
  }

  TemporaryFolder folder_;
  std::string path_ = folder_.path("model.onnx");
};

std::vector<std::string> types(const onnx::GraphProto& graph) {
  std::vector<std::string> all;
  for (const auto& node : graph.node()) all.push_back(node.op_type());
  return all;
}

const onnx::NodeProto& node_of(const onnx::GraphProto& graph, const std::string& type) {
  const auto found = std::find_if(graph.node().begin(), graph.node().end(),
                                  [&](const auto& node) { return node.op_type() == type; });
  if (found == graph.node().end()) throw std::runtime_error("no node of type " + type);
  return *found;
}

const onnx::AttributeProto& attribute(const onnx::NodeProto& node, const std::string& name) {
  const auto found = std::find_if(node.attribute().begin(), node.attribute().end(),
                                  [&](const auto& entry) { return entry.name() == name; });
  if (found == node.attribute().end()) throw std::runtime_error("no attribute " + name);
  return *found;
}

std::vector<std::int64_t> integers(const onnx::NodeProto& node, const std::string& name) {
  const auto& list = attribute(node, name).ints();
  return {list.begin(), list.end()};
}

const onnx::TensorProto& weight_of(const onnx::GraphProto& graph, const std::string& name) {
  const auto found = std::find_if(graph.initializer().begin(), graph.initializer().end(),
                                  [&](const auto& tensor) { return tensor.name() == name; });
  if (found == graph.initializer().end()) throw std::runtime_error("no weight " + name);
  return *found;
}

std::vector<float> elements(const onnx::TensorProto& tensor) {
  std::vector<float> values(tensor.raw_data().size() / sizeof(float));
  std::memcpy(values.data(), tensor.raw_data().data(), tensor.raw_data().size());
  return values;
}

std::vector<std::int64_t> extents(const onnx::TensorProto& tensor) {
  return {tensor.dims().begin(), tensor.dims().end()};
}

// `float(batch, 3, name)`
std::string declaration(const onnx::ValueInfoProto& value) {
  const auto& tensor = value.type().tensor_type();
  std::string text = value.name() + ":";
  if (tensor.elem_type() != onnx::TensorProto::FLOAT) text += " not float";
  for (const auto& extent : tensor.shape().dim())
    text +=
        " " + (extent.has_dim_param() ? extent.dim_param() : std::to_string(extent.dim_value()));
  return text;
}

TEST_F(ExportOnnx, GathersSelectedFeatures) {
  const onnx::GraphProto graph = graph_of({4, 3}, Select({2, 0}));
  EXPECT_EQ(types(graph), std::vector<std::string>{"Gather"});
  EXPECT_EQ(attribute(node_of(graph, "Gather"), "axis").i(), 2);
}

TEST_F(ExportOnnx, SaysWhatItHoldsAndWhoMadeIt) {
  const auto file = exported(Sequential(SequentialOptions{
      .layers = {Input({3}), Dense({.units = 2, .name = "head"})}, .name = "classifier"}));
  EXPECT_EQ(file.ir_version(), 8);
  ASSERT_EQ(file.opset_import_size(), 1);
  EXPECT_EQ(file.opset_import(0).domain(), "");
  EXPECT_EQ(file.opset_import(0).version(), 17);
  EXPECT_EQ(file.producer_name(), "strata");
  EXPECT_EQ(file.producer_version(), kVersion);
  EXPECT_EQ(file.graph().name(), "classifier");
}

TEST_F(ExportOnnx, LeavesTheBatchOpen) {
  const auto graph = graph_of(Sequential({Input({.shape = {4, 3}, .batch_size = 7}), Dense(2)}));
  ASSERT_EQ(graph.input_size(), 1);
  ASSERT_EQ(graph.output_size(), 1);
  EXPECT_EQ(declaration(graph.input(0)), "input: batch 4 3");
  EXPECT_EQ(declaration(graph.output(0)), "output: batch 4 2");
}

TEST_F(ExportOnnx, LeavesUnknownExtentsOpen) {
  const auto graph = graph_of({Shape::kUnknown, 3}, Conv1D(2, 3));
  EXPECT_EQ(declaration(graph.input(0)), "input: batch input_axis_1 3");
  EXPECT_EQ(declaration(graph.output(0)), "output: batch output_axis_1 2");
}

TEST_F(ExportOnnx, NamesInputAndOutputAsItIsTold) {
  const Sequential model({Input({3}), Dense(2)});
  const auto graph = exported(model, {.input_name = "pixels", .output_name = "scores"}).graph();
  EXPECT_EQ(declaration(graph.input(0)), "pixels: batch 3");
  EXPECT_EQ(declaration(graph.output(0)), "scores: batch 2");
  EXPECT_EQ(graph.node(0).input(0), "pixels");
  EXPECT_EQ(graph.node(graph.node_size() - 1).output(0), "scores");
}

TEST_F(ExportOnnx, KeepsNamesApart) {
  const Sequential model({Input({3}), Dense({.units = 2, .name = "a"})});
  const auto graph = exported(model, {.input_name = "a/Gemm", .output_name = "a/kernel"}).graph();
  EXPECT_EQ(graph.node(0).input(0), "a/Gemm");
  EXPECT_EQ(graph.node(0).output(0), "a/kernel");
  EXPECT_EQ(graph.node(0).input(1), "a/kernel_1");
}

TEST_F(ExportOnnx, WritesADenseLayerAsAProduct) {
  Dense layer({.units = 2, .activation = "tanh", .name = "d"});
  layer.build({1, 3});
  layer.set_weights({Tensor({3, 2}, {1, 2, 3, 4, 5, 6}), Tensor({2}, {7, 8})});
  const auto graph = graph_of({3}, std::move(layer));
  EXPECT_THAT(types(graph), ElementsAre("Gemm", "Tanh"));
  EXPECT_THAT(graph.node(0).input(), ElementsAre("input", "d/kernel", "d/bias"));
  EXPECT_THAT(extents(weight_of(graph, "d/kernel")), ElementsAre(3, 2));
  EXPECT_THAT(elements(weight_of(graph, "d/kernel")), ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_THAT(elements(weight_of(graph, "d/bias")), ElementsAre(7, 8));
}

TEST_F(ExportOnnx, WritesADenseLayerOverSeveralAxes) {
  EXPECT_THAT(types(graph_of({4, 3}, Dense(2))), ElementsAre("MatMul", "Add"));
  EXPECT_THAT(types(graph_of({4, 3}, Dense({.units = 2, .use_bias = false}))),
              ElementsAre("MatMul"));
}

TEST_F(ExportOnnx, WritesKernelsWithTheirFiltersInFront) {
  Conv1D layer({.filters = 2, .kernel_size = 3, .name = "c"});
  layer.build({1, 5, 1});
  layer.set_weights({Tensor({3, 1, 2}, {1, 2, 3, 4, 5, 6}), Tensor({2}, {0, 0})});
  const auto graph = graph_of({5, 1}, std::move(layer));
  EXPECT_THAT(extents(weight_of(graph, "c/kernel")), ElementsAre(2, 1, 3));
  EXPECT_THAT(elements(weight_of(graph, "c/kernel")), ElementsAre(1, 3, 5, 2, 4, 6));
}

TEST_F(ExportOnnx, TellsHowAConvolutionMoves) {
  const auto graph = graph_of({7, 8, 4}, Conv2D({.filters = 6,
                                                 .kernel_size = {3, 2},
                                                 .strides = {2, 3},
                                                 .padding = "same",
                                                 .groups = 2}));
  EXPECT_THAT(types(graph), ElementsAre("Transpose", "Conv", "Transpose"));
  const auto& conv = node_of(graph, "Conv");
  EXPECT_THAT(integers(conv, "kernel_shape"), ElementsAre(3, 2));
  EXPECT_THAT(integers(conv, "strides"), ElementsAre(2, 3));
  EXPECT_THAT(integers(conv, "dilations"), ElementsAre(1, 1));
  EXPECT_THAT(integers(conv, "pads"), ElementsAre(1, 0, 1, 0));
  EXPECT_EQ(attribute(conv, "group").i(), 2);
}

TEST_F(ExportOnnx, PadsAnOddZeroAtTheEnd) {
  const auto graph = graph_of({7, 1}, Conv1D({.filters = 1, .kernel_size = 4, .padding = "same"}));
  EXPECT_THAT(integers(node_of(graph, "Conv"), "pads"), ElementsAre(1, 2));
}

TEST_F(ExportOnnx, PadsACausalConvolutionInFront) {
  const auto graph = graph_of(
      {7, 1}, Conv1D({.filters = 1, .kernel_size = 3, .padding = "causal", .dilation_rate = 2}));
  EXPECT_THAT(integers(node_of(graph, "Conv"), "pads"), ElementsAre(4, 0));
  EXPECT_THAT(integers(node_of(graph, "Conv"), "dilations"), ElementsAre(2));
}

TEST_F(ExportOnnx, LeavesPaddingToTheRunWhereItDependsOnTheData) {
  const auto moving = [&](int strides) {
    return graph_of(
        {Shape::kUnknown, 1},
        Conv1D({.filters = 1, .kernel_size = 3, .strides = strides, .padding = "same"}));
  };
  EXPECT_THAT(integers(node_of(moving(1), "Conv"), "pads"), ElementsAre(1, 1));
  EXPECT_EQ(attribute(node_of(moving(2), "Conv"), "auto_pad").s(), "SAME_UPPER");
}

TEST_F(ExportOnnx, TransposesNothingForChannelsFirst) {
  const auto graph = graph_of(
      {2, 7, 8}, Conv2D({.filters = 3, .kernel_size = 3, .data_format = "channels_first"}));
  EXPECT_THAT(types(graph), ElementsAre("Conv"));
}

TEST_F(ExportOnnx, TransposesOnceAroundABlockOfLayers) {
  const auto graph = graph_of(
      Sequential({Input({8, 8, 3}), Conv2D({.filters = 4, .kernel_size = 3, .activation = "relu"}),
                  BatchNormalization(), ReLU(6.0f), MaxPooling2D(2), Dropout(0.5f),
                  Conv2D({.filters = 2, .kernel_size = 2, .activation = "gelu"}),
                  GlobalAveragePooling2D(), Dense({.units = 3, .activation = "softmax"})}));
  EXPECT_THAT(types(graph), ElementsAre("Transpose", "Conv", "Relu", "BatchNormalization", "Clip",
                                        "MaxPool", "Conv", "Mul", "Erf", "Add", "Mul", "Mul",
                                        "ReduceMean", "Gemm", "Softmax"));
}

TEST_F(ExportOnnx, NormalizesByMovingStatistics) {
  BatchNormalization layer({.epsilon = 0.25f, .scale = false, .name = "b"});
  layer.build({1, 2});
  layer.set_weights({Tensor({2}, {1, 2}), Tensor({2}, {3, 4}), Tensor({2}, {5, 6})});
  const auto graph = graph_of({2}, std::move(layer));
  const auto& node = node_of(graph, "BatchNormalization");
  EXPECT_THAT(node.input(),
              ElementsAre("input", "b/gamma", "b/beta", "b/moving_mean", "b/moving_variance"));
  EXPECT_THAT(elements(weight_of(graph, "b/gamma")), ElementsAre(1, 1));
  EXPECT_THAT(elements(weight_of(graph, "b/beta")), ElementsAre(1, 2));
  EXPECT_THAT(elements(weight_of(graph, "b/moving_mean")), ElementsAre(3, 4));
  EXPECT_THAT(elements(weight_of(graph, "b/moving_variance")), ElementsAre(5, 6));
  EXPECT_EQ(attribute(node, "epsilon").f(), 0.25f);
}

TEST_F(ExportOnnx, LeavesOutWhatOnlyTrainingSees) {
  const auto graph = graph_of(
      Sequential({Input({3}), Dropout(0.5f), ActivityRegularization(0.1f, 0.1f), Dense(2)}));
  EXPECT_THAT(types(graph), ElementsAre("Gemm"));
  EXPECT_EQ(graph.node(0).input(0), "input");
}

TEST_F(ExportOnnx, CropsImagesAsInInference) {
  const auto graph = graph_of(Sequential({Input({4, 6, 1}), RandomFlip(), RandomCrop(4, 4)}));
  EXPECT_THAT(types(graph), ElementsAre("Slice"));
}

TEST_F(ExportOnnx, PassesTheInputOnWhereNothingIsComputed) {
  const auto graph = graph_of({3}, Dropout(0.5f));
  EXPECT_THAT(types(graph), ElementsAre("Identity"));
  EXPECT_THAT(graph.node(0).input(), ElementsAre("input"));
  EXPECT_THAT(graph.node(0).output(), ElementsAre("output"));
}

TEST_F(ExportOnnx, ReshapesForAnyBatch) {
  const auto graph = graph_of({2, 6}, Reshape({3, -1}));
  const auto& target = weight_of(graph, node_of(graph, "Reshape").input(1));
  EXPECT_THAT(target.int64_data(), ElementsAre(0, 3, 4));
}

TEST_F(ExportOnnx, WritesLayersOfNestedModelsUnderTheirPaths) {
  const auto graph = graph_of(
      Sequential({Input({3}),
                  std::make_shared<Sequential>(SequentialOptions{
                      .layers = {Dense({.units = 2, .name = "first"})}, .name = "encoder"}),
                  Dense({.units = 1, .name = "first"})}));
  EXPECT_EQ(graph.node(0).name(), "encoder/first/Gemm");
  EXPECT_EQ(graph.node(0).input(1), "encoder/first/kernel");
  EXPECT_EQ(graph.node(1).input(1), "first/kernel");
}

TEST_F(ExportOnnx, HoldsASharedWeightOnce) {
  const auto shared = std::make_shared<Dense>(DenseOptions{.units = 3});
  const auto graph = graph_of(Sequential(
      {Input({3}), std::make_shared<Sequential>(SequentialOptions{.layers = {shared}, .name = "a"}),
       std::make_shared<Sequential>(SequentialOptions{.layers = {shared}, .name = "b"})}));
  EXPECT_EQ(graph.initializer_size(), 2);
  EXPECT_EQ(graph.node(0).input(1), graph.node(1).input(1));
}

TEST_F(ExportOnnx, TakesTheWeightsOfNow) {
  Sequential model({Input({1}), Dense({.units = 1, .use_bias = false, .name = "d"})});
  model.set_weights({Tensor({1, 1}, {1})});
  graph_of(model);
  model.set_weights({Tensor({1, 1}, {2})});
  EXPECT_THAT(elements(weight_of(graph_of(model), "d/kernel")), ElementsAre(2));
}

TEST_F(ExportOnnx, TakesAModelThatWasBuiltByData) {
  Sequential model({Dense(2)});
  model.predict(ops::ones({5, 3}), {.verbose = 0});
  EXPECT_EQ(declaration(graph_of(model).input(0)), "input: batch 3");
}

TEST_F(ExportOnnx, DoesNotNeedRulesOfTrainingToBeKnown) {
  const auto own_rule = [](const Tensor& x) { return ops::sum(x); };
  const auto graph = graph_of(
      {3}, Dense({.units = 2, .kernel_regularizer = own_rule, .activity_regularizer = own_rule}));
  EXPECT_THAT(types(graph), ElementsAre("Gemm"));
}

TEST_F(ExportOnnx, PicksTheRowsOfAnEmbedding) {
  const auto graph = graph_of({3}, Embedding({.input_dim = 4, .output_dim = 2, .name = "words"}));
  EXPECT_THAT(types(graph), ElementsAre("Cast", "Gather"));
  EXPECT_EQ(attribute(node_of(graph, "Cast"), "to").i(), onnx::TensorProto::INT64);
  EXPECT_THAT(extents(weight_of(graph, "words/embeddings")), ElementsAre(4, 2));
}

TEST_F(ExportOnnx, KnowsEveryBuiltInLayer) {
  const std::set<std::string> refused = {
      "Bidirectional",  "GRU", "GRUCell",   "LSTM",          "LSTMCell",
      "Masking",        "RNN", "SimpleRNN", "SimpleRNNCell", "StackedRNNCells",
      "TimeDistributed"};
  for (const std::string& name : registry::class_names(typeid(Layer))) {
    if (name == "InputLayer" || name == "Sequential") continue;  // no nodes of their own
    if (refused.contains(name)) continue;
    const registry::ClassEntry& entry = *registry::find(typeid(Layer), name);
    if (!entry.registered_name.empty()) continue;  // another test's
    EXPECT_NE(saving::onnx_writer(*entry.type), nullptr) << name;
  }
}

TEST_F(ExportOnnx, KnowsEveryBuiltInActivation) {
  for (const std::string& name : activations::builtin_names())
    EXPECT_NO_THROW(graph_of({4}, layers::Activation(name))) << name;
}

class Doubling : public Layer {
 public:
  Tensor call(const Tensor& inputs, const CallContext&) override { return 2.0f * inputs; }
};

class OtherDense : public Dense {
 public:
  OtherDense() : Dense(2) {}
  Tensor call(const Tensor& inputs, const CallContext& context) override {
    return 2.0f * Dense::call(inputs, context);
  }
};

class OwnModel : public Model {
 public:
  Tensor call(const Tensor& inputs, const CallContext&) override { return inputs; }
};

class Cube : public strata::Activation {
 public:
  Tensor operator()(const Tensor& x) const override { return x * x * x; }
};

class RefusedExport : public ExportOnnx {
 protected:
  void SetUp() override { folder_.write("model.onnx", "old"); }
  void TearDown() override {
    EXPECT_EQ(read_bytes(path_), "old");
    EXPECT_THAT(names_in(folder_.path()), ElementsAre("model.onnx"));
  }
};

TEST_F(RefusedExport, AnUnbuiltModel) {
  const Sequential model(SequentialOptions{.layers = {Dense(2)}, .name = "net"});
  EXPECT_THAT(
      [&] { model.export_onnx(path_); },
      Raises<StateError>(
          "net: export_onnx takes a model that is built: begin it with an Input, or call it "
          "once. Received: an unbuilt model."));
}

TEST_F(RefusedExport, ALayerOfOnesOwn) {
  const Sequential model({Input({3}), Doubling()});
  const std::string layer = model.layers()[0]->name();
  EXPECT_THAT([&] { model.export_onnx(path_); },
              Raises<InvalidArgument>(
                  layer +
                  ": export_onnx takes layers of Strata's own classes, in Sequential models. "
                  "Received: layer " +
                  layer + " of class Doubling."));
}

TEST_F(RefusedExport, AClassDerivedFromALayerOfStratas) {
  const Sequential model({Input({3}), OtherDense()});
  EXPECT_THAT([&] { model.export_onnx(path_); },
              ThrowsMessage<InvalidArgument>(HasSubstr("class OtherDense")));
}

TEST_F(RefusedExport, AModelOfOnesOwn) {
  OwnModel model;
  model.build({1, 3});
  EXPECT_THAT([&] { model.export_onnx(path_); },
              ThrowsMessage<InvalidArgument>(HasSubstr("class OwnModel")));
}

TEST_F(RefusedExport, AMask) {
  const Sequential model(
      {Input({3}),
       Embedding({.input_dim = 4, .output_dim = 2, .mask_zero = true, .name = "words"})});
  EXPECT_THAT([&] { model.export_onnx(path_); },
              Raises<InvalidArgument>("words: an ONNX file holds no masks, so mask_zero must be "
                                      "false. Received: mask_zero=true."));
}

TEST_F(RefusedExport, ACallableAsAnActivation) {
  const auto callable = [](const Tensor& x) { return x * x; };
  const Sequential model({Input({3}), Dense({.units = 2, .activation = callable, .name = "head"})});
  EXPECT_THAT([&] { model.export_onnx(path_); },
              Raises<InvalidArgument>(
                  "head: export_onnx takes Strata's own activations. Received: layer head of class "
                  "Dense, whose activation is a callable."));
}

TEST_F(RefusedExport, AnActivationOfOnesOwn) {
  const Sequential model({Input({3}), layers::Activation(Cube())});
  EXPECT_THAT([&] { model.export_onnx(path_); },
              ThrowsMessage<InvalidArgument>(HasSubstr("whose activation is a Cube.")));
}

TEST_F(RefusedExport, NamesThatAreNone) {
  const Sequential model({Input({3}), Dense(2)});
  EXPECT_THAT([&] { model.export_onnx(path_, {.input_name = ""}); },
              ThrowsMessage<InvalidArgument>(HasSubstr("two names")));
  EXPECT_THAT([&] { model.export_onnx(path_, {.input_name = "x", .output_name = "x"}); },
              ThrowsMessage<InvalidArgument>(HasSubstr("two names")));
}

TEST_F(RefusedExport, AnExtentThatOnnxCannotSay) {
  const Sequential model({Input({Shape::kUnknown}), Reshape({0, 3})});
  EXPECT_THAT([&] { model.export_onnx(path_); },
              ThrowsMessage<ShapeError>(HasSubstr("extent of 0")));
}

TEST_F(RefusedExport, AFolderThatIsNotThere) {
  const Sequential model({Input({3}), Dense(2)});
  EXPECT_THAT([&] { model.export_onnx(folder_.path("none/model.onnx")); },
              ThrowsMessage<IoError>(HasSubstr("export_onnx: ")));
}

}  // namespace
}  // namespace strata::testing
