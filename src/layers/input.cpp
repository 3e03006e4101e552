// Input: checks and config of the shape of a model's data.
#include "strata/layers/input.hpp"

#include <limits>

#include "core/fields.hpp"
#include "layers/base_fields.hpp"
#include "tensor/format.hpp"

namespace strata::layers {
namespace {

// Reads the input's shape from a config; the other keys have no effect.
Shape read_batch_shape(const Config& config) {
  Shape batch_shape;
  std::optional<Shape> shape;
  std::optional<int> batch_size;
  ConfigReader reader("InputLayer", config);
  reader("shape", shape);  // as an Input's options name it
  reader("batch_size", batch_size);
  reader.or_default("batch_input_shape", batch_shape);  // as Keras 2 writes it
  reader.or_default("batch_shape", batch_shape);
  for (const char* key : {"sparse", "ragged"}) reader.neutral(key, false);
  for (const char* key : {"input_tensor", "input_shape"}) reader.null_alone(key);
  for (const char* key : {"name", "trainable", "dtype"}) reader.skip(key);  // the base reads them
  for (const char* key : {"optional", "type_spec", "autocast", "activity_regularizer"})
    reader.ignore(key);  // Keras accepts these keys and ignores them
  reader.finish();
  if (shape && batch_shape.rank() == 0) {
    batch_shape = {batch_size.value_or(Shape::kUnknown)};
    for (const std::int64_t extent : *shape) batch_shape.append(extent);
  }
  check(batch_shape.rank() > 0, "InputLayer", "a config needs a batch_shape. Received: {}.",
        config);
  return batch_shape;
}

}  // namespace

Input::Input(Options options) : Layer("InputLayer", options.name), options_(std::move(options)) {
  for (const std::int64_t extent : options_.shape.value()) {
    check(extent > 0 || extent == Shape::kUnknown, "Input",
          "extents must be positive. Received: shape={}.", options_.shape.value());
  }
  check(!options_.batch_size || *options_.batch_size > 0, "Input",
        "batch_size must be positive. Received: batch_size={}.", options_.batch_size.value_or(0));
  mark_built();
}

Shape Input::batch_shape() const {
  Shape shape = {options_.batch_size.value_or(Shape::kUnknown)};
  for (const std::int64_t extent : options_.shape.value()) shape.append(extent);
  return shape;
}

Tensor Input::call(const Tensor& inputs, const CallContext&) { return inputs; }

Shape Input::compute_output_shape(const Shape& input_shape) { return input_shape; }

void Input::set_activity_regularizer(RegularizerSpec regularizer) {
  check(!regularizer, name(), "an Input can't have an activity regularizer. Received: one.");
}

// Keras accepts this key of an Input and drops it.
void Input::restore_activity_regularizer(RegularizerSpec) {}

Config Input::get_config() const {
  return write_fields([this](auto& fields) {
    fields("batch_shape", batch_shape());
    fields("dtype", std::string("float32"));
    fields("sparse", false);
    fields("name", name());
  });
}

Input Input::from_config(const Config& config) {
  Options options{.shape = Shape(), .name = name_in(config)};
  const Shape batch_shape = read_batch_shape(config);
  if (const std::int64_t batch_size = batch_shape.front(); batch_size != Shape::kUnknown) {
    check(batch_size <= std::numeric_limits<int>::max(), "InputLayer",
          "a batch size must fit an int. Received: batch_shape={}.", batch_shape);
    options.batch_size = static_cast<int>(batch_size);
  }
  options.shape = batch_shape.without(0);
  Input layer(std::move(options));
  layer.set_base_config(config);
  return layer;
}

}  // namespace strata::layers
