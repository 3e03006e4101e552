// Report: a page with pictures of a run, written anew after each epoch.
#pragma once

#include <concepts>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "strata/callbacks/callback.hpp"
#include "strata/core/required.hpp"

namespace strata::plots {
struct RunRecord;
}  // namespace strata::plots

namespace strata::callbacks {

struct ReportOptions {
  Required<std::string> filename;  ///< Ends with .html, or .svg for a drawing alone.
  std::string title = {};          ///< Default: the model's name.
  int save_freq = 1;               ///< Epochs from one writing to the next, > 0.
  int reload = 5;  ///< Seconds after which a page in writing reloads itself; 0: never.
};

/// Writes a page of all that `plots::plot` draws of a history and a model: the loss as data loss plus
/// each layer's penalties, metrics beside those of validation, learning rate and factors, zeros, and
/// each weight's spread at the start and at the end. It is complete at any moment, holds no script
/// and asks for nothing else; while training runs it reloads itself. List it behind callbacks whose
/// logs it is to show. Strata's own; Keras has none.
///
/// Of its state `BackupAndRestore` keeps everything, so that the page of a resumed run goes on. Raises
/// InvalidArgument on another extension and on options out of range; before the first epoch, and
/// whenever it writes, IoError where the file can't be written.
class Report : public Callback {
 public:
  using Options = ReportOptions;

  explicit Report(Options options);
  template <std::convertible_to<std::string> S>
  explicit Report(S filename) : Report(Options{.filename = std::string(std::move(filename))}) {}
  ~Report() override;

  void on_train_begin(const Logs& logs) override;
  void on_epoch_end(int epoch, const Logs& logs) override;
  void on_train_end(const Logs& logs) override;
  Attachment attach(TrainingHost* host, const CallbackParams& params) override;
  std::optional<Config> get_state() const override;
  void set_state(const Config& state, const std::vector<Tensor>& tensors) override;

 private:
  void write(const std::string& state, bool is_running);

  Options options_;
  std::string title_;
  std::unique_ptr<plots::RunRecord> record_;
  bool running_ = false;
};

}  // namespace strata::callbacks
