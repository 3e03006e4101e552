// BackupAndRestore: when to write the backup, which one to take over, when to delete it.
#include "strata/saving/backup_and_restore.hpp"

#include <algorithm>
#include <filesystem>
#include <iostream>

#include "saving/backup.hpp"
#include "strata/models/model.hpp"
#include "training/running_metrics.hpp"

namespace strata::callbacks {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kBackupAndRestore = "BackupAndRestore";
constexpr const char* kCurrent = "backup.keras";
constexpr const char* kPrevious = "backup.previous.keras";

void say(const std::string& line) {
  std::cerr << fmt::format("strata: {}: {}\n", kBackupAndRestore, line) << std::flush;
}

io::Origin origin_of(const fs::path& path) { return {kBackupAndRestore, path.string()}; }

/// What a writer that was killed has left.
std::vector<fs::path> left_over(const fs::path& folder) {
  std::vector<fs::path> paths;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    const std::string name = entry.path().filename().string();
    for (const char* target : {kCurrent, kPrevious}) {
      if (name.starts_with(fmt::format(".{}.", target)) && name.ends_with(".tmp"))
        paths.push_back(entry.path());
    }
  }
  return paths;
}

void remove_file(const fs::path& path) {
  std::error_code error;
  fs::remove(path, error);
  origin_of(path).check(!error, "the file can't be deleted: {}.", error.message());
}

void warn_of_other_machine(const saving::Backup& backup) {
  const std::string here = saving::this_machine();
  if (backup.state().machine == here) return;
  say(
      fmt::format("{} was written on a machine of another kind, so that the numbers may differ in "
                  "their last bits: {}; here: {}.",
                  backup.origin().name, backup.state().machine, here));
}

}  // namespace

BackupAndRestore::BackupAndRestore(Options options) : options_(std::move(options)) {
  check(!options_.backup_dir.value().empty(), kBackupAndRestore,
        "backup_dir must be the path of a folder. Received: an empty one.");
}

BackupAndRestore::~BackupAndRestore() = default;

std::optional<Config> BackupAndRestore::get_state() const { return Config(); }

// Whatever would keep a backup from being written is found before the first epoch.
void BackupAndRestore::check_run() const {
  const auto callbacks = model().callbacks();
  const auto count = std::count_if(callbacks.begin(), callbacks.end(), [](const auto& callback) {
    return dynamic_cast<const BackupAndRestore*>(callback.get()) != nullptr;
  });
  check<StateError>(count == 1, kBackupAndRestore, "a fit can have one. Received: {}.", count);
  Model& trained = model().trained_model();
  std::ignore = trained.to_json();
  if (!options_.save_freq.per_epoch()) {
    for (const MetricSpec& metric : training::all_metrics(trained.compile_options()))
      std::ignore = metric->get_state();
  }
  for (const std::string& name : saving::callbacks_without_state(model())) {
    say(fmt::format(
        "the callback {} doesn't tell its state (Callback::get_state), so that it begins "
        "anew where this fit is resumed.",
        name));
  }
}

std::unique_ptr<const saving::Backup> BackupAndRestore::find() const {
  const fs::path folder(options_.backup_dir.value());
  const fs::path current = folder / kCurrent;
  const fs::path previous = folder / kPrevious;
  const bool has_previous = options_.double_checkpoint && fs::exists(previous);
  if (fs::exists(current)) {
    try {
      return std::make_unique<saving::Backup>(origin_of(current));
    } catch (const IoError& error) {
      if (!has_previous) throw;
      say(fmt::format("{} The backup before it is taken.", error.what()));
    }
  }
  return has_previous ? std::make_unique<saving::Backup>(origin_of(previous)) : nullptr;
}

void BackupAndRestore::on_train_begin(const Logs&) {
  batches_since_save_ = 0;
  resumed_.reset();
  check_run();
  auto backup = find();
  if (backup == nullptr) return;
  warn_of_other_machine(*backup);
  backup->restore(model(), params().steps);
  if (backup->state().progress.batch > 0) resumed_ = std::move(backup);
}

// What the epoch's begin has changed was changed once before, and is in the backup.
void BackupAndRestore::on_epoch_begin(int, const Logs&) {
  if (resumed_ == nullptr) return;
  const auto backup = std::move(resumed_);
  backup->restore(model(), params().steps);
}

void BackupAndRestore::on_train_batch_end(int, const Logs&) {
  if (options_.save_freq.per_epoch() || ++batches_since_save_ < options_.save_freq.batches())
    return;
  batches_since_save_ = 0;
  save();
}

void BackupAndRestore::on_epoch_end(int, const Logs&) {
  if (options_.save_freq.per_epoch()) save();
}

void BackupAndRestore::save() {
  const fs::path folder(options_.backup_dir.value());
  std::error_code error;
  fs::create_directories(folder, error);
  origin_of(folder).check(!error, "the folder can't be made: {}.", error.message());
  for (const fs::path& path : left_over(folder)) remove_file(path);
  const fs::path current = folder / kCurrent;
  if (options_.double_checkpoint && fs::exists(current)) {
    fs::rename(current, folder / kPrevious, error);
    origin_of(current).check(!error, "the file can't be renamed: {}.", error.message());
  }
  saving::Backup::write(origin_of(current), model(), params().steps);
}

void BackupAndRestore::on_train_end(const Logs&) {
  resumed_.reset();
  if (!options_.delete_checkpoint) return;
  const fs::path folder(options_.backup_dir.value());
  for (const fs::path& path : left_over(folder)) remove_file(path);
  remove_file(folder / kPrevious);  // first: with the last one alone the fit is done
  remove_file(folder / kCurrent);
  std::error_code ignored;  // the folder has other files
  fs::remove(folder, ignored);
}

}  // namespace strata::callbacks
