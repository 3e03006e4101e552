// The graph of an ONNX file while it is made: named values, and the nodes between them.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "strata/tensor/shape.hpp"
#include "strata/tensor/tensor.hpp"
#include "strata/tensor/variable.hpp"

namespace onnx {
class GraphProto;
class ValueInfoProto;
}  // namespace onnx

namespace strata::saving {

/// A value of the graph: what a node or a weight is called where it is used.
using Value = std::string;

using Integers = std::vector<std::int64_t>;

/// An attribute of a node.
struct OnnxAttribute {
  const char* name;
  std::variant<std::int64_t, float, std::string, Integers> value;
};

class OnnxGraph {
 public:
  struct Options {
    std::string name;
    std::string input;
    std::string output;
  };

  explicit OnnxGraph(const Options& options);
  ~OnnxGraph();
  OnnxGraph(const OnnxGraph&) = delete;
  OnnxGraph& operator=(const OnnxGraph&) = delete;

  /// All that follows is named `path/…`.
  void begin_layer(const std::string& path) { path_ = path; }

  Value input() const { return options_.input; }

  /// The output of a new node.
  Value node(const char* type, const std::vector<Value>& inputs,
             const std::vector<OnnxAttribute>& attributes = {});

  /// The outputs of a new node that has `count` of them.
  std::vector<Value> nodes(int count, const char* type, const std::vector<Value>& inputs,
                           const std::vector<OnnxAttribute>& attributes = {});

  /// A layer's weight, with its axes in another order if some are given. A weight that is shared
  /// stands in the graph once.
  Value weight(const Variable& variable, const std::vector<int>& axes = {});
  Value constant(const char* name, const Tensor& value);
  Value constant(const char* name, const Integers& values);
  Value constant(const char* name, const Integers& values, const Shape& shape);
  Value number(float value);

  /// `x` with axis i of the result being its axis `axes[i]`. Transpositions one after the other
  /// become one, or none if they undo each other.
  Value transpose(const Value& x, const std::vector<int>& axes);

  using Function = std::function<Value(const Value&)>;
  /// `function`, which must work element by element, before the transposition that `x` may come
  /// from: then the next layer can undo it.
  Value by_element(const Value& x, const Function& function);
  /// `function` on `x`, whose axis `axis` of `rank` stands second while it works.
  Value with_second(const Value& x, int axis, int rank, const Function& function);

  /// The value as it was before the transposition that it comes from, and that transposition.
  struct Origin {
    Value source;
    std::vector<int> axes;
  };
  Origin origin(const Value& x, int rank) const;

  /// `function(value, axes)` on the value before the transposition that `x`, of `rank`, may come
  /// from: axis i of x is its axis `axes[i]`, and must stay so.
  using AxesFunction = std::function<Value(const Value&, const std::vector<int>& axes)>;
  Value by_axes(const Value& x, int rank, const AxesFunction& function);

  /// Ends the graph: leaves out what nothing needs and declares input and output. To be called
  /// once.
  const onnx::GraphProto& finish(const Value& result, const Shape& input, const Shape& output);

 private:
  std::string unique_name(const std::string& name);
  void leave_out_unneeded(const Value& result);
  void rename(const Value& from, const Value& to);

  Options options_;
  std::unique_ptr<onnx::GraphProto> graph_;
  std::string path_;
  std::set<std::string> names_;
  std::map<std::uint64_t, Value> weights_;  // by the variable's id
  std::map<Value, Origin> transposed_;
};

}  // namespace strata::saving
