// TensorBoard: which figure goes to which file, under which name.
#include "strata/saving/tensor_board.hpp"

#include <string>
#include <utility>
#include <vector>

#include "core/fields.hpp"
#include "io/event_file.hpp"
#include "strata/models/model.hpp"
#include "strata/training/host.hpp"

namespace strata::callbacks {

TensorBoard::TensorBoard(Options options) : options_(std::move(options)) {
  check(!options_.log_dir.empty(), "TensorBoard",
        "log_dir must not be empty. Received: log_dir={}.", options_.log_dir);
  check(options_.histogram_freq >= 0, "TensorBoard",
        "histogram_freq must not be negative. Received: histogram_freq={}.",
        options_.histogram_freq);
}

TensorBoard::~TensorBoard() = default;

io::EventFile& TensorBoard::training_file() {
  if (training_ == nullptr) {
    training_ = std::make_unique<io::EventFile>("TensorBoard", options_.log_dir + "/train");
  }
  return *training_;
}

io::EventFile& TensorBoard::validation_file() {
  if (validation_ == nullptr) {
    validation_ = std::make_unique<io::EventFile>("TensorBoard", options_.log_dir + "/validation");
  }
  return *validation_;
}

void TensorBoard::on_train_begin(const Logs&) {
  batches_ = 0;
  training_file();
}

void TensorBoard::on_train_batch_end(int, const Logs& logs) {
  ++batches_;
  if (options_.update_freq.per_epoch() || batches_ % options_.update_freq.batches() != 0) return;
  for (const auto& [name, value] : logs) training_file().scalar("batch_" + name, value, batches_);
}

void TensorBoard::on_epoch_end(int epoch, const Logs& logs) {
  Logs all = logs;
  all["learning_rate"] = static_cast<double>(model().optimizer().learning_rate());
  for (const auto& [name, value] : all) {
    const bool of_validation = name.starts_with("val_");
    io::EventFile& file = of_validation ? validation_file() : training_file();
    file.scalar("epoch_" + (of_validation ? name.substr(4) : name), value, epoch);
  }
  if (options_.histogram_freq > 0 && epoch % options_.histogram_freq == 0) write_histograms(epoch);
  training_file().flush();
  if (validation_ != nullptr) validation_->flush();
}

void TensorBoard::write_histograms(int epoch) {
  io::EventFile& file = training_file();
  for (const Variable& weight : model().trained_model().weights()) {
    file.histogram(weight.path() + "/histogram", weight.value().values(), epoch);
  }
  std::vector<float> penalties;
  std::vector<std::pair<std::string, double>> scalars;  // those of one place as their sum
  for (const Penalty& penalty : model().penalties()) {
    penalties.push_back(penalty.value.item());
    std::string tag = "reg_loss/" + penalty.layer + "/" + penalty.source;
    if (scalars.empty() || scalars.back().first != tag) scalars.emplace_back(std::move(tag), 0.0);
    scalars.back().second += static_cast<double>(penalties.back());
  }
  for (const auto& [tag, value] : scalars) file.scalar(tag, value, epoch);
  if (!penalties.empty()) file.histogram("reg_loss/histogram", penalties, epoch);
}

void TensorBoard::on_test_end(const Logs& logs) {
  io::EventFile& file = validation_file();
  const std::int64_t step = model().optimizer().iterations();
  for (const auto& [name, value] : logs) {
    file.scalar("evaluation_" + name + "_vs_iterations", value, step);
  }
  file.flush();
}

void TensorBoard::on_train_end(const Logs&) {
  training_.reset();
  validation_.reset();
}

std::optional<Config> TensorBoard::get_state() const { return Config{{"batches", batches_}}; }

void TensorBoard::set_state(const Config& state, const std::vector<Tensor>&) {
  std::int64_t batches = 0;
  read_fields("TensorBoard", state, [&](auto& fields) { fields("batches", batches); });
  batches_ = batches;
}

}  // namespace strata::callbacks
