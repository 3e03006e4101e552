// Profiler: where the time of training goes.
#pragma once

#include <iosfwd>
#include <memory>
#include <string>
#include <vector>

#include "strata/callbacks/callback.hpp"

namespace strata {

namespace profile {
class Ledger;
}

namespace callbacks {

/// What a row of a profile is about.
enum class ProfilePart {
  layer,
  loss,       ///< The data loss and its gradient.
  penalties,  ///< All penalties and their gradients; activity penalties are here, not at layers,
              ///< but for the gradient of one on what is pooled: a convolution's holds that.
  metrics,
  optimizer,
  batches,  ///< Gathering the samples of a batch.
  rest,     ///< All else in a step: the tape itself, other callbacks, ….
};

/// Milliseconds per step: the means of all steps that were measured.
struct ProfileRow {
  ProfilePart part = ProfilePart::rest;
  std::string name;      ///< A layer's, with the layers it lies in: `block/dense`. Else the part's.
  double forward = 0.0;  ///< Also all of what has no backward pass.
  double backward = 0.0;  ///< Gradients; a convolution's hold those of the pooling behind it.
  double products = 0.0;  ///< Of both, inside matrix products; of several threads the mean.

  double total() const { return forward + backward; }
};

struct ProfileReport {
  int steps = 0;                 ///< How many were measured.
  int threads = 0;               ///< That an operation could use.
  double milliseconds = 0.0;     ///< A step, on average: the sum of the rows.
  std::vector<ProfileRow> rows;  ///< Layers in the order of their first call, then the other parts.
};

/// As the table that `Profiler` prints.
std::string to_string(const ProfileReport& report);

struct ProfilerOptions {
  int skip_batches = 1;            ///< The first steps of a run, which are not measured. >= 0
  std::ostream* output = nullptr;  ///< Where the table goes. Default: where `fit` prints.
};

/// Measures the training steps of `fit` and prints a table at its end: the milliseconds that each
/// layer takes forward and backward, the penalties, the optimizer, the batches and the rest, with
/// their share of the step, and how much of each was spent in matrix products. Every moment of a
/// step is in exactly one row. A layer made of others has a row only if it computes something
/// itself. A profiler measures one run at a time, and a run can have only one profiler; otherwise
/// StateError is raised. Validation is not measured; a run that a hook starts counts in the row of
/// the step's remaining time.
///
///     const auto profiler = std::make_shared<callbacks::Profiler>();
///     model.fit(x, y, {.callbacks = {profiler}});
class Profiler : public Callback {
 public:
  using Options = ProfilerOptions;

  explicit Profiler(Options options = {});
  ~Profiler() override;

  /// Of the last run, as far as it has come.
  ProfileReport report() const;

  Attachment attach(TrainingHost* host, const CallbackParams& params) override;
  void on_train_begin(const Logs& logs) override;
  void on_train_batch_begin(int batch, const Logs& logs) override;
  void on_train_batch_end(int batch, const Logs& logs) override;
  void on_train_end(const Logs& logs) override;
  std::optional<Config> get_state() const override;  ///< None: a resumed run is measured anew.

 private:
  Options options_;
  int seen_ = 0;
  const TrainingHost* measured_ = nullptr;  // Host of the run that is being measured.
  std::unique_ptr<profile::Ledger> ledger_;
};

}  // namespace callbacks
}  // namespace strata
