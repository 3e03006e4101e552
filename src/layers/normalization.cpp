// Normalization: statistics given or learned from data, and their use.
#include "strata/layers/normalization.hpp"

#include <algorithm>
#include <cmath>

#include "core/fields.hpp"
#include "layers/base_fields.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/elementwise.hpp"
#include "strata/ops/reduction.hpp"
#include "tensor/format.hpp"

namespace strata::layers {
namespace {

constexpr float kSmallestDeviation = 1e-7f;

// `array` in `shape`'s rank, its last axis along the last one of `kept`, and so on from the back.
Shape aligned(const Shape& array, const std::vector<bool>& kept, const Shape& shape) {
  Shape result = shape;
  int from = array.rank();
  for (int axis = shape.rank() - 1; axis >= 0; --axis)
    result[axis] = kept[static_cast<std::size_t>(axis)] && from > 0 ? array[--from] : 1;
  return result;
}

Tensor deviation(const Tensor& variance) {
  return ops::maximum(ops::sqrt(variance), kSmallestDeviation);
}

}  // namespace

template <class Fields>
void list_fields(Fields& fields, NormalizationOptions& options) {
  fields("axis", options.axis);
  fields.truth("invert", options.invert);
  fields("mean", options.mean);
  fields("variance", options.variance);
}

Normalization::Normalization(Options options)
    : Layer("Normalization", options.name, options.activity_regularizer),
      options_(std::move(options)) {
  const Tensor& mean = options_.mean;
  const Tensor& variance = options_.variance;
  check(mean.defined() == variance.defined(), "Normalization",
        "mean and variance must be given together. Received: {} alone.",
        mean.defined() ? "a mean" : "a variance");
  if (!is_given()) return;
  check(mean.shape() == variance.shape(), "Normalization",
        "mean and variance must have the same shape. Received: {} and {}.", mean.shape(),
        variance.shape());
  check(mean.rank() <= static_cast<int>(options_.axis.values().size()), "Normalization",
        "mean must have at most one axis for each of axis. Received: mean of shape {}, axis=[{}].",
        mean.shape(), fmt::join(options_.axis.values(), ", "));
  const auto finite = [](float value) { return std::isfinite(value); };
  check(std::all_of(mean.values().begin(), mean.values().end(), finite), "Normalization",
        "mean must be finite. Received: mean={}.", to_string(mean));
  check(std::all_of(variance.values().begin(), variance.values().end(),
                    [&](float value) { return finite(value) && value >= 0.0f; }),
        "Normalization", "variance must be finite and >= 0. Received: variance={}.",
        to_string(variance));
}

std::vector<bool> Normalization::kept_axes(const Shape& input) const {
  return ops::Axes(options_.axis.values()).of(input, name().c_str());
}

std::vector<int> Normalization::reduced_axes(const Shape& input) const {
  const std::vector<bool> kept = kept_axes(input);
  std::vector<int> others;
  for (int axis = 0; axis < input.rank(); ++axis) {
    if (!kept[static_cast<std::size_t>(axis)]) others.push_back(axis);
  }
  return others;
}

Shape Normalization::kept_extents(const Shape& input) const {
  const std::vector<bool> kept = kept_axes(input);
  Shape extents;
  for (int axis = 0; axis < input.rank(); ++axis) {
    if (kept[static_cast<std::size_t>(axis)]) extents.append(input[axis]);
  }
  return extents;
}

void Normalization::check_input(const Shape& input) const {
  const std::vector<bool> kept = kept_axes(input);
  for (int axis = 0; axis < input.rank(); ++axis) {
    if (!kept[static_cast<std::size_t>(axis)]) continue;
    check<ShapeError>(input[axis] != Shape::kUnknown, name(),
                      "the axes with statistics of their own must be known. Received: shape={}.",
                      input);
  }
  if (is_given()) {
    const Shape given = aligned(options_.mean.shape(), kept, input);
    for (int axis = 0; axis < input.rank(); ++axis) {
      check<ShapeError>(given[axis] == 1 || given[axis] == input[axis], name(),
                        "mean and variance must broadcast over axis. Received: mean of shape {}, "
                        "shape={}.",
                        options_.mean.shape(), input);
    }
  } else if (built()) {
    check<ShapeError>(kept_extents(input) == mean_.shape(), name(),
                      "the statistics have the shape {}, as when the layer was built. Received: "
                      "shape={}.",
                      mean_.shape(), input);
  }
}

void Normalization::create_weights(const Shape& input) {
  if (is_given()) return;
  const Shape shape = kept_extents(input);
  WeightAxes axes;
  if (shape.rank() > 0 && kept_axes(input).back()) axes = {.input = shape.rank() - 1};
  mean_ = add_weight(
      {.name = "mean", .shape = shape, .initializer = "zeros", .trainable = false, .axes = axes});
  variance_ = add_weight({.name = "variance",
                          .shape = shape,
                          .initializer = "ones",
                          .trainable = false,
                          .axes = axes});
  count_ = add_weight({.name = "count",
                       .shape = Shape(),
                       .initializer = "zeros",
                       .trainable = false,
                       .integer = true});
}

void Normalization::adapt(const Tensor& data) { adapt(std::vector{data}); }

void Normalization::adapt(const std::vector<Tensor>& batches) {
  const std::string who = name() + ".adapt";
  check<StateError>(
      !is_given(), who,
      "there is nothing to learn where mean and variance are given. Received: a call.");
  std::int64_t elements = 0;
  for (const Tensor& batch : batches) {
    check(batch.defined(), who, "the data must be defined. Received: an undefined tensor.");
    check_input(batch.shape());
    check<ShapeError>(kept_extents(batch.shape()) == kept_extents(batches.front().shape()), who,
                      "batches must have equal extents along axis. Received: shapes {} and {}.",
                      batches.front().shape(), batch.shape());
    elements += batch.size();
  }
  check<ShapeError>(elements > 0, who, "the data must have elements. Received: none.");
  build(batches.front().shape());
  Tensor mean, variance;
  double count = 0.0;
  for (const Tensor& batch : batches) {
    if (batch.size() == 0) continue;
    const std::vector<int> others = reduced_axes(batch.shape());
    const Tensor own_mean = ops::mean(batch, others);
    const Tensor own_variance = ops::variance(batch, others);
    const double own = static_cast<double>(batch.size()) / static_cast<double>(own_mean.size());
    count += own;
    if (!mean.defined()) {
      mean = own_mean;
      variance = own_variance;
      continue;
    }
    // By the distances of both means from the new one.
    const auto share = static_cast<float>(own / count);
    const Tensor merged = mean * (1.0f - share) + own_mean * share;
    variance = (variance + ops::square(mean - merged)) * (1.0f - share) +
               (own_variance + ops::square(own_mean - merged)) * share;
    mean = merged;
  }
  mean_.assign(mean);
  variance_.assign(variance);
}

// A given or learned statistic, in a shape that broadcasts with the inputs.
Tensor Normalization::spread(const Tensor& statistic, const Shape& input) const {
  return ops::reshape(statistic, aligned(statistic.shape(), kept_axes(input), input));
}

Tensor Normalization::mean() const {
  const Tensor value = is_given() ? options_.mean : mean_.value();
  return build_shape() ? spread(value, *build_shape()) : value;
}

Tensor Normalization::variance() const {
  const Tensor value = is_given() ? options_.variance : variance_.value();
  return build_shape() ? spread(value, *build_shape()) : value;
}

Tensor Normalization::call(const Tensor& inputs, const CallContext&) {
  const Tensor mean = spread(is_given() ? options_.mean : mean_.value(), inputs.shape());
  const Tensor width =
      deviation(spread(is_given() ? options_.variance : variance_.value(), inputs.shape()));
  return options_.invert ? mean + inputs * width : (inputs - mean) / width;
}

Shape Normalization::compute_output_shape(const Shape& input) {
  check_input(input);
  return input;
}

// Its weights are not trained.
std::optional<std::vector<Layer::RegularizerSlot>> Normalization::regularizer_slots() {
  return std::vector<RegularizerSlot>();
}

// Keras writes a list of axes even if it is one.
Config Normalization::get_config() const {
  Config config = with_fields(Layer::get_config(), options_);
  config["axis"] = options_.axis.values();
  return config;
}

// As in Keras, null stands for no axis.
Normalization Normalization::from_config(const Config& config) {
  Config own = config;
  if (own.contains("axis") && own["axis"].is_null()) own["axis"] = Config::array();
  Normalization layer(read_options<Options>("Normalization", own));
  layer.set_base_config(config);
  return layer;
}

}  // namespace strata::layers
