// Reshape: resolves the target shape, and reshapes.
#include "strata/layers/reshape.hpp"

#include <algorithm>
#include <vector>

#include "core/fields.hpp"
#include "layers/base_fields.hpp"
#include "strata/ops/array.hpp"
#include "tensor/format.hpp"

namespace strata::layers {
namespace {

constexpr std::int64_t kInferred = -1;

}  // namespace

template <class Fields>
void list_fields(Fields& fields, ReshapeOptions& options) {
  const Shape& target = options.target_shape;
  // As numbers: a Shape would write an extent of -1 as null.
  std::vector<std::int64_t> extents(target.begin(), target.end());
  fields("target_shape", extents);
  options.target_shape = Shape(extents);
}

Reshape::Reshape(Options options)
    : Layer("Reshape", options.name, options.activity_regularizer), options_(std::move(options)) {
  const Shape& target = options_.target_shape;
  check(std::all_of(target.begin(), target.end(), [](auto extent) { return extent >= -1; }) &&
            std::count(target.begin(), target.end(), kInferred) <= 1,
        "Reshape",
        "target_shape's extents must be >= 0, but for one that may be -1. Received: "
        "target_shape=({}).",
        fmt::join(target, ", "));
  mark_built();
}

Shape Reshape::compute_output_shape(const Shape& input) {
  check<ShapeError>(input.rank() >= 1, name(), "the input must have rank >= 1. Received: shape={}.",
                    input);
  const Shape& target = options_.target_shape;
  const Shape sample = input.without(0);
  Shape output = {input.front()};
  Shape given;
  for (const std::int64_t extent : target) {
    output.append(extent);
    if (extent != kInferred) given.append(extent);
  }
  if (!sample.is_known()) return output;
  const bool inferred = given.rank() < target.rank();
  const std::int64_t size = sample.element_count();
  const std::int64_t part = given.element_count();
  const bool fits = inferred ? part > 0 && size % part == 0 : part == size;
  check<ShapeError>(fits, name(),
                    "a sample must keep its number of elements. Received: shape={}, "
                    "target_shape=({}).",
                    input, fmt::join(target, ", "));
  for (int axis = 1; axis < output.rank(); ++axis) {
    if (output[axis] == kInferred) output[axis] = size / part;
  }
  return output;
}

Tensor Reshape::call(const Tensor& inputs, const CallContext&) {
  return ops::reshape(inputs, compute_output_shape(inputs.shape()));
}

Config Reshape::get_config() const { return with_fields(Layer::get_config(), options_); }

Reshape Reshape::from_config(const Config& config) {
  check(config.contains("target_shape"), "Reshape", "a config needs a target_shape. Received: {}.",
        config);
  Reshape layer(read_options<Options>("Reshape", config, {.target_shape = Shape()}));
  layer.set_base_config(config);
  return layer;
}

}  // namespace strata::layers
