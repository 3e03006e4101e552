// TensorBoard: logs, weights and penalties in files that TensorBoard shows.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "strata/callbacks/callback.hpp"
#include "strata/saving/save_frequency.hpp"

namespace strata {
namespace io {
class EventFile;
}

namespace callbacks {

struct TensorBoardOptions {
  std::string log_dir = "logs";         ///< Gets the folders `train` and `validation`.
  int histogram_freq = 0;               ///< Histograms every so many epochs; 0: none.
  SaveFrequency update_freq = "epoch";  ///< `"epoch"`, or figures of batches every so many too.
};

/// Writes event files, under Keras's names:
///
/// - `epoch_loss`, `epoch_accuracy`, … and `epoch_learning_rate`, by epoch; those of validation, with
///   the same names, in the folder `validation`;
/// - `batch_loss`, …, by batch, with an `update_freq` in batches;
/// - `evaluation_loss_vs_iterations`, … after each validation or `evaluate`;
/// - with `histogram_freq`, in epochs 0, `histogram_freq`, …, the histogram of each weight
///   (`sequential/dense/kernel/histogram`) and, Strata's own, each penalty
///   (`reg_loss/dense/kernel`) with the histogram of all of them (`reg_loss/histogram`).
///
/// Graphs, images, profiles and embeddings are not written. Raises InvalidArgument on an empty
/// `log_dir` and a negative `histogram_freq`; IoError where a file can't be written.
/// See https://keras.io/api/callbacks/tensorboard/.
class TensorBoard : public Callback {
 public:
  using Options = TensorBoardOptions;

  explicit TensorBoard(Options options = {});
  ~TensorBoard() override;

  void on_train_begin(const Logs& logs) override;
  void on_train_batch_end(int batch, const Logs& logs) override;
  void on_epoch_end(int epoch, const Logs& logs) override;
  void on_train_end(const Logs& logs) override;
  void on_test_end(const Logs& logs) override;
  std::optional<Config> get_state() const override;
  void set_state(const Config& state, const std::vector<Tensor>& tensors) override;

 private:
  io::EventFile& training_file();
  io::EventFile& validation_file();
  void write_histograms(int epoch);

  Options options_;
  std::unique_ptr<io::EventFile> training_;
  std::unique_ptr<io::EventFile> validation_;  // none before it is needed
  std::int64_t batches_ = 0;                   // of all epochs
};

}  // namespace callbacks
}  // namespace strata
