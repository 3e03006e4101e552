// The structure in which Keras 3 stores weights: a group for each layer, inside that of its model.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "strata/layers/layer.hpp"

namespace strata::saving {

/// A layer and where its own weights stand in a file.
struct WeightGroup {
  std::string path;  ///< `layers/dense_1/`, `layers/sequential/layers/dense/`; empty for the model
  const Layer* layer;
};

/// The model and all its layers, each at its first place. A layer is called by its class in
/// snake_case; of several in one model the second is `dense_1`.
std::vector<WeightGroup> weight_groups(const Layer& model);

/// Ids, from 1 on, for the layers that stand in several places of the model.
std::map<const Layer*, int> ids_of_shared_layers(const Layer& model);

/// Raises InvalidArgument, in `who`'s name, if a layer stands in two places of the model: legacy
/// configs describe it twice, and two layers would come of it.
void check_no_layer_is_shared(std::string_view who, const Layer& model);

}  // namespace strata::saving
