// The commands of the program `strata`, and how they end.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <stdexcept>

namespace strata::cli {

/// What the program returns. docs/command_line.md lists them.
enum ExitCode : int {
  kDone = 0,
  kBadInput = 1,      ///< A file or an array can't be read, is damaged, or does not fit.
  kBadUsage = 2,      ///< An unknown command or option, or one that is missing.
  kCannotWrite = 3,   ///< The output can't be written.
  kInterrupted = 130  ///< Ctrl-C: training stopped early; what it reached was written.
};

/// Raised where the command line itself is wrong.
class BadUsage : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Raised where the output can't be written.
class CannotWrite : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Calls `write`. Raises CannotWrite where that raises IoError.
void write_output(const std::function<void()>& write);

/// What options that count something take.
CLI::Validator positive();

struct Command {
  CLI::App* app;                  ///< its options
  std::function<ExitCode()> run;  ///< called once they have been parsed
};

Command add_summary(CLI::App& program);
Command add_inspect(CLI::App& program);
Command add_convert(CLI::App& program);
Command add_predict(CLI::App& program);
Command add_evaluate(CLI::App& program);
Command add_train(CLI::App& program);
Command add_sparsity(CLI::App& program);
Command add_shrink(CLI::App& program);
Command add_prune(CLI::App& program);
Command add_report(CLI::App& program);

}  // namespace strata::cli
