// Layers in activation slots: where Keras takes "relu" it takes a ReLU layer too, and writes the
// layer's object.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "strata/activations/activation.hpp"

namespace strata::activations {

/// The classes that are read.
std::vector<std::string> layer_names();

/// What such an object's layer does; null if it names none of these classes of Keras's. Raises
/// InvalidArgument on a bad config.
std::shared_ptr<const Activation> read_layer_object(const Config& object);

/// The object that an activation was read from; null if there was none.
const Config* layer_object(const Activation& activation);

}  // namespace strata::activations
