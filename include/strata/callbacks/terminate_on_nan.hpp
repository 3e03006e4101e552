// TerminateOnNaN: ends a fit whose loss is no longer finite.
#pragma once

#include "strata/callbacks/callback.hpp"

namespace strata::callbacks {

struct TerminateOnNaNOptions {
  bool raise_error = false;  ///< End the fit by an error, in place of returning its history.
};

/// Without it a batch whose total loss or gradients are not finite ends `fit` by an error that names
/// the term. With it the fit says so, ends after that batch, and returns its history, whose last
/// loss is the one that was not finite (NaN where the gradients alone were not). The weights are
/// those before that batch, where Keras's are spoilt. With `raise_error` it raises StateError.
/// See https://keras.io/api/callbacks/terminate_on_nan/.
class TerminateOnNaN : public Callback {
 public:
  using Options = TerminateOnNaNOptions;

  explicit TerminateOnNaN(Options options = {}) : options_(options) {}

  void on_batch_end(int batch, const Logs& logs) override;
  bool takes_invalid_loss() const override { return true; }
  std::optional<Config> get_state() const override;  ///< None.

 private:
  Options options_;
};

}  // namespace strata::callbacks
