// RegularizationScheduler: the factor of penalties for each epoch.
#pragma once

#include <concepts>
#include <functional>
#include <map>
#include <string>

#include "strata/callbacks/callback.hpp"
#include "strata/callbacks/learning_rate_scheduler.hpp"
#include "strata/layers/layer.hpp"

namespace strata::callbacks {

struct RegularizationSchedulerOptions {
  EpochSchedule schedule;         ///< Of the epoch, from 0, and the factor so far. Must be given.
  std::string weight = "kernel";  ///< Whose penalty: a weight's name, or `activity`.
  /// Which layers, at any depth. Default: all that have a penalty there.
  std::function<bool(const Layer&)> where = {};
  std::string factor = {};  ///< `l1`, `l2`, `factor`. Default: the only one that the rule has.
  int verbose = 0;          ///< 1 tells the factors of each epoch.
};

/// Sets a factor of built-in penalties at the beginning of each epoch, within `Proximal` and
/// `Scheduled` too. Each epoch logs the ones that it was trained with, as `reg_factor/dense/kernel`.
/// The model holds the new penalty, and so do its config and its files; `BackupAndRestore` resumes
/// with the factors reached.
///
///     callbacks::RegularizationScheduler(
///         {.schedule = [](int epoch, float factor) { return epoch < 5 ? factor : 2 * factor; },
///          .where = [](const Layer& layer) { return layer.name() == "dense"; }})
///
/// Raises what the schedule raises; InvalidArgument, with all penalties as they were, on a factor
/// that the rule refuses, where no layer is picked, and where a picked one has no such penalty or
/// its rule no such factor. Strata's own; Keras has none.
class RegularizationScheduler : public Callback {
 public:
  using Options = RegularizationSchedulerOptions;

  explicit RegularizationScheduler(Options options) : options_(std::move(options)) {}
  template <std::convertible_to<EpochSchedule> F>
  explicit RegularizationScheduler(F schedule)
      : RegularizationScheduler(Options{.schedule = std::move(schedule)}) {}

  void on_train_begin(const Logs& logs) override;
  void on_epoch_begin(int epoch, const Logs& logs) override;
  void on_epoch_end(int epoch, const Logs& logs) override;
  std::optional<Config> get_state() const override;  ///< {"dense/kernel": factor, …}
  void set_state(const Config& state, const std::vector<Tensor>& tensors) override;

 private:
  std::vector<std::shared_ptr<Layer>> picked() const;
  std::vector<float> present(const std::vector<std::shared_ptr<Layer>>& layers) const;
  void set(const std::vector<std::shared_ptr<Layer>>& layers, const std::vector<float>& factors);

  Options options_;
  std::map<std::string, float> factors_;  // in force, by layer and weight
};

}  // namespace strata::callbacks
