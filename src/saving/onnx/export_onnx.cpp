// Model::export_onnx: walks the layers, and writes the file.
#include <onnx/onnx_pb.h>

#include <climits>
#include <typeinfo>

#include "autodiff/not_recording.hpp"
#include "core/check.hpp"
#include "io/atomic_file.hpp"
#include "saving/onnx/layer_table.hpp"
#include "strata/models/sequential.hpp"
#include "strata/version.hpp"
#include "tensor/format.hpp"

namespace strata {
namespace {

using saving::OnnxGraph;
using saving::Value;

constexpr int kIrVersion = 8;  // the first that holds this operator set
constexpr int kOperatorSet = 17;

// A value with its shape; the batch axis is unknown.
struct Reached {
  Value value;
  Shape shape;
};

[[noreturn]] void refuse(const Layer& layer) {
  raise(layer.name(),
        "export_onnx takes layers of Strata's own classes, in Sequential models. Received: layer "
        "{} of class {}.",
        layer.name(), layer.class_name());
}

Reached pass_layers(OnnxGraph& graph, const Layer& sequential, const std::string& path,
                    Reached reached);

Reached pass(OnnxGraph& graph, Layer& layer, const std::string& path, const Reached& reached) {
  if (typeid(layer) == typeid(Sequential)) return pass_layers(graph, layer, path + "/", reached);
  const saving::LayerWriter write = saving::onnx_writer(typeid(layer));
  if (write == nullptr) refuse(layer);
  graph.begin_layer(path);
  const Shape output = layer.compute_output_shape(reached.shape);
  return {write(graph, layer, {reached.value, reached.shape, output}), output};
}

Reached pass_layers(OnnxGraph& graph, const Layer& sequential, const std::string& path,
                    Reached reached) {
  for (const auto& layer : sequential.sublayers())
    reached = pass(graph, *layer, path + layer->name(), reached);
  return reached;
}

std::string serialized(const onnx::ModelProto& file, const std::string& who) {
  const std::size_t size = file.ByteSizeLong();
  check(size <= INT_MAX, who, "an ONNX file can't hold 2 GiB or more. Received: {} bytes.", size);
  return file.SerializeAsString();
}

}  // namespace

void Model::export_onnx(const std::string& path, const OnnxOptions& options) const {
  const auto& [input_name, output_name] = options;
  check(!input_name.empty() && !output_name.empty() && input_name != output_name, name(),
        "input_name and output_name must be two names. Received: input_name={}, output_name={}.",
        input_name, output_name);
  check<StateError>(built(), name(),
                    "export_onnx takes a model that is built: begin it with an Input, or call it "
                    "once. Received: an unbuilt model.");
  if (typeid(*this) != typeid(Sequential)) refuse(*this);
  const autodiff::NotRecording not_recording;
  OnnxGraph graph({.name = name(), .input = input_name, .output = output_name});
  const Shape built_for = build_shape().value_or(Shape());
  check<ShapeError>(built_for.rank() > 0, name(),
                    "export_onnx takes a model of one input with a batch axis. Received: shape={}.",
                    built_for);
  const Shape input = built_for.with(0, Shape::kUnknown);
  const Reached result = pass_layers(graph, *this, "", {graph.input(), input});

  onnx::ModelProto file;
  file.set_ir_version(kIrVersion);
  file.add_opset_import()->set_version(kOperatorSet);
  file.set_producer_name("strata");
  file.set_producer_version(std::string(kVersion));
  *file.mutable_graph() = graph.finish(result.value, input, result.shape);
  io::write_file({"export_onnx", path}, io::as_bytes(serialized(file, name())));
}

}  // namespace strata
