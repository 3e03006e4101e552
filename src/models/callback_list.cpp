// Attaches callbacks to a model, and shows them the model.
#include "models/callback_list.hpp"

#include <algorithm>
#include <ostream>

#include "core/rollback.hpp"
#include "strata/callbacks/progbar_logger.hpp"
#include "training/progress_bar.hpp"
#include "training/running_metrics.hpp"

namespace strata::models {
namespace {

/// The model, as callbacks see it.
class Host final : public TrainingHost {
 public:
  Host(Model& model, std::ostream* output, const Callbacks& callbacks, FitState* fit)
      : model_(model), output_(output), callbacks_(callbacks), fit_(fit) {}

  void stop_training() override { model_.stop_training(); }
  std::vector<Tensor> get_weights() const override { return model_.get_weights(); }
  void set_weights(const std::vector<Tensor>& weights) override { model_.set_weights(weights); }
  Optimizer& optimizer() override { return model_.optimizer(); }
  Model& trained_model() override { return model_; }
  std::vector<std::shared_ptr<Callback>> callbacks() const override { return callbacks_; }
  FitProgress progress() const override {
    return fit_ == nullptr ? TrainingHost::progress() : fit_->progress();
  }
  void continue_from(const FitProgress& progress) override {
    if (fit_ == nullptr) return TrainingHost::continue_from(progress);
    fit_->continue_from(progress);
    if (progress.stopped) stop_training();
  }
  void log(const std::string& name, double value) override {
    fit_ == nullptr ? TrainingHost::log(name, value) : fit_->log(name, value);
  }
  std::vector<Penalty> penalties() const override { return model_.penalties(); }
  void print(const std::string& line) override {
    training::output_or_stdout(output_) << line << '\n' << std::flush;
  }
  std::ostream* output() const override { return output_; }

  std::optional<bool> larger_is_better(const std::string& log) const override {
    const std::string name = log.starts_with("val_") ? log.substr(4) : log;
    if (name == "loss" || name == "data_loss" || name == "reg_loss") return false;
    for (const MetricSpec& metric : training::all_metrics(model_.compile_options())) {
      if (metric->name() == name) return metric->larger_is_better();
    }
    return std::nullopt;
  }

  std::vector<std::string> log_names() const override {
    std::vector<std::string> names = {"loss", "data_loss", "reg_loss"};
    for (const MetricSpec& metric : training::all_metrics(model_.compile_options()))
      names.push_back(metric->name());
    const std::size_t count = names.size();
    for (std::size_t i = 0; i < count; ++i) names.push_back("val_" + names[i]);
    return names;
  }

 private:
  Model& model_;
  std::ostream* output_;
  const Callbacks& callbacks_;
  FitState* fit_;
};

Callbacks last_ones_last(Callbacks callbacks) {
  std::stable_partition(callbacks.begin(), callbacks.end(),
                        [](const auto& callback) { return !callback->comes_last(); });
  return callbacks;
}

}  // namespace

Callbacks with_progbar(Callbacks callbacks, int verbose) {
  const bool has_one = std::any_of(callbacks.begin(), callbacks.end(), [](const auto& callback) {
    return dynamic_cast<const callbacks::ProgbarLogger*>(callback.get()) != nullptr;
  });
  if (verbose > 0 && !has_one) callbacks.push_back(std::make_shared<callbacks::ProgbarLogger>());
  return callbacks;
}

CallbackList::CallbackList(Callbacks callbacks, Model& model, std::ostream* output,
                           const CallbackParams& params, FitState* fit)
    : callbacks_(last_ones_last(std::move(callbacks))),
      host_(std::make_unique<Host>(model, output, callbacks_, fit)) {
  before_.reserve(callbacks_.size());
  Rollback rollback([this] { detach(); });
  for (const auto& callback : callbacks_) {
    before_.push_back(callback->attachment());
    before_.back() = callback->attach(host_.get(), params);
  }
  rollback.keep();
}

bool CallbackList::takes_invalid_loss() const {
  return std::any_of(callbacks_.begin(), callbacks_.end(),
                     [](const auto& callback) { return callback->takes_invalid_loss(); });
}

// From the last to the first: a callback may be in the list twice.
void CallbackList::detach() noexcept {
  for (std::size_t i = before_.size(); i-- > 0;) {
    try {
      callbacks_[i]->attach(before_[i].host, before_[i].params);
    } catch (...) {
      // An overridden `attach` may raise before it calls the base's, so the base's is called
      // directly: the new host will soon be gone.
      callbacks_[i]->Callback::attach(before_[i].host, before_[i].params);
    }
  }
}

}  // namespace strata::models
