// Profiler: opens a ledger around each measured step, and draws its rows as a table.
#include "strata/callbacks/profiler.hpp"

#include <algorithm>
#include <ostream>

#include "core/check.hpp"
#include "core/profile.hpp"
#include "strata/config.hpp"
#include "strata/core/threads.hpp"
#include "strata/training/host.hpp"

namespace strata::callbacks {
namespace {

using profile::Row;

// A layer's name after those of the layers around it, but for the model's.
std::string path_of(const std::vector<Row>& rows, int row) {
  const Row& own = rows[static_cast<std::size_t>(row)];
  const bool is_top = own.parent < 0 || own.parent == profile::kSections;
  return is_top ? own.name : path_of(rows, own.parent) + "/" + own.name;
}

// Whether a layer is there for the layers in it only.
bool is_mere_container(const Row& row) { return row.composite && !row.recorded; }

bool has_backward(ProfilePart part) {
  return part == ProfilePart::layer || part == ProfilePart::loss || part == ProfilePart::penalties;
}

struct NamedSection {
  ProfilePart part;
  profile::Section section;
  const char* name;
};

constexpr NamedSection kNamedSections[] = {
    {ProfilePart::loss, profile::Section::loss, "loss"},
    {ProfilePart::penalties, profile::Section::penalties, "penalties"},
    {ProfilePart::metrics, profile::Section::metrics, "metrics"},
    {ProfilePart::optimizer, profile::Section::optimizer, "optimizer"},
    {ProfilePart::batches, profile::Section::batches, "batches"},
    {ProfilePart::rest, profile::Section::rest, "rest"}};

ProfileRow means(ProfilePart part, std::string name, const Row& row, int steps) {
  const double scale = 1e-6 / std::max(steps, 1);
  return {.part = part,
          .name = std::move(name),
          .forward = scale * static_cast<double>(row.nanoseconds[0]),
          .backward = scale * static_cast<double>(row.nanoseconds[1]),
          .products = scale * static_cast<double>(row.products)};
}

void add(const ProfileRow& row, ProfileRow& sum) {
  sum.forward += row.forward;
  sum.backward += row.backward;
  sum.products += row.products;
}

// As many digits as tell the rows of a step this long apart.
std::string milliseconds(double time, double whole) {
  return fmt::format("{:.{}f}", time, whole < 1.0 ? 5 : 3);
}

std::string percent(double part, double whole) {
  return fmt::format("{:.1f} %", whole > 0.0 ? 100.0 * part / whole : 0.0);
}

std::string line(const ProfileRow& row, std::size_t width, double whole) {
  const bool both = has_backward(row.part);
  return fmt::format("{:<{}}{:>11}{:>11}{:>11}{:>10}{:>12}\n", row.name, width,
                     both ? milliseconds(row.forward, whole) : "",
                     both ? milliseconds(row.backward, whole) : "",
                     milliseconds(row.total(), whole), percent(row.total(), whole),
                     percent(row.products, row.total()));
}

}  // namespace

std::string to_string(const ProfileReport& report) {
  if (report.steps == 0) return "Profile: no training step was measured.\n";
  std::size_t width = 9;
  for (const ProfileRow& row : report.rows) width = std::max(width, row.name.size());
  std::string text = fmt::format(
      "Profile of {} training step{}, {} ms each on average, with {} thread{}\n"
      "{:<{}}{:>11}{:>11}{:>11}{:>10}{:>12}\n",
      report.steps, report.steps == 1 ? "" : "s",
      milliseconds(report.milliseconds, report.milliseconds), report.threads,
      report.threads == 1 ? "" : "s", "", width, "forward ms", "backward", "total", "share",
      "in products");
  ProfileRow all{.part = ProfilePart::rest, .name = "a step"};
  for (const ProfileRow& row : report.rows) {
    text += line(row, width, report.milliseconds);
    add(row, all);
  }
  return text + line(all, width, report.milliseconds);
}

Profiler::Profiler(Options options)
    : options_(options), ledger_(std::make_unique<profile::Ledger>()) {
  check(options_.skip_batches >= 0, "Profiler",
        "skip_batches must not be negative. Received: skip_batches={}.", options_.skip_batches);
}

Profiler::~Profiler() = default;

ProfileReport Profiler::report() const {
  const std::vector<Row>& rows = ledger_->rows();
  ProfileReport report{.steps = ledger_->periods(), .threads = num_threads(), .rows = {}};
  ProfileRow containers;
  for (int i = profile::kSections; i < static_cast<int>(rows.size()); ++i) {
    const Row& row = rows[static_cast<std::size_t>(i)];
    ProfileRow layer = means(ProfilePart::layer, path_of(rows, i), row, report.steps);
    if (is_mere_container(row)) {
      add(layer, containers);
    } else {
      report.rows.push_back(std::move(layer));
    }
  }
  for (const NamedSection& section : kNamedSections) {
    const Row& row = rows[static_cast<std::size_t>(section.section)];
    if (row.entered) report.rows.push_back(means(section.part, section.name, row, report.steps));
  }
  if (!report.rows.empty()) add(containers, report.rows.back());
  for (const ProfileRow& row : report.rows) report.milliseconds += row.total();
  return report;
}

// A run that an error ended didn't come to the end of its last batch.
Callback::Attachment Profiler::attach(TrainingHost* host, const CallbackParams& params) {
  ledger_->close();
  if (host == nullptr) measured_ = nullptr;
  return Callback::attach(host, params);
}

void Profiler::on_train_begin(const Logs&) {
  check<StateError>(measured_ == nullptr, "Profiler",
                    "a profiler measures one run at a time. Received: a run inside the one that it "
                    "measures.");
  measured_ = attachment().host;
  ledger_ = std::make_unique<profile::Ledger>();
  seen_ = 0;
}

void Profiler::on_train_batch_begin(int, const Logs&) {
  if (seen_++ < options_.skip_batches) return;
  check<StateError>(profile::ledger == nullptr, "Profiler",
                    "a thread has one profiler at a time. Received: a second one.");
  ledger_->open();
}

void Profiler::on_train_batch_end(int, const Logs&) { ledger_->close(); }

std::optional<Config> Profiler::get_state() const { return Config(); }

void Profiler::on_train_end(const Logs&) {
  measured_ = nullptr;
  const std::string table = to_string(report());
  if (options_.output != nullptr) {
    *options_.output << table << std::flush;
  } else {
    model().print(table.substr(0, table.size() - 1));  // which ends the line itself
  }
}

}  // namespace strata::callbacks
