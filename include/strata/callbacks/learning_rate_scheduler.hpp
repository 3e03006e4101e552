// LearningRateScheduler: a learning rate for each epoch.
#pragma once

#include <concepts>
#include <functional>
#include <type_traits>
#include <utility>

#include "strata/callbacks/callback.hpp"

namespace strata::callbacks {

/// A callable of the epoch, from 0, and of the learning rate so far, or of the epoch alone.
class EpochSchedule {
 public:
  template <class F>
  requires(!std::same_as<F, EpochSchedule> && std::is_invocable_r_v<float, F&, int, float>)
      EpochSchedule(F function)
      : function_(std::move(function)) {}
  template <class F>
  requires(!std::same_as<F, EpochSchedule> && !std::is_invocable_v<F&, int, float> &&
           std::is_invocable_r_v<float, F&, int>) EpochSchedule(F function)
      : function_([function = std::move(function)](int epoch, float) { return function(epoch); }) {}

  float operator()(int epoch, float rate) const { return function_(epoch, rate); }

 private:
  std::function<float(int, float)> function_;
};

struct LearningRateSchedulerOptions {
  EpochSchedule schedule;  ///< Must be given.
  int verbose = 0;         ///< 1 tells the rate of each epoch.
};

/// Sets the learning rate at the beginning of each epoch. Each epoch logs `learning_rate`, the one
/// that it was trained with.
///
///     callbacks::LearningRateScheduler(
///         {.schedule = [](int epoch, float rate) { return epoch < 10 ? rate : 0.9f * rate; }})
///
/// Raises what the schedule raises; InvalidArgument on a rate that is negative or not finite;
/// StateError where the optimizer's rate is a schedule itself.
/// See https://keras.io/api/callbacks/learning_rate_scheduler/.
class LearningRateScheduler : public Callback {
 public:
  using Options = LearningRateSchedulerOptions;

  explicit LearningRateScheduler(Options options) : options_(std::move(options)) {}
  template <std::convertible_to<EpochSchedule> F>
  explicit LearningRateScheduler(F schedule)
      : LearningRateScheduler(Options{.schedule = std::move(schedule)}) {}

  void on_epoch_begin(int epoch, const Logs& logs) override;
  void on_epoch_end(int epoch, const Logs& logs) override;
  std::optional<Config> get_state() const override;  ///< None: what the schedule keeps is its own.

 private:
  Options options_;
};

}  // namespace strata::callbacks
