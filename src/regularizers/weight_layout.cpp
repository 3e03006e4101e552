// The axes of weights as rules see them.
#include "regularizers/weight_layout.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "core/check.hpp"
#include "strata/ops/array.hpp"
#include "tensor/format.hpp"

namespace strata::regularizers {
namespace {

// Neighbouring axes that are all kept apart by the groups, or all summed over.
struct Block {
  std::int64_t extent;
  bool kept;
};

// Those of extent 1 are neither.
std::vector<Block> merged(const std::vector<Block>& axes) {
  std::vector<Block> blocks;
  for (const Block& axis : axes) {
    if (axis.extent == 1) continue;
    if (!blocks.empty() && blocks.back().kept == axis.kept) {
      blocks.back().extent *= axis.extent;
    } else {
      blocks.push_back(axis);
    }
  }
  return blocks;
}

// The order of axes that puts the outputs last; empty if they are.
std::vector<int> outputs_last(int rank, const WeightAxes& axes) {
  const int output = axes.output.value_or(rank - 1);
  if (output == rank - 1) return {};
  std::vector<int> order;
  for (int axis = 0; axis < rank; ++axis) {
    if (axis != output) order.push_back(axis);
  }
  order.push_back(output);
  return order;
}

}  // namespace

void check_groups(const char* who, const WeightGroups& groups) {
  if (groups.name() == nullptr) return;
  const std::string& name = *groups.name();
  check(name == "inputs" || name == "outputs" || name == "filters", who,
        "groups must be \"inputs\", \"outputs\", \"filters\" or the number of an axis. Received: "
        "groups={}.",
        name);
}

kernels::GroupLayout group_layout(std::string_view owner, const char* who,
                                  const WeightGroups& groups, const Shape& shape,
                                  const WeightAxes& axes) {
  std::vector<int> kept;
  check<ShapeError>(shape.rank() >= 1, owner, "{} takes tensors of rank >= 1. Received: shape={}.",
                    who, shape);
  if (const int* axis = groups.axis()) {
    check<ShapeError>(*axis >= -shape.rank() && *axis < shape.rank(), owner,
                      "the groups of {} must be those of an axis of the tensor. Received: "
                      "groups={}, shape={}.",
                      who, *axis, shape);
    kept = {*axis < 0 ? *axis + shape.rank() : *axis};
  } else {
    const std::string& name = *groups.name();
    const bool known = axes.input && (name == "inputs" || axes.output);
    check(known, owner,
          "{} takes groups by name of weights alone whose layer says which axes its inputs and "
          "outputs run along; of others, by the number of an axis. Received: groups={}, shape={}.",
          who, name, shape);
    if (name != "outputs") kept.push_back(*axes.input);
    if (name != "inputs") kept.push_back(*axes.output);
  }
  const bool by_units = groups.name() != nullptr && axes.output;
  std::vector<Block> all;
  for (int axis = 0; axis < shape.rank(); ++axis) {
    const bool is_kept = std::find(kept.begin(), kept.end(), axis) != kept.end();
    const int gates = by_units && axis == *axes.output ? axes.gates : 1;
    all.push_back({gates, false});
    all.push_back({shape[axis] / gates, is_kept});
  }
  const std::vector<Block> blocks = merged(all);
  kernels::GroupLayout layout;
  const std::array<std::pair<std::int64_t*, bool>, 5> places = {{{&layout.innermost, false},
                                                                 {&layout.kept_inner, true},
                                                                 {&layout.between, false},
                                                                 {&layout.kept_outer, true},
                                                                 {&layout.outermost, false}}};
  auto place = places.begin();
  for (auto block = blocks.rbegin(); block != blocks.rend(); ++block) {
    while (place->second != block->kept) ++place;
    *place->first = block->extent;
  }
  return layout;
}

WeightAxes kernel_axes(const Shape& shape) {
  if (shape.rank() < 2) return {};
  return {.input = shape.rank() - 2, .output = shape.rank() - 1};
}

void check_matrix(std::string_view owner, const char* who, const Shape& shape) {
  check<ShapeError>(shape.rank() >= 2, owner, "{} takes tensors of rank >= 2. Received: shape={}.",
                    who, shape);
}

Tensor as_matrix(const Tensor& x, const WeightAxes& axes) {
  const std::vector<int> order = outputs_last(x.rank(), axes);
  Tensor ordered = order.empty() ? x : ops::transpose(x, order);
  if (ordered.rank() == 2) return ordered;
  const std::int64_t columns = ordered.shape().back();
  return ops::reshape(ordered, {columns == 0 ? 0 : x.size() / columns, columns});
}

Tensor from_matrix(const Tensor& matrix, const Shape& shape, const WeightAxes& axes) {
  const std::vector<int> order = outputs_last(shape.rank(), axes);
  if (order.empty()) return ops::reshape(matrix, shape);
  Shape ordered;
  std::vector<int> back(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    ordered.append(shape[order[i]]);
    back[static_cast<std::size_t>(order[i])] = static_cast<int>(i);
  }
  return ops::transpose(ops::reshape(matrix, ordered), back);
}

}  // namespace strata::regularizers
