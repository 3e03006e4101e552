// What compile, fit, evaluate and predict are told.
#pragma once

#include <iosfwd>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "strata/callbacks/callback.hpp"
#include "strata/losses/loss.hpp"
#include "strata/metrics/metric.hpp"
#include "strata/optimizers/optimizer.hpp"
#include "strata/tensor/tensor.hpp"
#include "strata/tensor/tensors.hpp"

namespace strata {

struct CompileOptions {
  OptimizerSpec optimizer = "rmsprop";
  LossSpec loss = {};  ///< Default: none; the penalties alone are trained.
  /// A finite factor of the data loss, not of the penalties. Not without a loss.
  std::optional<float> loss_weights = {};
  std::vector<MetricSpec> metrics = {};           ///< Not touched by sample weights.
  std::vector<MetricSpec> weighted_metrics = {};  ///< The same with sample and class weights.
};

struct ValidationData {
  Tensors x = {};
  Tensors y = {};
  Tensor sample_weight = {};
};

struct FitOptions {
  int batch_size = 32;  ///< Samples a step, > 0; the last batch of an epoch may be smaller.
  int epochs = 1;       ///< The epoch to stop before, counted from 0.
  int verbose =
      1;  ///< 0: silence; 1: a progress bar (a line an epoch where piped); 2: a line an epoch.
  std::vector<std::shared_ptr<Callback>> callbacks = {};
  float validation_split = 0.0f;  ///< This share of the data, from its end, is held out. In [0, 1).
  ValidationData validation_data = {};  ///< Held-out data; wins over a split.
  bool shuffle = true;                  ///< A fresh order each epoch.
  /// Weights by label; labels that are missing weigh 1. Labels are whole numbers, one per sample
  /// or, where the outputs have steps, one per step; or one-hot rows. Other targets are refused.
  std::map<int, float> class_weight = {};
  Tensor sample_weight = {};  ///< `(n,)`, or as the loss's values. Not with class_weight.
  int initial_epoch = 0;
  std::optional<int> validation_batch_size = {};  ///< Default: batch_size.
  int validation_freq = 1;                        ///< Validate every so many epochs, > 0.
  std::ostream* output = nullptr;  ///< Where progress is printed. Default: standard output.
};

struct EvaluateOptions {
  int batch_size = 32;
  int verbose = 1;
  Tensor sample_weight = {};
  std::vector<std::shared_ptr<Callback>> callbacks = {};
  std::ostream* output = nullptr;
};

struct PredictOptions {
  int batch_size = 32;
  int verbose = 1;
  std::vector<std::shared_ptr<Callback>> callbacks = {};
  std::ostream* output = nullptr;
};

struct BatchOptions {
  Tensor sample_weight = {};
  std::map<int, float> class_weight = {};  ///< Not in `test_on_batch`.
};

}  // namespace strata
