// Builds the messages of an ONNX graph.
#include "saving/onnx/graph.hpp"

#include <onnx/onnx_pb.h>

#include <algorithm>
#include <numeric>

#include "io/elements.hpp"
#include "strata/ops/array.hpp"

namespace strata::saving {
namespace {

onnx::AttributeProto message_of(const OnnxAttribute& attribute) {
  onnx::AttributeProto message;
  message.set_name(attribute.name);
  if (const auto* integer = std::get_if<std::int64_t>(&attribute.value)) {
    message.set_type(onnx::AttributeProto::INT);
    message.set_i(*integer);
  } else if (const auto* number = std::get_if<float>(&attribute.value)) {
    message.set_type(onnx::AttributeProto::FLOAT);
    message.set_f(*number);
  } else if (const auto* text = std::get_if<std::string>(&attribute.value)) {
    message.set_type(onnx::AttributeProto::STRING);
    message.set_s(*text);
  } else {
    message.set_type(onnx::AttributeProto::INTS);
    for (const std::int64_t integer_of_list : std::get<Integers>(attribute.value))
      message.add_ints(integer_of_list);
  }
  return message;
}

// Extents that are not known have names, the batch's a telling one.
void declare(onnx::ValueInfoProto& info, const std::string& name, const Shape& shape) {
  info.set_name(name);
  auto& tensor = *info.mutable_type()->mutable_tensor_type();
  tensor.set_elem_type(onnx::TensorProto::FLOAT);
  auto& extents = *tensor.mutable_shape();
  for (int axis = 0; axis < shape.rank(); ++axis) {
    auto& extent = *extents.add_dim();
    if (axis == 0)
      extent.set_dim_param("batch");
    else if (shape[axis] == Shape::kUnknown)
      extent.set_dim_param(name + "_axis_" + std::to_string(axis));
    else
      extent.set_dim_value(shape[axis]);
  }
}

bool in_order(const std::vector<int>& axes) { return std::is_sorted(axes.begin(), axes.end()); }

std::vector<int> inverse(const std::vector<int>& axes) {
  std::vector<int> found(axes.size());
  for (std::size_t i = 0; i < axes.size(); ++i)
    found[static_cast<std::size_t>(axes[i])] = static_cast<int>(i);
  return found;
}

}  // namespace

OnnxGraph::OnnxGraph(const Options& options)
    : options_(options),
      graph_(std::make_unique<onnx::GraphProto>()),
      names_({options.input, options.output}) {
  graph_->set_name(options.name);
}

OnnxGraph::~OnnxGraph() = default;

std::string OnnxGraph::unique_name(const std::string& name) {
  const std::string full = path_ + "/" + name;
  std::string found = full;
  for (int count = 1; !names_.insert(found).second; ++count)
    found = full + "_" + std::to_string(count);
  return found;
}

std::vector<Value> OnnxGraph::nodes(int count, const char* type, const std::vector<Value>& inputs,
                                    const std::vector<OnnxAttribute>& attributes) {
  onnx::NodeProto& node = *graph_->add_node();
  node.set_op_type(type);
  for (const Value& input : inputs) node.add_input(input);
  for (int i = 0; i < count; ++i) node.add_output(unique_name(type));
  node.set_name(node.output(0));
  for (const OnnxAttribute& attribute : attributes) *node.add_attribute() = message_of(attribute);
  return {node.output().begin(), node.output().end()};
}

Value OnnxGraph::node(const char* type, const std::vector<Value>& inputs,
                      const std::vector<OnnxAttribute>& attributes) {
  return nodes(1, type, inputs, attributes)[0];
}

Value OnnxGraph::constant(const char* name, const Tensor& value) {
  onnx::TensorProto& tensor = *graph_->add_initializer();
  tensor.set_name(unique_name(name));
  tensor.set_data_type(onnx::TensorProto::FLOAT);
  for (const std::int64_t extent : value.shape()) tensor.add_dims(extent);
  const auto bytes = io::bytes_of(value);
  tensor.set_raw_data(bytes.data(), bytes.size());
  return tensor.name();
}

Value OnnxGraph::constant(const char* name, const Integers& values) {
  return constant(name, values, {static_cast<std::int64_t>(values.size())});
}

Value OnnxGraph::constant(const char* name, const Integers& values, const Shape& shape) {
  onnx::TensorProto& tensor = *graph_->add_initializer();
  tensor.set_name(unique_name(name));
  tensor.set_data_type(onnx::TensorProto::INT64);
  for (const std::int64_t extent : shape) tensor.add_dims(extent);
  for (const std::int64_t value : values) tensor.add_int64_data(value);
  return tensor.name();
}

Value OnnxGraph::number(float value) { return constant("number", Tensor(value)); }

Value OnnxGraph::weight(const Variable& variable, const std::vector<int>& axes) {
  const auto found = weights_.find(variable.id());
  if (found != weights_.end()) return found->second;
  const Tensor value = axes.empty() ? variable.value() : ops::transpose(variable.value(), axes);
  return weights_[variable.id()] = constant(variable.name().c_str(), value);
}

OnnxGraph::Origin OnnxGraph::origin(const Value& x, int rank) const {
  const auto found = transposed_.find(x);
  if (found != transposed_.end()) return found->second;
  std::vector<int> axes(static_cast<std::size_t>(rank));
  std::iota(axes.begin(), axes.end(), 0);
  return {x, axes};
}

Value OnnxGraph::transpose(const Value& x, const std::vector<int>& axes) {
  const Origin before = origin(x, static_cast<int>(axes.size()));
  std::vector<int> joined;
  for (const int axis : axes) joined.push_back(before.axes[static_cast<std::size_t>(axis)]);
  if (in_order(joined)) return before.source;
  Value result =
      node("Transpose", {before.source}, {{"perm", Integers(joined.begin(), joined.end())}});
  transposed_[result] = {before.source, joined};
  return result;
}

Value OnnxGraph::by_axes(const Value& x, int rank, const AxesFunction& function) {
  const Origin before = origin(x, rank);
  return transpose(function(before.source, before.axes), before.axes);
}

Value OnnxGraph::by_element(const Value& x, const Function& function) {
  const auto found = transposed_.find(x);
  if (found == transposed_.end()) return function(x);
  const Origin before = found->second;
  return transpose(function(before.source), before.axes);
}

Value OnnxGraph::with_second(const Value& x, int axis, int rank, const Function& function) {
  std::vector<int> axes;
  for (int other = 0; other < rank; ++other) {
    if (other != axis) axes.push_back(other);
  }
  axes.insert(axes.begin() + 1, axis);
  return transpose(function(transpose(x, axes)), inverse(axes));
}

void OnnxGraph::leave_out_unneeded(const Value& result) {
  std::set<Value> needed = {result};
  const auto nodes = graph_->node();
  std::vector<onnx::NodeProto> kept;
  for (int i = nodes.size() - 1; i >= 0; --i) {
    const auto& outputs = nodes[i].output();
    if (std::none_of(outputs.begin(), outputs.end(),
                     [&](const Value& output) { return needed.count(output) == 1; }))
      continue;
    needed.insert(nodes[i].input().begin(), nodes[i].input().end());
    kept.push_back(nodes[i]);
  }
  graph_->clear_node();
  for (auto node = kept.rbegin(); node != kept.rend(); ++node) *graph_->add_node() = *node;
}

void OnnxGraph::rename(const Value& from, const Value& to) {
  const auto replace = [&](std::string& name) {
    if (name == from) name = to;
  };
  for (onnx::NodeProto& node : *graph_->mutable_node()) {
    for (Value& input : *node.mutable_input()) replace(input);
    for (Value& output : *node.mutable_output()) replace(output);
  }
}

const onnx::GraphProto& OnnxGraph::finish(const Value& result, const Shape& input,
                                          const Shape& output) {
  const bool is_input = result == options_.input;
  const Value last = is_input ? node("Identity", {result}) : result;
  leave_out_unneeded(last);
  rename(last, options_.output);
  declare(*graph_->add_input(), options_.input, input);
  declare(*graph_->add_output(), options_.output, output);
  return *graph_;
}

}  // namespace strata::saving
