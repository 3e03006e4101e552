// `strata report`: a page of pictures of a model, or of the log of a run.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>
#include <limits>
#include <string>
#include <system_error>
#include <vector>

#include "cli/model_file.hpp"
#include "core/check.hpp"
#include "strata/plots/plot.hpp"

namespace strata::cli {
namespace {

struct ReportSettings {
  ModelOptions model;
  std::string output;
  char separator = ',';
};

std::vector<std::string> fields_of(const std::string& line, char separator) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (const char c : line) {
    if (c == '"') {
      quoted = !quoted;
    } else if (c == separator && !quoted) {
      fields.emplace_back();
    } else if (c != '\r' || quoted) {
      fields.back() += c;
    }
  }
  return fields;
}

template <class T>
bool parse(const std::string& text, T& value) {
  const char* const end = text.data() + text.size();
  const auto [rest, failure] = std::from_chars(text.data(), end, value);
  return failure == std::errc() && rest == end;
}

/// What `callbacks::CSVLogger` wrote, a line for each epoch.
class LogFile {
 public:
  LogFile(const std::string& path, char separator)
      : path_(path), separator_(separator), file_(path) {}

  History read() {
    check<IoError>(file_.is_open(), path_, "the file can't be read. Received: {}.", path_);
    const bool is_log = read_line() && fields_.front() == "epoch";
    check(is_log, path_, "the first line must name the columns, `epoch` first. Received: {}.",
          fields_.front());
    names_ = fields_;
    while (read_line()) add_epoch();
    check(!history_.epoch.empty(), path_, "a line for each epoch is needed. Received: none.");
    // A run without validation has columns of it all the same.
    std::erase_if(history_.history, [](const auto& column) {
      const std::vector<double>& values = column.second;
      return std::all_of(values.begin(), values.end(), [](double v) { return std::isnan(v); });
    });
    return history_;
  }

 private:
  bool read_line() {
    std::string line;
    const bool found = static_cast<bool>(std::getline(file_, line));
    fields_ = fields_of(line, separator_);
    ++line_;
    return found;
  }

  void add_epoch() {
    check(fields_.size() == names_.size(), path_,
          "line {} must have {} fields, as the first line. Received: {}.", line_, names_.size(),
          fields_.size());
    check(parse(fields_[0], history_.epoch.emplace_back()), path_,
          "the epoch in line {} must be a whole number. Received: {}.", line_, fields_[0]);
    for (std::size_t i = 1; i < names_.size(); ++i) {
      double& value =
          history_.history[names_[i]].emplace_back(std::numeric_limits<double>::quiet_NaN());
      check(fields_[i] == "NA" || parse(fields_[i], value), path_,
            "{} in line {} must be a number or NA. Received: {}.", names_[i], line_, fields_[i]);
    }
  }

  std::string path_;
  char separator_;
  std::ifstream file_;
  int line_ = 0;
  std::vector<std::string> fields_;
  std::vector<std::string> names_;
  History history_;
};

ExitCode report_file(const ReportSettings& settings) {
  const auto write = [&](const auto& what) {
    check_writable(settings.output);
    write_output([&] { plots::plot(what, settings.output); });
  };
  if (settings.model.file.ends_with(".csv")) {
    write(LogFile(settings.model.file, settings.separator).read());
  } else {
    write(*read_model(settings.model, FreshWeights::kRefused));
  }
  return kDone;
}

}  // namespace

Command add_report(CLI::App& program) {
  CLI::App* const command =
      program.add_subcommand("report", "Draw a model, or the log of a run, as a page of pictures");
  const auto settings = std::make_shared<ReportSettings>();
  add_model_options(*command, settings->model);
  command->get_option("FILE")->description(
      "A model, .keras or .h5, or the .csv file that CSVLogger wrote of a run");
  command
      ->add_option("OUT", settings->output,
                   "The page, .html, or drawing, .svg, to write; one that is there is replaced")
      ->required()
      ->type_name("");
  command->add_option("--separator", settings->separator, "Between the fields of a .csv file [,]")
      ->type_name("CHARACTER");
  command->footer(
      "Example: strata report model.keras model.html\n"
      "         strata report run.csv run.html");
  return {command, [settings] { return report_file(*settings); }};
}

}  // namespace strata::cli
