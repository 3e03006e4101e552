// What callbacks that watch a log have in common: which way it gets better.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "strata/training/host.hpp"
#include "strata/training/logs.hpp"

namespace strata::callbacks {

/// A log to watch, in the words of the callback `who`.
struct Monitor {
  std::string_view who;
  std::string log;
  std::string mode;  ///< `min`, `max`, or `auto`: by the compiled metric of that name

  /// Raises InvalidArgument on another mode.
  void check_mode() const;
  /// Raises InvalidArgument if `auto` can't tell.
  bool larger_is_better(const TrainingHost& host) const;
  /// `EarlyStopping: epoch 1 logs nothing as acc; did you mean accuracy? …`
  std::string what_is_missing(int epoch, const Logs& logs) const;
};

/// Whether `value` is better than `reference` by more than `min_delta`. Anything is better than
/// nothing, NaN than no value.
bool improves(double value, std::optional<double> reference, float min_delta,
              bool larger_is_better);

}  // namespace strata::callbacks
