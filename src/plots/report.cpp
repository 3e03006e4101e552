// Report: records each epoch and writes the page.
#include "strata/plots/report.hpp"

#include "core/fields.hpp"
#include "plots/run_record.hpp"
#include "strata/models/model.hpp"
#include "strata/training/host.hpp"

namespace strata::callbacks {
namespace {

constexpr const char* kWho = "Report";

using plots::Curves;
using plots::Histogram;
using plots::RunRecord;

template <class Fields>
void list_fields(Fields& fields, Histogram& histogram) {
  fields("low", histogram.low);
  fields("high", histogram.high);
  fields("counts", histogram.counts);
  fields("zeros", histogram.zeros);
  fields("total", histogram.total);
}

Config to_state(Curves curves) {
  return write_fields([&](auto& fields) {
    for (auto& [name, curve] : curves) fields(name.c_str(), curve);
  });
}

Curves curves_of(const Config& state, const char* key, std::size_t epochs) {
  Curves curves;
  if (!state.contains(key)) return curves;
  const Config& lists = state[key];
  check(lists.is_object(), kWho, "{} must be an object. Received: {}.", key, lists);
  read_fields(kWho, lists, [&](auto& fields) {
    for (const auto& entry : lists.items()) fields(entry.key().c_str(), curves[entry.key()]);
  });
  for (const auto& [name, curve] : curves) {
    check(curve.size() == epochs, kWho,
          "each curve of a state has a value for each epoch. Received: {} of {} for {}.",
          curve.size(), epochs, name);
  }
  return curves;
}

std::map<std::string, Histogram> histograms_of(const Config& state) {
  std::map<std::string, Histogram> histograms;
  if (!state.contains("start")) return histograms;
  const Config& all = state["start"];
  check(all.is_object(), kWho, "start must be an object. Received: {}.", all);
  for (const auto& entry : all.items()) {
    Histogram& histogram = histograms[entry.key()];
    read_fields(kWho, entry.value(), [&](auto& fields) { list_fields(fields, histogram); });
  }
  return histograms;
}

// The groups of curves with their keys.
template <class Visit>
void visit_curves(RunRecord& record, const Visit& visit) {
  visit("logs", record.logs);
  visit("penalties", record.penalties);
  visit("factors", record.factors);
  visit("rates", record.rates);
  visit("zeros", record.zeros);
}

}  // namespace

Report::Report(Options options)
    : options_(std::move(options)), record_(std::make_unique<RunRecord>()) {
  plots::check_extension(kWho, options_.filename);
  check(options_.save_freq >= 1, kWho, "save_freq must be at least 1. Received: save_freq={}.",
        options_.save_freq);
  check(options_.reload >= 0, kWho, "reload must not be negative. Received: reload={}.",
        options_.reload);
}

Report::~Report() = default;

void Report::write(const std::string& state, bool is_running) {
  plots::write_document(kWho, options_.filename,
                        {.title = title_,
                         .head = plots::head_of(title_, state, *record_),
                         .figures = plots::figures_of(*record_),
                         .seconds = is_running ? options_.reload : 0});
}

void Report::on_train_begin(const Logs&) {
  const Model& trained = model().trained_model();
  title_ = options_.title.empty() ? trained.name() : options_.title;
  *record_ = {};
  record_->start = plots::histograms_of(trained);
  write(fmt::format("Training begins: {} epochs.", params().epochs), true);
  running_ = true;
}

void Report::on_epoch_end(int epoch, const Logs& logs) {
  record_->add(epoch, logs);
  plots::observe(*record_, model().trained_model());
  if ((epoch + 1) % options_.save_freq != 0) return;
  plots::observe_weights(*record_, model().trained_model());
  write(fmt::format("Training: epoch {} of {} is done.", epoch + 1, params().epochs), true);
}

void Report::on_train_end(const Logs&) {
  running_ = false;
  plots::observe_weights(*record_, model().trained_model());
  const std::size_t epochs = record_->epochs.size();
  write(fmt::format("Trained for {} epoch{}.", epochs, epochs == 1 ? "" : "s"), false);
}

// The run is over: if `on_train_end` was not called, by an error.
Callback::Attachment Report::attach(TrainingHost* host, const CallbackParams& params) {
  if (host == nullptr && std::exchange(running_, false)) {
    try {
      write(fmt::format("Training ended by an error after {} epochs.", record_->epochs.size()),
            false);
    } catch (const std::exception&) {  // that error is what the caller is to see
    }
  }
  return Callback::attach(host, params);
}

std::optional<Config> Report::get_state() const {
  Config state = {{"epochs", record_->epochs}};
  visit_curves(*record_, [&](const char* key, Curves& curves) { state[key] = to_state(curves); });
  state["start"] = Config::object();
  for (const auto& [path, histogram] : record_->start) {
    Histogram copy = histogram;
    state["start"][path] = write_fields([&](auto& fields) { list_fields(fields, copy); });
  }
  return state;
}

void Report::set_state(const Config& state, const std::vector<Tensor>&) {
  RunRecord record;
  read_fields(kWho, state, [&](auto& fields) {
    fields("epochs", record.epochs);
    fields.skip("start");
    visit_curves(record, [&](const char* key, Curves&) { fields.skip(key); });
  });
  visit_curves(record, [&](const char* key, Curves& curves) {
    curves = curves_of(state, key, record.epochs.size());
  });
  record.start = histograms_of(state);
  *record_ = std::move(record);
}

}  // namespace strata::callbacks
