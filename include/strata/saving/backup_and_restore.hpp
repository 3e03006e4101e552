// BackupAndRestore: a fit that is interrupted goes on where it was.
#pragma once

#include <memory>
#include <string>

#include "strata/callbacks/callback.hpp"
#include "strata/core/required.hpp"
#include "strata/saving/save_frequency.hpp"

namespace strata {
namespace saving {
class Backup;
}

namespace callbacks {

struct BackupAndRestoreOptions {
  Required<std::string> backup_dir;   ///< The callback's own folder, which nothing else uses.
  SaveFrequency save_freq = "epoch";  ///< `"epoch"`, or every so many batches.
  bool double_checkpoint = false;     ///< Keep the previous backup, for when the last is damaged.
  bool delete_checkpoint = true;      ///< Delete the backup when the fit has ended.
};

/// Backs the training up, so that a process that was killed, at any moment, can go on: the same
/// program with the same `fit` ends with the same weights to the bit, on a machine of one kind.
///
///     model.fit(x, y, {.epochs = 100,
///                      .callbacks = {std::make_shared<callbacks::BackupAndRestore>(
///                          callbacks::BackupAndRestoreOptions{.backup_dir = "backup"})}});
///
/// `backup.keras` in the folder is a model's file that `load_model` reads too, with what else the
/// training follows from: epoch and batch, the order of the samples, all random streams (dropout's,
/// the process-wide one), the running metrics, and the state of the other callbacks, the history
/// with its earlier epochs among them. Of a callback that doesn't tell its state (see
/// `Callback::get_state`) a line on the standard error says that it begins anew. Another one warns
/// on a machine of another kind, whose numbers may differ in the last bits. The file is replaced
/// when the new one is complete and on the disk.
///
/// A fit that finds a backup takes it over when it begins, and goes on at its epoch whatever
/// `initial_epoch` says. When a fit has ended, also by `stop_training`, the backup is deleted, and
/// the folder, if it is empty then. One that ended by an error or a signal leaves it.
///
/// Raises InvalidArgument on an empty `backup_dir`, and before the first epoch on callables in the
/// model that were not registered; StateError on two of these callbacks, and, with a `save_freq` in
/// batches, on a metric without `get_state`. IoError, and the model is as it was, on a backup that
/// is damaged, or of another model, optimizer, set of callbacks or number of batches; and where one
/// can't be written, which leaves the one before.
/// See https://keras.io/api/callbacks/backup_and_restore/.
class BackupAndRestore : public Callback {
 public:
  using Options = BackupAndRestoreOptions;

  explicit BackupAndRestore(Options options);
  ~BackupAndRestore() override;

  void on_train_begin(const Logs& logs) override;
  void on_epoch_begin(int epoch, const Logs& logs) override;
  void on_train_batch_end(int batch, const Logs& logs) override;
  void on_epoch_end(int epoch, const Logs& logs) override;
  void on_train_end(const Logs& logs) override;
  std::optional<Config> get_state() const override;
  bool comes_last() const override { return true; }

 private:
  void check_run() const;
  std::unique_ptr<const saving::Backup> find() const;
  void save();

  Options options_;
  int batches_since_save_ = 0;
  std::unique_ptr<const saving::Backup> resumed_;  // within an epoch, until it begins
};

}  // namespace callbacks
}  // namespace strata
