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
#include "strata/training/batch_generator.hpp"
#include "strata/training/validation_freq.hpp"

namespace strata {

struct CompileOptions {
  OptimizerSpec optimizer = "rmsprop";
  LossSpec loss = {};  ///< Default: none; the penalties alone are trained.
  /// A finite factor of the data loss, not of the penalties. Not without a loss.
  std::optional<float> loss_weights = {};
  std::vector<MetricSpec> metrics = {};           ///< Not touched by sample weights.
  std::vector<MetricSpec> weighted_metrics = {};  ///< The same with sample and class weights.
  /// How many batches, > 0, the hooks of callbacks before and after batches are called once for;
  /// those after get the number of the last one. The last batches of an epoch may be fewer.
  int steps_per_execution = 1;
};

/// Arrays or a generator of batches.
struct ValidationData {
  Tensors x = {};
  Tensors y = {};
  Tensor sample_weight = {};
  BatchGenerator batches = {};  ///< Begins anew for each validation, if it can.
};

struct FitOptions {
  /// Samples per step, > 0; the last batch of a pass may be smaller. Default: 32, or what makes
  /// `steps_per_epoch` batches of the data. Not with a generator, as all options that say so.
  std::optional<int> batch_size = {};
  int epochs = 1;  ///< The epoch to stop before, counted from 0.
  /// 0: silence; 1: a progress bar (one line per epoch where piped); 2: one line per epoch.
  int verbose = 1;
  std::vector<std::shared_ptr<Callback>> callbacks = {};
  /// This share of the data, from its end, is held out. In [0, 1). Not with a generator.
  float validation_split = 0.0f;
  ValidationData validation_data = {};  ///< Held-out data; wins over a split.
  /// A fresh order in each pass over arrays. A generator has an order of its own.
  bool shuffle = true;
  /// Weights by label; labels that are missing weigh 1. Labels are whole numbers, one per sample
  /// or, where the outputs have steps, one per step; or one-hot rows. Other targets are refused.
  std::map<int, float> class_weight = {};
  /// `(n,)`, or as the loss's values. Not with class_weight, nor with a generator.
  Tensor sample_weight = {};
  int initial_epoch = 0;
  /// Batches of an epoch, > 0. Default: one pass over the data. An epoch goes on in the pass where
  /// the one before ended, and ends where the pass does.
  std::optional<int> steps_per_epoch = {};
  std::optional<int> validation_steps = {};  ///< Batches of a validation, > 0. Default: all.
  /// Default: batch_size. Not for batches of a generator.
  std::optional<int> validation_batch_size = {};
  ValidationFreq validation_freq = 1;  ///< Validate every so many epochs, > 0, or in those listed.
  std::ostream* output = nullptr;      ///< Where progress is printed. Default: standard output.
};

struct EvaluateOptions {
  std::optional<int> batch_size = {};  ///< Default: 32, or by `steps`. Not with a generator.
  int verbose = 1;
  Tensor sample_weight = {};      ///< Not with a generator.
  std::optional<int> steps = {};  ///< Batches, > 0. Default: all.
  std::vector<std::shared_ptr<Callback>> callbacks = {};
  std::ostream* output = nullptr;
};

struct PredictOptions {
  std::optional<int> batch_size = {};  ///< Default: 32, or by `steps`. Not with a generator.
  int verbose = 1;
  std::optional<int> steps = {};  ///< Batches, > 0. Default: all.
  std::vector<std::shared_ptr<Callback>> callbacks = {};
  std::ostream* output = nullptr;
};

struct BatchOptions {
  Tensor sample_weight = {};
  std::map<int, float> class_weight = {};  ///< Not in `test_on_batch`.
};

}  // namespace strata
