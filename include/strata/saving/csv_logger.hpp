// CSVLogger: the logs of every epoch as a table in a file.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "strata/callbacks/callback.hpp"
#include "strata/core/required.hpp"

namespace strata::callbacks {

struct CSVLoggerOptions {
  Required<std::string> filename;
  std::string separator = ",";  ///< One character.
  bool append = false;          ///< Keep what is in the file, also from fit to fit.
};

/// Writes a line per epoch, as Keras does to the byte: the epoch from 0, then the logs by name,
/// those that the first epoch of the fit has. If none of them is of validation, columns `val_…` for
/// all of them follow, for epochs to come. `NA` stands for a log that an epoch lacks. A file that
/// holds nothing gets a line of names first. Each line is in the file when its epoch has ended; the
/// file is emptied, without `append`, when the first one is written.
///
/// Of its state `BackupAndRestore` keeps the names and the size of the file, so that lines of epochs
/// that are trained once more don't stand twice. Raises InvalidArgument on an empty filename and a
/// separator that isn't one character; IoError where the file can't be written.
/// See https://keras.io/api/callbacks/csv_logger/.
class CSVLogger : public Callback {
 public:
  using Options = CSVLoggerOptions;

  explicit CSVLogger(Options options);
  template <std::convertible_to<std::string> S>
  explicit CSVLogger(S filename)
      : CSVLogger(Options{.filename = std::string(std::move(filename))}) {}

  void on_train_begin(const Logs& logs) override;
  void on_epoch_end(int epoch, const Logs& logs) override;
  void on_train_end(const Logs& logs) override;
  std::optional<Config> get_state() const override;
  void set_state(const Config& state, const std::vector<Tensor>& tensors) override;

 private:
  void begin_file();
  void write(const std::string& text);
  std::string field(const std::string& text) const;

  Options options_;
  std::vector<std::string> names_;  // of the columns behind the epoch, once there is a line
  bool begun_ = false;              // whether the file holds only what this fit leaves in it
  std::int64_t size_ = 0;           // of the file, once begun
};

}  // namespace strata::callbacks
