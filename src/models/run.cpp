#include "models/run.hpp"

#include <iostream>

#include "core/check.hpp"

namespace strata::models {

void check_callbacks(const std::string& who, const Callbacks& callbacks) {
  for (const auto& callback : callbacks) {
    check(callback != nullptr, who, "callbacks must not be null. Received: a null callback.");
  }
}

void check_batch_size(const std::string& who, int batch_size) {
  check(batch_size >= 1, who, "batch_size must be at least 1. Received: batch_size={}.",
        batch_size);
}

void check_verbose(const std::string& who, int verbose) {
  check(verbose >= 0 && verbose <= 2, who, "verbose must be 0, 1 or 2. Received: verbose={}.",
        verbose);
}

std::ostream& stream(std::ostream* output) { return output == nullptr ? std::cout : *output; }

training::ProgressStyle style(const std::ostream* output) {
  using training::ProgressStyle;
  return output == nullptr ? ProgressStyle::of_standard_output() : ProgressStyle{};
}

void Host::print(const std::string& line) { output_ << line << '\n' << std::flush; }

std::optional<bool> Host::larger_is_better(const std::string& log) const {
  const std::string name = log.starts_with("val_") ? log.substr(4) : log;
  if (name == "loss" || name == "data_loss" || name == "reg_loss") return false;
  const CompileOptions& compiled = model_.compile_options();
  for (const auto* list : {&compiled.metrics, &compiled.weighted_metrics}) {
    for (const MetricSpec& metric : *list) {
      if (metric->name() == name) return metric->larger_is_better();
    }
  }
  return std::nullopt;
}

std::vector<std::string> Host::log_names() const {
  std::vector<std::string> names = {"loss", "data_loss", "reg_loss"};
  const CompileOptions& compiled = model_.compile_options();
  for (const auto* list : {&compiled.metrics, &compiled.weighted_metrics}) {
    for (const MetricSpec& metric : *list) names.push_back(metric->name());
  }
  const std::size_t count = names.size();
  for (std::size_t i = 0; i < count; ++i) names.push_back("val_" + names[i]);
  return names;
}

Attached::Attached(const Callbacks& callbacks, Host& host, const CallbackParams& params)
    : callbacks_(callbacks) {
  before_.reserve(callbacks_.size());
  try {
    for (const auto& callback : callbacks_) {
      before_.push_back(callback->run());
      before_.back() = callback->attach(&host, params);
    }
  } catch (...) {
    detach();
    throw;
  }
}

// From the last to the first: a callback may stand in the list twice.
void Attached::detach() noexcept {
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
