// Follows units through the layers that keep them apart: one table of these.
#include "compression/unit_axis.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <typeinfo>

#include "activations/builtin_name.hpp"
#include "activations/layer_as_activation.hpp"
#include "core/fields.hpp"
#include "strata/config.hpp"
#include "strata/layers/activation.hpp"
#include "strata/layers/activity_regularization.hpp"
#include "strata/layers/adaptive_pooling.hpp"
#include "strata/layers/alpha_dropout.hpp"
#include "strata/layers/batch_normalization.hpp"
#include "strata/layers/cropping.hpp"
#include "strata/layers/dropout.hpp"
#include "strata/layers/elu.hpp"
#include "strata/layers/flatten.hpp"
#include "strata/layers/gaussian_dropout.hpp"
#include "strata/layers/gaussian_noise.hpp"
#include "strata/layers/global_pooling.hpp"
#include "strata/layers/identity.hpp"
#include "strata/layers/leaky_relu.hpp"
#include "strata/layers/permute.hpp"
#include "strata/layers/pooling.hpp"
#include "strata/layers/prelu.hpp"
#include "strata/layers/relu.hpp"
#include "strata/layers/repeat_vector.hpp"
#include "strata/layers/rescaling.hpp"
#include "strata/layers/reshape.hpp"
#include "strata/layers/spatial_dropout.hpp"
#include "strata/layers/up_sampling.hpp"
#include "strata/layers/zero_padding.hpp"

namespace strata::compression {
namespace {

enum class Kind {
  by_element,
  by_channel,  // keeps a channel's constant
  pads,        // puts zeros beside it
  global_pooling,
  batch_normalization,
  prelu,
  flatten,
  reshape,
  permute,
  repeat,
};

struct Row {
  const std::type_info* type;
  Kind kind;
};

constexpr std::array kRows = {
    Row{&typeid(layers::Activation), Kind::by_element},
    Row{&typeid(layers::ActivityRegularization), Kind::by_element},
    Row{&typeid(layers::AdaptiveAveragePooling1D), Kind::by_channel},
    Row{&typeid(layers::AdaptiveAveragePooling2D), Kind::by_channel},
    Row{&typeid(layers::AdaptiveAveragePooling3D), Kind::by_channel},
    Row{&typeid(layers::AdaptiveMaxPooling1D), Kind::by_channel},
    Row{&typeid(layers::AdaptiveMaxPooling2D), Kind::by_channel},
    Row{&typeid(layers::AdaptiveMaxPooling3D), Kind::by_channel},
    Row{&typeid(layers::AlphaDropout), Kind::by_element},
    Row{&typeid(layers::AveragePooling1D), Kind::by_channel},
    Row{&typeid(layers::AveragePooling2D), Kind::by_channel},
    Row{&typeid(layers::AveragePooling3D), Kind::by_channel},
    Row{&typeid(layers::BatchNormalization), Kind::batch_normalization},
    Row{&typeid(layers::Cropping1D), Kind::by_channel},
    Row{&typeid(layers::Cropping2D), Kind::by_channel},
    Row{&typeid(layers::Cropping3D), Kind::by_channel},
    Row{&typeid(layers::Dropout), Kind::by_element},
    Row{&typeid(layers::ELU), Kind::by_element},
    Row{&typeid(layers::Flatten), Kind::flatten},
    Row{&typeid(layers::GaussianDropout), Kind::by_element},
    Row{&typeid(layers::GaussianNoise), Kind::by_element},
    Row{&typeid(layers::GlobalAveragePooling1D), Kind::global_pooling},
    Row{&typeid(layers::GlobalAveragePooling2D), Kind::global_pooling},
    Row{&typeid(layers::GlobalAveragePooling3D), Kind::global_pooling},
    Row{&typeid(layers::GlobalMaxPooling1D), Kind::global_pooling},
    Row{&typeid(layers::GlobalMaxPooling2D), Kind::global_pooling},
    Row{&typeid(layers::GlobalMaxPooling3D), Kind::global_pooling},
    Row{&typeid(layers::Identity), Kind::by_element},
    Row{&typeid(layers::LeakyReLU), Kind::by_element},
    Row{&typeid(layers::MaxPooling1D), Kind::by_channel},
    Row{&typeid(layers::MaxPooling2D), Kind::by_channel},
    Row{&typeid(layers::MaxPooling3D), Kind::by_channel},
    Row{&typeid(layers::Permute), Kind::permute},
    Row{&typeid(layers::PReLU), Kind::prelu},
    Row{&typeid(layers::ReLU), Kind::by_element},
    Row{&typeid(layers::RepeatVector), Kind::repeat},
    Row{&typeid(layers::Rescaling), Kind::by_element},
    Row{&typeid(layers::Reshape), Kind::reshape},
    Row{&typeid(layers::SpatialDropout1D), Kind::by_element},
    Row{&typeid(layers::SpatialDropout2D), Kind::by_element},
    Row{&typeid(layers::SpatialDropout3D), Kind::by_element},
    Row{&typeid(layers::UpSampling1D), Kind::by_channel},
    Row{&typeid(layers::UpSampling2D), Kind::by_channel},
    Row{&typeid(layers::UpSampling3D), Kind::by_channel},
    Row{&typeid(layers::ZeroPadding1D), Kind::pads},
    Row{&typeid(layers::ZeroPadding2D), Kind::pads},
    Row{&typeid(layers::ZeroPadding3D), Kind::pads},
};

// Nothing for a layer that may mix units.
std::optional<Kind> kind_of(const Layer& layer, const Config& config) {
  const auto row = std::find_if(kRows.begin(), kRows.end(),
                                [&](const Row& each) { return *each.type == typeid(layer); });
  if (row == kRows.end()) return std::nullopt;
  if (const auto* activation = dynamic_cast<const layers::Activation*>(&layer)) {
    if (!acts_by_element(activation->activation())) return std::nullopt;
  }
  if (const auto* rescaling = dynamic_cast<const layers::Rescaling*>(&layer)) {
    if (rescaling->scale().size() != 1 || rescaling->offset().size() != 1) return std::nullopt;
  }
  // It may hold the extents of the data.
  const auto noise_shape = config.find("noise_shape");
  if (noise_shape != config.end() && !noise_shape->is_null()) return std::nullopt;
  return row->kind;
}

std::int64_t inner_extent(const Shape& shape, int axis) {
  std::int64_t inner = 1;
  for (int i = axis + 1; i < shape.rank(); ++i) inner *= shape[i];
  return inner;
}

// Both with a batch of one.
struct Samples {
  Shape input;
  Shape output;
};

// Calls `visit` for each element with its index along an axis of the layer's input and that along
// one of its output, which holds the same elements in the order of `input`, with the first axis
// behind the batch moved to the end if `channels_first`.
template <class Visit>
void visit_elements(const Samples& samples, bool channels_first, int in_axis, int out_axis,
                    const Visit& visit) {
  Shape read = samples.input;
  int read_axis = in_axis;
  if (channels_first) {
    read = {1};
    for (int i = 2; i < samples.input.rank(); ++i) read.append(samples.input[i]);
    read.append(samples.input[1]);
    read_axis = in_axis == 1 ? read.rank() - 1 : in_axis - 1;
  }
  const std::int64_t in_inner = inner_extent(read, read_axis);
  const std::int64_t out_inner = inner_extent(samples.output, out_axis);
  const std::int64_t size = read.element_count();
  for (std::int64_t i = 0; i < size; ++i) {
    visit(static_cast<std::size_t>(i / in_inner % read[read_axis]),
          static_cast<std::size_t>(i / out_inner % samples.output[out_axis]));
  }
}

bool moves_channels_back(const Config& config, const Shape& input) {
  return config.value("data_format", "channels_last") == "channels_first" && input.rank() >= 3;
}

Samples with_one(const LayerShapes& shapes) {
  return {shapes.input.with(0, 1), shapes.output.with(0, 1)};
}

// The units along this axis of a reshaped tensor; nothing if an index would belong to several.
std::optional<UnitAxis> units_along(int out_axis, const Samples& samples, bool channels_first,
                                    const UnitAxis& units) {
  constexpr int kNone = -1;
  UnitAxis behind{out_axis,
                  std::vector<int>(static_cast<std::size_t>(samples.output[out_axis]), kNone)};
  bool apart = true;
  visit_elements(samples, channels_first, units.axis, out_axis,
                 [&](std::size_t in, std::size_t out) {
                   int& unit = behind.unit[out];
                   apart = apart && (unit == kNone || unit == units.unit[in]);
                   unit = units.unit[in];
                 });
  return apart ? std::optional(std::move(behind)) : std::nullopt;
}

std::optional<UnitAxis> units_behind_reshape(const Config& config, const LayerShapes& shapes,
                                             const UnitAxis& units) {
  const Samples samples = with_one(shapes);
  if (!samples.input.is_known() || !samples.output.is_known()) return std::nullopt;
  if (samples.input.element_count() == 0) return std::nullopt;
  const bool channels_first = moves_channels_back(config, shapes.input);
  for (int axis = samples.output.rank() - 1; axis > 0; --axis) {
    auto behind = units_along(axis, samples, channels_first, units);
    if (behind) return behind;
  }
  return std::nullopt;
}

UnitAxis moved_to(int axis, const UnitAxis& units) { return {axis, units.unit}; }

}  // namespace

bool acts_by_element(const ActivationSpec& activation) {
  if (!activation) return true;
  const std::string_view name = activations::builtin_name(*activation);
  if (const auto* layer = activations::layer_parameters(*activation))
    return !std::holds_alternative<AxisList>(*layer);
  constexpr std::array<std::string_view, 4> kMixing = {"glu", "log_softmax", "softmax",
                                                       "sparsemax"};
  return !name.empty() && std::find(kMixing.begin(), kMixing.end(), name) == kMixing.end();
}

int channel_axis(const Config& config, const Shape& input) {
  return config.value("data_format", "channels_last") == "channels_first" ? 1 : input.rank() - 1;
}

bool keeps_units_apart(const Layer& layer) {
  return kind_of(layer, layer.get_config()).has_value();
}

std::optional<UnitAxis> units_behind(const Layer& layer, const LayerShapes& shapes,
                                     const UnitAxis& units) {
  const Config config = layer.get_config();
  const auto kind = kind_of(layer, config);
  if (!kind) return std::nullopt;
  const Shape& input = shapes.input;
  switch (*kind) {
    case Kind::by_element:
    case Kind::prelu:
      return units;
    case Kind::batch_normalization: {
      const int axis = static_cast<const layers::BatchNormalization&>(layer).axis();
      if (input.axis(axis, "shrink") != units.axis) return std::nullopt;
      return units;
    }
    case Kind::by_channel:
    case Kind::pads:
      if (channel_axis(config, input) != units.axis) return std::nullopt;
      return units;
    case Kind::global_pooling:
      if (channel_axis(config, input) != units.axis) return std::nullopt;
      return moved_to(shapes.output.rank() == input.rank() ? units.axis : 1, units);
    case Kind::flatten:
    case Kind::reshape:
      return units_behind_reshape(config, shapes, units);
    case Kind::permute: {
      const auto& dims = static_cast<const layers::Permute&>(layer).dims();
      const auto at = std::find(dims.begin(), dims.end(), units.axis);
      return moved_to(static_cast<int>(at - dims.begin()) + 1, units);
    }
    case Kind::repeat:
      return moved_to(2, units);
  }
  return std::nullopt;
}

Constants constants_behind(Layer& layer, const LayerShapes& shapes, const UnitAxis& before,
                           const UnitAxis& behind, const Constants& constants) {
  const Config config = layer.get_config();
  const Kind kind = kind_of(layer, config).value();
  Constants result = constants;
  if (kind == Kind::by_element || kind == Kind::batch_normalization) {
    // One element for each index.
    Shape shape;
    for (int i = 0; i < shapes.input.rank(); ++i) shape.append(1);
    shape[before.axis] = static_cast<std::int64_t>(constants.size());
    std::vector<float> values;
    for (const auto& each : constants) values.push_back(each.value_or(0.0f));
    const Tensor outputs = layer.call(Tensor(shape, values), {});
    for (std::size_t i = 0; i < result.size(); ++i) {
      if (result[i]) result[i] = outputs.values()[i];
    }
  } else if (kind == Kind::prelu || kind == Kind::pads) {
    // A slope may be different at each position; so is what is padded.
    for (auto& each : result) {
      const bool stays = each && (kind == Kind::prelu ? *each >= 0.0f : *each == 0.0f);
      if (!stays) each.reset();
    }
  } else if (kind == Kind::flatten || kind == Kind::reshape) {
    result.assign(behind.unit.size(), std::nullopt);
    std::vector<bool> seen(result.size(), false);
    visit_elements(with_one(shapes), moves_channels_back(config, shapes.input), before.axis,
                   behind.axis, [&](std::size_t in, std::size_t out) {
                     if (!seen[out]) {
                       result[out] = constants[in];
                     } else if (result[out] != constants[in]) {
                       result[out].reset();
                     }
                     seen[out] = true;
                   });
  }
  return result;
}

void keep_in_config(const Layer& layer, const UnitAxis& behind, const std::vector<bool>& kept,
                    Config& config) {
  if (typeid(layer) != typeid(layers::Reshape)) return;
  Config& extent = config.at("target_shape").at(static_cast<std::size_t>(behind.axis) - 1);
  if (extent != -1) extent = std::count(kept.begin(), kept.end(), true);
}

std::optional<int> unit_axis_of_weight(const Layer& layer, const UnitAxis& behind,
                                       const Shape& weight) {
  if (typeid(layer) == typeid(layers::BatchNormalization)) return 0;
  if (typeid(layer) != typeid(layers::PReLU)) return std::nullopt;
  const int axis = behind.axis - 1;
  return weight[axis] == static_cast<std::int64_t>(behind.unit.size()) ? std::optional(axis)
                                                                       : std::nullopt;
}

}  // namespace strata::compression
