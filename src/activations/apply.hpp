// How layers apply an activation: as the last step of their product, if ops fuse it, or behind it.
#pragma once

#include <optional>
#include <string_view>

#include "core/fused_activation.hpp"
#include "strata/activations/activation.hpp"

namespace strata::activations {

/// The same function as the last step of an op, for layers that ask once, when they are made:
/// `linear` for an empty slot, nothing for what ops don't fuse.
std::optional<ops::FusedActivation> fused_form(const ActivationSpec& activation);

/// `activation(x)`. Raises InvalidArgument, naming `layer`, if the result left the tape that
/// records.
Tensor apply(const Activation& activation, const Tensor& x, std::string_view layer);

/// The same with x itself for an empty slot.
Tensor apply_slot(const ActivationSpec& activation, const Tensor& x, std::string_view layer);

/// The shape behind the slot's activation: `shape` unless the activation changes it.
Shape output_shape(const ActivationSpec& activation, const Shape& shape);

}  // namespace strata::activations
