// Draws progress lines and bars, in color and in place where the output is a terminal.
#include "training/progress_bar.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <iostream>
#include <string_view>

namespace strata::training {
namespace {

constexpr int kCells = 20;
constexpr std::string_view kBold = "\x1b[1m";
constexpr std::string_view kGreen = "\x1b[32m";
constexpr std::string_view kWhite = "\x1b[37m";
constexpr std::string_view kReset = "\x1b[0m";

std::string colored(std::string_view code, const std::string& text, const ProgressStyle& style) {
  return style.color ? fmt::format("{}{}{}", code, text, kReset) : text;
}

std::string cells(int count, const ProgressStyle& style, char plain) {
  std::string text;
  for (int i = 0; i < count; ++i) {
    if (style.unicode) {
      text += "━";
    } else {
      text += plain;
    }
  }
  return text;
}

std::string step_time(double seconds) {
  if (seconds >= 1.0 || seconds == 0.0) return fmt::format("{:.0f}s/step", seconds);
  if (seconds >= 1e-3) return fmt::format("{:.0f}ms/step", seconds * 1e3);
  return fmt::format("{:.0f}us/step", seconds * 1e6);
}

std::string figures(const Logs& logs) {
  std::string text;
  for (const auto& [name, value] : logs) {
    text += std::abs(value) > 1e-3 ? fmt::format(" - {}: {:.4f}", name, value)
                                   : fmt::format(" - {}: {:.4e}", name, value);
  }
  return text;
}

// The first `columns` characters that show, with all SGR codes: one that ends a color counts.
std::string clipped(const std::string& text, int columns) {
  if (columns <= 0 || visible_width(text) <= columns) return text;
  std::string result;
  int shown = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\x1b') {
      const std::size_t end = text.find('m', i);
      result += text.substr(i, end - i + 1);
      i = end;
      continue;
    }
    if ((text[i] & 0xC0) != 0x80) ++shown;
    if (shown <= columns) result += text[i];
  }
  return result;
}

bool set(const char* variable) {
  const char* value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

}  // namespace

std::string remaining_time(double seconds) {
  const auto whole = static_cast<long>(seconds);
  if (whole > 3600)
    return fmt::format("{}:{:02}:{:02}", whole / 3600, whole % 3600 / 60, whole % 60);
  if (whole > 60) return fmt::format("{}:{:02}", whole / 60, whole % 60);
  return fmt::format("{}s", whole);
}

ProgressStyle ProgressStyle::of_standard_output() {
  ProgressStyle style;
  const char* term = std::getenv("TERM");
  const bool dumb = term != nullptr && std::string_view(term) == "dumb";
  style.live = isatty(STDOUT_FILENO) != 0 && !dumb;
  style.color = set("FORCE_COLOR") || (style.live && !set("NO_COLOR"));
  const char* locale = nullptr;
  for (const char* variable : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    if (locale == nullptr && set(variable)) locale = std::getenv(variable);
  }
  const std::string_view name = locale == nullptr ? "" : locale;
  style.unicode =
      name.find("UTF-8") != std::string_view::npos || name.find("utf8") != std::string_view::npos;
  winsize size{};
  if (style.live && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0) style.columns = size.ws_col;
  return style;
}

int visible_width(const std::string& text) {
  int width = 0;
  bool code = false;
  for (const char c : text) {
    if (c == '\x1b') code = true;
    if (!code && (c & 0xC0) != 0x80) ++width;
    if (code && c == 'm') code = false;
  }
  return width;
}

std::string progress_bar_line(const Progress& progress, const Logs& logs,
                              const ProgressStyle& style) {
  const bool known = progress.total > 0;
  const std::string time =
      progress.finished || !known
          ? fmt::format("{:.0f}s", progress.elapsed)
          : remaining_time(progress.per_step * (progress.total - progress.current));
  const std::string speed = fmt::format("{} {}{}", colored(kBold, time, style),
                                        step_time(progress.per_step), figures(logs));
  if (!known) return fmt::format("{:>7}/Unknown {}", progress.current, speed);
  const std::string total = std::to_string(progress.total);
  const std::string count = fmt::format("{:>{}}/{}", progress.current, total.size(), total);
  const int done = kCells * progress.current / progress.total;
  return fmt::format("{} {}{} {}", colored(kBold, count, style),
                     colored(kGreen, cells(done, style, '='), style),
                     colored(kWhite, cells(kCells - done, style, '.'), style), speed);
}

std::string progress_line(const Progress& progress, const Logs& logs, const ProgressStyle& style) {
  const std::string count = fmt::format("{}/{}", progress.current, progress.total);
  return fmt::format("{} - {:.0f}s - {}{}", colored(kBold, count, style), progress.elapsed,
                     step_time(progress.per_step), figures(logs));
}

std::ostream& output_or_stdout(std::ostream* output) {
  return output == nullptr ? std::cout : *output;
}

ProgressBar::ProgressBar(std::ostream& output, ProgressStyle style, int verbose, int total)
    : output_(output), style_(style), bar_(verbose == 1 && style.live), total_(total) {}

ProgressBar::ProgressBar(std::ostream* output, int verbose, int total)
    : ProgressBar(output_or_stdout(output),
                  output == nullptr ? ProgressStyle::of_standard_output() : ProgressStyle{},
                  verbose, total) {}

ProgressBar::~ProgressBar() {
  if (!open_line_) return;
  try {
    output_ << '\n' << std::flush;
  } catch (...) {  // the stream raised; the run is over, so ignore it
  }
}

void ProgressBar::start() {
  seen_ = done_ = 0;
  drawn_width_ = 0;
  began_ = Clock::now();
  drawn_ = {};
}

void ProgressBar::title(int epoch, int epochs) {
  output_ << fmt::format("Epoch {}/{}\n", epoch + 1, epochs) << std::flush;
}

Progress ProgressBar::progress(int current) const {
  const auto seconds = [](Clock::duration span) {
    return std::chrono::duration<double>(span).count();
  };
  const Clock::time_point now = Clock::now();
  const double per_step = seen_ > 1    ? seconds(now - first_step_) / (seen_ - 1)
                          : seen_ == 1 ? seconds(now - began_)
                                       : 0.0;
  return {
      .current = current, .total = total_, .elapsed = seconds(now - began_), .per_step = per_step};
}

void ProgressBar::step(int batch, const Logs& logs) {
  done_ = batch + 1;
  if (++seen_ == 1) first_step_ = Clock::now();
  if (!bar_ || (total_ > 0 && batch + 1 >= total_)) return;  // the last step is drawn by finish()
  if (Clock::now() - drawn_ < std::chrono::milliseconds(50)) return;
  drawn_ = Clock::now();
  draw(progress_bar_line(progress(batch + 1), logs, style_));
}

void ProgressBar::draw(const std::string& line) {
  const std::string shown = clipped(line, style_.columns);
  const int width = visible_width(shown);
  output_ << std::string(static_cast<std::size_t>(drawn_width_), '\b') << '\r' << shown
          << std::string(static_cast<std::size_t>(std::max(0, drawn_width_ - width)), ' ')
          << std::flush;
  drawn_width_ = std::max(width, drawn_width_);
  open_line_ = true;
}

void ProgressBar::finish(const Logs& logs) {
  if (total_ == 0) total_ = done_;
  Progress now = progress(done_);
  now.finished = true;
  if (bar_) {
    draw(progress_bar_line(now, logs, style_));
    output_ << '\n' << std::flush;
    open_line_ = false;
  } else {
    output_ << progress_line(now, logs, style_) << '\n' << std::flush;
  }
}

}  // namespace strata::training
