// Visits all weights of a layer and its sub-layers, in the order in which weights and penalties are
// listed.
#pragma once

#include "strata/layers/layer.hpp"

namespace strata {

// Visits the layer's own trainable weights, its other own weights, then those of each sub-layer, in
// tracking order; `visit` also gets the layer.
template <class Visit>
void Layer::visit_weights(const Visit& visit) const {
  for (const Variable& weight : trainable_weights_) visit(*this, weight);
  for (const Variable& weight : non_trainable_weights_) visit(*this, weight);
  for (const auto& sublayer : sublayers_) sublayer->visit_weights(visit);
}

}  // namespace strata
