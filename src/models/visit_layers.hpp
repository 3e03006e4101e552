// A visit of a layer and of all layers inside it.
#pragma once

#include "strata/layers/layer.hpp"

namespace strata::models {

/// Calls `visit` with the layer, then with those inside it, depth first.
template <class Visit>
void visit_layers(const Layer& outer, const Visit& visit) {
  visit(outer);
  for (const auto& layer : outer.sublayers()) visit_layers(*layer, visit);
}

}  // namespace strata::models
