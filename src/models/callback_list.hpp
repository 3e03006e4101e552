// CallbackList: the callbacks of one run of a model.
#pragma once

#include <iosfwd>
#include <memory>
#include <vector>

#include "models/fit_state.hpp"
#include "strata/callbacks/callback.hpp"
#include "strata/models/model.hpp"
#include "strata/training/host.hpp"

namespace strata::models {

using Callbacks = std::vector<std::shared_ptr<Callback>>;

/// Puts a progress bar behind them, unless nothing is to be printed or there is one.
Callbacks with_progbar(Callbacks callbacks, int verbose);

/// Attaches callbacks to a model while it lives, then restores what they were attached to before,
/// also if the `attach` of one of them raises.
class CallbackList {
 public:
  CallbackList() = default;
  /// `output` is where `TrainingHost::print` prints; null: the standard output.
  /// Those that come last are moved there. `fit` is the state of the run, if it is a fit.
  CallbackList(Callbacks callbacks, Model& model, std::ostream* output,
               const CallbackParams& params, FitState* fit = nullptr);
  ~CallbackList() { detach(); }
  CallbackList(const CallbackList&) = delete;
  CallbackList& operator=(const CallbackList&) = delete;

  std::size_t size() const { return callbacks_.size(); }
  bool empty() const { return callbacks_.empty(); }
  /// Whether one of them looks at a loss that is not finite.
  bool takes_invalid_loss() const;
  /// Prints a line where the run prints.
  void print(const std::string& line) const { host_->print(line); }

  /// Calls a hook of each callback.
  template <class Hook>
  void call(const Hook& hook) const {
    for (const auto& callback : callbacks_) hook(*callback);
  }
  /// The same, also of those behind one whose prediction was asked to stop together with the run.
  template <class Hook>
  void call(const StopListener& stop, const Hook& hook) const {
    for (const auto& callback : callbacks_) until_stopped(stop, [&] { hook(*callback); });
  }

 private:
  void detach() noexcept;

  Callbacks callbacks_;
  std::unique_ptr<TrainingHost> host_;
  std::vector<Callback::Attachment> before_;
};

}  // namespace strata::models
