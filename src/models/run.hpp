// What every run of a model over data has: its checks, its batches, and callbacks that see the
// model.
#pragma once

#include <algorithm>
#include <cstdint>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "strata/callbacks/callback.hpp"
#include "strata/models/model.hpp"
#include "strata/training/host.hpp"
#include "training/progress_bar.hpp"

namespace strata::models {

using Callbacks = std::vector<std::shared_ptr<Callback>>;

void check_callbacks(const std::string& who, const Callbacks& callbacks);
void check_batch_size(const std::string& who, int batch_size);
void check_verbose(const std::string& who, int verbose);

/// Where a run prints, and how.
std::ostream& stream(std::ostream* output);
training::ProgressStyle style(const std::ostream* output);

inline std::int64_t batches_in(std::int64_t count, int batch_size) {
  return (count + batch_size - 1) / batch_size;
}

/// Calls `each(first, last)` with the bounds of every batch, until it returns false.
template <class Each>
void for_each_batch(std::int64_t count, int batch_size, Each each) {
  for (std::int64_t first = 0; first < count; first += batch_size) {
    if (!each(first, std::min<std::int64_t>(count, first + batch_size))) return;
  }
}

/// The model, as callbacks see it.
class Host final : public TrainingHost {
 public:
  Host(Model& model, std::ostream& output) : model_(model), output_(output) {}

  void stop_training() override { model_.stop_training(); }
  std::vector<Tensor> get_weights() const override { return model_.get_weights(); }
  void set_weights(const std::vector<Tensor>& weights) override { model_.set_weights(weights); }
  Optimizer& optimizer() override { return model_.optimizer(); }
  void print(const std::string& line) override;
  std::optional<bool> larger_is_better(const std::string& log) const override;
  std::vector<std::string> log_names() const override;

 private:
  Model& model_;
  std::ostream& output_;
};

/// Attaches the callbacks to a model while this lives, then restores what they were attached to
/// before, also if the `attach` of one of them raises.
class Attached {
 public:
  Attached(const Callbacks& callbacks, Host& host, const CallbackParams& params);
  ~Attached() { detach(); }
  Attached(const Attached&) = delete;
  Attached& operator=(const Attached&) = delete;

 private:
  void detach() noexcept;

  const Callbacks& callbacks_;
  std::vector<Callback::Run> before_;
};

}  // namespace strata::models
