// prune: a model whose smallest weights are zero, and stay zero.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "strata/core/required.hpp"
#include "strata/models/model.hpp"
#include "strata/models/sparsity.hpp"

namespace strata {

struct PruneOptions {
  Required<float> share;  ///< How much of what is counted is 0 afterwards, in [0, 1).
  std::string by =
      "model";  ///< Whether all layers' weights compete, or `"layer"`: each for itself.
  /// What is counted and goes as a whole: single `"weights"`, or as in `GroupLasso` `"inputs"` (all
  /// weights that leave a feature), `"outputs"` (all that enter a unit), `"filters"`.
  std::string structure = "weights";
};

/// A weight that was pruned.
struct PrunedWeight {
  std::string weight;  ///< Its path: `dense/kernel`.
  ZeroCount pruned;    ///< Of what `structure` counts.
};

struct PrunedModel {
  std::shared_ptr<Model> model;  ///< Not compiled.
  std::vector<PrunedWeight> weights;
  /// Paths of kernels that stay as they are: they have no slot for a constraint, or belong to a layer
  /// inside one of the program's own.
  std::vector<std::string> left;
};

/// A new model with the smallest weights at 0, by magnitude, or groups of weights by the root of
/// their mean square. A `constraints::KeepZeros` keeps them there, in a `Chain` behind the constraint
/// that a weight has, so that the model is trained on and shrunk then:
///
///     auto pruned = prune(model, {.share = 0.5f, .structure = "inputs"});
///     pruned.model->compile({.optimizer = "adam", .loss = "mse"});
///     pruned.model->fit(x, y, {.epochs = 5});
///     auto small = shrink(*pruned.model);
///
/// Pruned are the weights that have inputs and outputs (`WeightAxes`) of a Sequential's layers, of
/// those of the Sequential models inside, and of those that `TimeDistributed`, `Bidirectional`,
/// `RNN`, `StackedRNNCells` and `SpectralNormalization` hold; no biases. What is 0 already counts among the smallest.
/// Raises StateError on a model that isn't built; InvalidArgument on options out of range, on a model
/// that is no Sequential, on a layer that stands in it twice, and on a class or callable that was not registered.
PrunedModel prune(const Model& model, const PruneOptions& options);

}  // namespace strata
