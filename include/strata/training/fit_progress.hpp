// FitProgress: how far a fit has come.
#pragma once

#include <vector>

#include "strata/tensor/random.hpp"
#include "strata/training/logs.hpp"

namespace strata {

/// What the rest of a fit follows from, beside its data, the model with its optimizer and its random
/// streams, and the callbacks.
struct FitProgress {
  int epoch = 0;                         ///< The one that runs or comes next, from 0.
  int batch = 0;                         ///< How many of its batches are done.
  bool stopped = false;                  ///< Whether the run was told to stop.
  random::GeneratorState shuffler = {};  ///< Of the stream that the order of `epoch` is drawn from.
  Logs logs = {};                        ///< Of the last complete epoch.
  /// Within an epoch its running figures: of the losses, then the state of each metric.
  std::vector<std::vector<double>> figures = {};
};

}  // namespace strata
