// ModelCheckpoint: when to save, and under which name.
#include "strata/saving/model_checkpoint.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "callbacks/monitor.hpp"
#include "core/fields.hpp"
#include "core/known_names.hpp"
#include "io/byte_stream.hpp"
#include "saving/model_files.hpp"
#include "saving/path_fields.hpp"
#include "strata/models/model.hpp"
#include "strata/training/host.hpp"

namespace strata::callbacks {
namespace {

constexpr std::string_view kModelCheckpoint = "ModelCheckpoint";
constexpr std::string_view kEpoch = "epoch";
constexpr std::string_view kBatch = "batch";

Monitor monitor_of(const ModelCheckpointOptions& options) {
  return {kModelCheckpoint, options.monitor, options.mode};
}

/// What a path's fields may be called, in a run that logs these names.
std::vector<std::string> known_fields(std::vector<std::string> logs, bool batches) {
  logs.emplace_back(kEpoch);
  if (batches) logs.emplace_back(kBatch);
  return logs;
}

void make_folder_of(const std::string& path) {
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  if (folder.empty()) return;
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  const io::Origin origin{kModelCheckpoint, folder.string()};
  origin.check(!error, "the folder can't be made: {}.", error.message());
}

}  // namespace

ModelCheckpoint::ModelCheckpoint(Options options)
    : options_(std::move(options)), state_{.best = options_.initial_value_threshold} {
  const std::string& path = options_.filepath;
  monitor_of(options_).check_mode();
  check(options_.verbose >= 0, kModelCheckpoint,
        "verbose must not be negative. Received: verbose={}.", options_.verbose);
  check(!state_.best || !std::isnan(*state_.best), kModelCheckpoint,
        "initial_value_threshold must be a number. Received: initial_value_threshold={}.",
        state_.best.value_or(0.0));
  if (options_.save_weights_only) {
    saving::check_weights_path(kModelCheckpoint, path);
  } else {
    saving::check_model_path(kModelCheckpoint, path);
  }
  saving::pieces_of_path(kModelCheckpoint, path);
}

void ModelCheckpoint::on_train_begin(const Logs&) {
  state_.said_what_is_missing = false;
  if (options_.save_best_only) larger_is_better_ = monitor_of(options_).larger_is_better(model());
  const std::vector<std::string> logs = model().log_names();
  if (logs.empty()) return;
  const std::vector<std::string> known = known_fields(logs, !options_.save_freq.per_epoch());
  for (const saving::PathPiece& piece :
       saving::pieces_of_path(kModelCheckpoint, options_.filepath)) {
    if (piece.format.empty() || std::find(known.begin(), known.end(), piece.text) != known.end())
      continue;
    raise(kModelCheckpoint,
          "filepath's fields must be epoch, batch (where save_freq counts batches) or logs; {}. "
          "Received: {}.",
          Whole{known_names(piece.text, known)}, piece.text);
  }
}

void ModelCheckpoint::on_epoch_begin(int epoch, const Logs&) { epoch_ = epoch; }

void ModelCheckpoint::on_train_batch_end(int batch, const Logs& logs) {
  if (options_.save_freq.per_epoch() || ++state_.batches_since_save < options_.save_freq.batches())
    return;
  state_.batches_since_save = 0;
  save(batch, logs);
}

void ModelCheckpoint::on_epoch_end(int epoch, const Logs& logs) {
  epoch_ = epoch;
  if (options_.save_freq.per_epoch()) save(std::nullopt, logs);
}

void ModelCheckpoint::save(std::optional<int> batch, const Logs& logs) {
  const std::string path = path_of(batch, logs);
  if (!should_save(path, logs)) return;
  make_folder_of(path);
  if (options_.save_weights_only) {
    model().trained_model().save_weights(path);
  } else {
    model().trained_model().save(path);
  }
  say("finished saving model to " + path);
}

std::string ModelCheckpoint::path_of(std::optional<int> batch, const Logs& logs) const {
  std::string path;
  for (const saving::PathPiece& piece :
       saving::pieces_of_path(kModelCheckpoint, options_.filepath)) {
    if (piece.format.empty()) {
      path += piece.text;
    } else if (const auto found = logs.find(piece.text); found != logs.end()) {
      path += saving::formatted_field(kModelCheckpoint, piece, found->second);
    } else if (piece.text == kEpoch) {
      path += saving::formatted_field(kModelCheckpoint, piece, epoch_ + 1);
    } else if (piece.text == kBatch && batch) {
      path += saving::formatted_field(kModelCheckpoint, piece, *batch + 1);
    } else {
      raise(kModelCheckpoint,
            "filepath's fields must be logged. Received: {}, which epoch {} does not log.",
            piece.text, epoch_ + 1);
    }
  }
  return path;
}

bool ModelCheckpoint::should_save(const std::string& path, const Logs& logs) {
  if (!options_.save_best_only) {
    say("saving model to " + path);
    return true;
  }
  const auto found = logs.find(options_.monitor);
  if (found == logs.end()) {
    if (!std::exchange(state_.said_what_is_missing, true)) {
      model().print(monitor_of(options_).what_is_missing(epoch_, logs) +
                    " The model is saved, since it can't be told whether it is better.");
    }
    return true;
  }
  const double value = found->second;
  const std::string best = state_.best ? fmt::format("{:.5f}", *state_.best) : "None";
  if (!better(value)) {
    say(fmt::format("{} did not improve from {}", options_.monitor, best));
    return false;
  }
  say(fmt::format("{} improved from {} to {:.5f}, saving model to {}", options_.monitor, best,
                  value, path));
  state_.best = value;
  return true;
}

bool ModelCheckpoint::better(double value) const {
  if (!state_.best || std::isnan(*state_.best)) return true;
  return larger_is_better_ ? value > *state_.best : value < *state_.best;
}

template <class Fields>
void ModelCheckpoint::list_fields(Fields& fields, State& state) {
  fields("best", state.best);
  fields("batches_since_save", state.batches_since_save);
  fields("said_what_is_missing", state.said_what_is_missing);
}

std::optional<Config> ModelCheckpoint::get_state() const {
  return write_fields([state = state_](auto& fields) mutable { list_fields(fields, state); });
}

void ModelCheckpoint::set_state(const Config& config, const std::vector<Tensor>&) {
  State state;
  read_fields(kModelCheckpoint, config, [&](auto& fields) { list_fields(fields, state); });
  state_ = state;
}

// With an empty line in front, as Keras: a bar may be on the present one.
void ModelCheckpoint::say(const std::string& what) {
  if (options_.verbose > 0) model().print(fmt::format("\nEpoch {}: {}", epoch_ + 1, what));
}

}  // namespace strata::callbacks
