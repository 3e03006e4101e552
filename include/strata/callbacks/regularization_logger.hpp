// RegularizationLogger: every penalty by layer and source in the history.
#pragma once

#include <string>

#include "strata/callbacks/callback.hpp"

namespace strata::callbacks {

struct RegularizationLoggerOptions {
  std::string prefix = "reg_loss/";  ///< What the names of the logs begin with.
};

/// Logs, at the end of each epoch, what `model.penalties()` lists then: under
/// `reg_loss/dense/kernel` the penalty of that layer's kernel, under `reg_loss/dense/activity` that
/// of its outputs for the last batch, validation's if there was one. Callbacks behind this one, the
/// history and the progress bar see them. Penalties of one layer and source are added up. Strata's
/// own; Keras has none.
class RegularizationLogger : public Callback {
 public:
  using Options = RegularizationLoggerOptions;

  explicit RegularizationLogger(Options options = {}) : options_(std::move(options)) {}

  void on_epoch_end(int epoch, const Logs& logs) override;
  std::optional<Config> get_state() const override;  ///< None.

 private:
  Options options_;
};

}  // namespace strata::callbacks
