// The program `strata`: looks into model files, converts, trains and uses them.
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <iostream>
#include <limits>
#include <new>

#include "cli/command.hpp"
#include "cli/plain_text.hpp"
#include "cli/standard_output.hpp"
#include "core/known_names.hpp"
#include "strata/core/errors.hpp"
#include "strata/version.hpp"

namespace strata::cli {
namespace {

// Functions of the library, which its errors name first and a user of the program does not know.
constexpr std::array<std::string_view, 11> kFunctions = {
    "load_model: ",   "model_from_json: ", "load_weights: ", "save: ",
    "save_weights: ", "read_npy: ",        "read_npz: ",     "write_npy: ",
    "write_npz: ",    "export_onnx: ",     "open: "};

std::string_view without_function(std::string_view text) {
  for (const std::string_view function : kFunctions) {
    if (text.starts_with(function)) return text.substr(function.size());
  }
  return text;
}

ExitCode fail(ExitCode code, const std::string& who, std::string_view text) {
  std::cerr << who << ": " << plain(without_function(text)) << std::endl;
  return code;
}

ExitCode run(const Command& command, const std::string& who) {
  try {
    return command.run();
  } catch (const BadUsage& error) {
    return fail(kBadUsage, who, fmt::format("{} See: {} --help", error.what(), who));
  } catch (const CannotWrite& error) {
    return fail(kCannotWrite, who, error.what());
  } catch (const std::bad_alloc&) {
    return fail(kBadInput, who, "there is not enough memory");
  } catch (const std::exception& error) {
    return fail(kBadInput, who, error.what());
  }
}

std::vector<std::string> names_of(const std::vector<Command>& commands) {
  std::vector<std::string> names;
  for (const Command& command : commands) names.push_back(command.app->get_name());
  return names;
}

// CLI11 would only say that a command is missing.
bool is_unknown_command(const std::vector<std::string>& known, int argc, char** argv) {
  return argc > 1 && argv[1][0] != '-' &&
         std::find(known.begin(), known.end(), argv[1]) == known.end();
}

ExitCode run(int argc, char** argv) {
  CLI::App program("Looks into model files, converts, trains and uses them.", "strata");
  program.set_help_flag("--help,-h", "Say how to use it, and end");
  program.set_version_flag("--version", fmt::format("strata {}", kVersion),
                           "Print the version, and end");
  program.require_subcommand(1);
  program.footer(
      "Example: strata summary model.keras\n"
      "`strata COMMAND --help` says more of each command.\n"
      "Exit codes: 0 done; 1 a file or array is bad or does not fit; 2 wrong usage;\n"
      "3 the output can't be written; 130 training was interrupted.");
  const std::vector<Command> commands = {
      add_summary(program),  add_inspect(program), add_convert(program),  add_predict(program),
      add_evaluate(program), add_train(program),   add_sparsity(program), add_shrink(program),
      add_prune(program),    add_report(program)};
  const std::vector<std::string> known = names_of(commands);
  if (is_unknown_command(known, argc, argv)) {
    return fail(kBadUsage, "strata",
                fmt::format("{} is no command; {}.", argv[1], known_names(argv[1], known)));
  }

  std::string who = "strata";
  const auto chosen = [&] {
    return std::find_if(commands.begin(), commands.end(),
                        [](const Command& command) { return command.app->parsed(); });
  };
  try {
    program.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    std::cout << program.help();
    return kDone;
  } catch (const CLI::CallForVersion& version) {
    std::cout << version.what() << '\n';
    return kDone;
  } catch (const CLI::ParseError& error) {
    if (chosen() != commands.end()) who += " " + chosen()->app->get_name();
    return fail(kBadUsage, who, fmt::format("{}. See: {} --help", error.what(), who));
  }
  return run(*chosen(), who + " " + chosen()->app->get_name());
}

// Otherwise the first file that is opened would take the place of one that the caller has closed.
void open_standard_streams() {
  int descriptor = 0;
  while (descriptor >= 0 && descriptor <= STDERR_FILENO) descriptor = open("/dev/null", O_RDWR);
  if (descriptor >= 0) close(descriptor);
}

ExitCode run_with_output(int argc, char** argv) {
  StandardOutput output;
  std::streambuf* const original = std::cout.rdbuf(&output);
  const ExitCode code = run(argc, argv);
  std::cout.flush();
  std::cout.rdbuf(original);
  if (code != kDone || output.failure() == 0 || output.failure() == EPIPE) return code;
  return fail(
      kCannotWrite, "strata",
      fmt::format("the standard output can't be written: {}.", std::strerror(output.failure())));
}

}  // namespace

void write_output(const std::function<void()>& write) {
  try {
    write();
  } catch (const IoError& error) {
    throw CannotWrite(error.what());
  }
}

CLI::Validator positive() { return CLI::Range(1, std::numeric_limits<int>::max()).description(""); }

}  // namespace strata::cli

int main(int argc, char** argv) {
  strata::cli::open_standard_streams();
  // Whoever reads the output may stop early; what the command was to write is still written.
  std::signal(SIGPIPE, SIG_IGN);
  return strata::cli::run_with_output(argc, argv);
}
