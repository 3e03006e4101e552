// docs/command_line.md shows what the program prints: each line that begins with `$ ` in a block of
// the language `console` is run, and its output compared.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <sstream>
#include <utility>

#include "cli/program.hpp"

namespace strata::testing {
namespace {

struct Shown {
  std::string command;
  std::string output;
};

std::string page() { return read_bytes(STRATA_SOURCE_DIR "/docs/command_line.md"); }

/// The commands of the page with what it shows below each.
std::vector<Shown> commands_of_page() {
  std::vector<Shown> shown;
  std::istringstream lines(page());
  bool inside = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("```")) {
      inside = !inside && line == "```console";
    } else if (inside && line.starts_with("$ ")) {
      shown.push_back({line.substr(2), ""});
    } else if (inside) {
      shown.back().output += line + "\n";
    }
  }
  return shown;
}

/// What stands in the block of this language, of which the page has one.
std::string block_of(const std::string& language) {
  const std::string text = page();
  const std::size_t begin = text.find("```" + language + "\n") + language.size() + 4;
  return text.substr(begin, text.find("```", begin) - begin);
}

/// Words, and numbers apart from what surrounds them, without spaces.
std::vector<std::string> parts_of(const std::string& text) {
  std::vector<std::string> parts;
  std::string part;
  bool number = false;
  for (const char c : text) {
    const bool numeric = (c >= '0' && c <= '9') || (number && (c == '.' || c == 'e' || c == '-'));
    if ((numeric != number || c == ' ') && !part.empty()) parts.push_back(std::exchange(part, ""));
    number = numeric;
    if (c != ' ') part += c;
  }
  parts.push_back(part);
  return parts;
}

bool is_number(const std::string& part) {
  return !part.empty() && part[0] >= '0' && part[0] <= '9';
}

// Whatever the locale; characters after the number are left out.
double number_of(const std::string& part) {
  double number = 0.0;
  std::from_chars(part.data(), part.data() + part.size(), number);
  return number;
}

bool is_time(const std::string& unit) { return unit == "s" || unit.ends_with("s/step"); }

// CPUs differ in the last digits of a sum, and times always do.
bool are_alike(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] == b[i] || (is_time(a[i]) && is_time(b[i]))) continue;
    if (!is_number(a[i]) || !is_number(b[i])) return false;
    if (i + 1 < a.size() && is_time(a[i + 1])) continue;
    const double x = number_of(a[i]);
    const double y = number_of(b[i]);
    if (std::abs(x - y) > 0.02 * std::max(std::abs(x), std::abs(y)) + 1e-3) return false;
  }
  return true;
}

TEST(CommandLinePage, ShowsWhatTheProgramPrints) {
  const TemporaryFolder folder;
  folder.write("blobs.json", block_of("json"));
  const Blobs blobs = make_blobs(300);
  io::write_npz(folder.path("blobs.npz"), {{"x", blobs.x}, {"y", blobs.y}});
  const std::string program = STRATA_PROGRAM;
  const std::string search =
      "PATH=\"" + program.substr(0, program.rfind('/')) + ":$PATH\"; exec 2>&1; ";
  int compared = 0;
  for (const auto& [command, output] : commands_of_page()) {
    const std::string printed = run_program(folder.path(), {"sh", "-c", search + command}).output;
    EXPECT_TRUE(are_alike(parts_of(printed), parts_of(output))) << "`" << command << "` printed\n"
                                                                << printed << "but the page shows\n"
                                                                << output;
    ++compared;
  }
  EXPECT_GE(compared, 8);
}

TEST(CommandLinePage, ComparesNumbersAndText) {
  const auto alike = [](const char* a, const char* b) {
    return are_alike(parts_of(a), parts_of(b));
  };
  EXPECT_TRUE(alike("loss: 0.5001 - 31us/step", "loss: 0.5002 - 2ms/step"));
  EXPECT_FALSE(alike("loss: 0.5", "loss: 0.6"));
  EXPECT_FALSE(alike("loss: 0.5", "mse: 0.5"));
  EXPECT_FALSE(alike("loss: 0.5", "loss: 0.5 more"));
}

TEST(CommandLinePage, NamesEveryCommand) {
  for (const char* command : {"summary", "inspect", "convert", "predict", "evaluate", "train"})
    EXPECT_NE(page().find("## " + std::string(command)), std::string::npos) << command;
}

}  // namespace
}  // namespace strata::testing
