// CSVLogger: writes lines in the dialect of Python's csv module.
#include "strata/saving/csv_logger.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "core/fields.hpp"
#include "io/byte_stream.hpp"
#include "saving/csv_cell.hpp"

namespace strata::callbacks {
namespace {

// As Python prints a float: the shortest decimal that reads back as the same one, with a point.
std::string python_float(double value) {
  if (std::isnan(value)) return "nan";
  std::string text = fmt::format("{}", value);
  if (std::isfinite(value) && text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

io::Origin origin_of(const CSVLoggerOptions& options) { return {"CSVLogger", options.filename}; }

}  // namespace

CSVLogger::CSVLogger(Options options) : options_(std::move(options)) {
  check(!options_.filename.value().empty(), "CSVLogger",
        "filename must not be empty. Received: filename={}.", options_.filename.value());
  check(options_.separator.size() == 1 && options_.separator.find_first_of("\"\r\n") != 0,
        "CSVLogger",
        "separator must be one character, no quote and no line end. Received: "
        "separator={}.",
        options_.separator);
}

// That the file can be written is tried now; that it is emptied waits for the first line, since a
// backup may be restored in between.
void CSVLogger::on_train_begin(const Logs&) {
  names_.clear();
  begun_ = false;
  write("");
}

void CSVLogger::begin_file() {
  std::error_code failure;
  const std::filesystem::path path(options_.filename.value());
  if (!options_.append) std::filesystem::resize_file(path, 0, failure);
  if (!failure) {
    const auto size = std::filesystem::file_size(path, failure);
    if (!failure) size_ = static_cast<std::int64_t>(size);
  }
  origin_of(options_).check(!failure, "the file can't be emptied. Received: {}.",
                            failure.message());
  begun_ = true;
}

void CSVLogger::write(const std::string& text) {
  std::ofstream file(options_.filename.value(), std::ios::binary | std::ios::app);
  file << text << std::flush;
  origin_of(options_).check(file.good(), "the file can't be written. Received: {}.",
                            std::generic_category().message(errno));
  size_ += static_cast<std::int64_t>(text.size());
}

std::string CSVLogger::field(const std::string& text) const {
  return saving::csv_cell(text, options_.separator);
}

void CSVLogger::on_epoch_end(int epoch, const Logs& logs) {
  if (!begun_) begin_file();
  std::string text;
  if (names_.empty()) {
    for (const auto& [name, value] : logs) names_.push_back(name);
    const auto of_validation = [](const std::string& name) { return name.starts_with("val_"); };
    const std::size_t count = names_.size();
    if (std::none_of(names_.begin(), names_.end(), of_validation)) {
      for (std::size_t i = 0; i < count; ++i) names_.push_back("val_" + names_[i]);
    }
    if (size_ == 0) {
      text = "epoch";
      for (const std::string& name : names_) text += options_.separator + field(name);
      text += "\r\n";
    }
  }
  text += std::to_string(epoch);
  for (const std::string& name : names_) {
    const auto found = logs.find(name);
    text += options_.separator;
    text += found == logs.end() ? "NA" : field(python_float(found->second));
  }
  write(text + "\r\n");
}

void CSVLogger::on_train_end(const Logs&) {
  if (!begun_) begin_file();
}

std::optional<Config> CSVLogger::get_state() const {
  if (!begun_) return Config{{"names", Config::array()}, {"size", nullptr}};
  return Config{{"names", names_}, {"size", size_}};
}

void CSVLogger::set_state(const Config& state, const std::vector<Tensor>&) {
  std::vector<std::string> names;
  std::optional<std::int64_t> size;
  read_fields("CSVLogger", state, [&](auto& fields) {
    fields("names", names);
    fields("size", size);
  });
  if (!size) return;
  std::error_code failure;
  const std::filesystem::path path(options_.filename.value());
  const auto present = static_cast<std::int64_t>(std::filesystem::file_size(path, failure));
  origin_of(options_).check(!failure && *size >= 0 && *size <= present,
                            "the file must hold the {} bytes that were written before the backup. "
                            "Received: {}.",
                            *size, failure ? 0 : present);
  std::filesystem::resize_file(path, static_cast<std::uintmax_t>(*size), failure);
  origin_of(options_).check(!failure, "the file can't be cut. Received: {}.", failure.message());
  names_ = std::move(names);
  begun_ = true;
  size_ = *size;
}

}  // namespace strata::callbacks
