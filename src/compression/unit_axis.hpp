// Where the units of a layer are in the tensors behind it, as long as layers keep them apart.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "strata/activations/activation.hpp"
#include "strata/layers/layer.hpp"

namespace strata::compression {

/// An axis of a tensor, counted with the batch's, each index of which belongs to one unit.
struct UnitAxis {
  int axis = 1;
  std::vector<int> unit;  ///< Of each index.
};

/// The value at each index of a UnitAxis where it is the same for all inputs.
using Constants = std::vector<std::optional<float>>;

/// Whether the activation gives each element by that element alone.
bool acts_by_element(const ActivationSpec& activation);

/// The axis of the channels that a convolution or a pooling of this config sees.
int channel_axis(const Config& config, const Shape& input);

/// Shapes of a layer's input and output.
struct LayerShapes {
  Shape input;
  Shape output;
};

/// Whether the layer is one of those that are known to keep units apart, some only along an axis.
bool keeps_units_apart(const Layer& layer);

/// The units behind a layer; nothing where it mixes them, or is none of those that are known.
std::optional<UnitAxis> units_behind(const Layer& layer, const LayerShapes& shapes,
                                     const UnitAxis& units);

/// What constants in front of such a layer are behind it, in inference.
Constants constants_behind(Layer& layer, const LayerShapes& shapes, const UnitAxis& before,
                           const UnitAxis& behind, const Constants& constants);

/// Changes the layer's config to one for the indices of `behind` that are kept.
void keep_in_config(const Layer& layer, const UnitAxis& behind, const std::vector<bool>& kept,
                    Config& config);

/// The axis of a weight of such a layer that runs along the units; nothing if it has none.
std::optional<int> unit_axis_of_weight(const Layer& layer, const UnitAxis& behind,
                                       const Shape& weight);

}  // namespace strata::compression
