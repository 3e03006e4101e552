// Layers in activation slots: where Keras takes "relu" it takes a ReLU layer too, and writes the
// layer's object.
#pragma once

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "strata/activations/activation.hpp"
#include "strata/activations/functions.hpp"
#include "strata/core/axis_list.hpp"

namespace strata::activations {

/// The classes that are read.
std::vector<std::string> layer_names();

/// What such an object's layer does; null if it names none of these classes of Keras's. Raises
/// InvalidArgument on a bad config.
std::shared_ptr<const Activation> read_layer_object(const Config& object);

/// The object that an activation was read from; null if there was none.
const Config* layer_object(const Activation& activation);

struct EluParameters {
  float alpha = 1.0f;
};
struct LeakyReluParameters {
  float negative_slope = 0.3f;
};
/// What such a layer computes: ELU, LeakyReLU, ReLU, or Softmax along these axes.
using LayerParameters = std::variant<EluParameters, LeakyReluParameters, ReluOptions, AxisList>;

/// What the object of an activation says; null if there was none.
const LayerParameters* layer_parameters(const Activation& activation);

}  // namespace strata::activations
