// The walk over a layer's weights that everything about weights and their penalties stands on.
#pragma once

#include "strata/layers/layer.hpp"

namespace strata {

// Own trainable weights, own others, then each sub-layer's, in tracking order; `visit` sees the
// layer too.
template <class Visit>
void Layer::visit_weights(const Visit& visit) const {
  for (const Variable& weight : trainable_weights_) visit(*this, weight);
  for (const Variable& weight : non_trainable_weights_) visit(*this, weight);
  for (const auto& sublayer : sublayers_) sublayer->visit_weights(visit);
}

}  // namespace strata
