// Runs the built program `strata`, on files in a folder that goes away with the test.
#pragma once

#include <gmock/gmock.h>
#include <sys/types.h>

#include <memory>
#include <strata/strata.hpp>
#include <string>
#include <vector>

#include "io/files.hpp"

namespace strata::testing {

struct Ended {
  int code;  ///< 128 and the signal's number where a signal ended it
  std::string output;
  std::string errors;
};

/// Runs a program in a folder. Where `output` is given, its standard output goes to that file, which
/// is not read.
Ended run_program(const std::string& folder, const std::vector<std::string>& arguments,
                  const std::string& output = {});

/// Starts one whose standard output is this descriptor.
pid_t start_program(const std::string& folder, const std::vector<std::string>& arguments,
                    int output);
/// Its exit code, as in `Ended`.
int wait_for(pid_t child);

struct Blobs {
  Tensor x;  ///< `(n, 2)`
  Tensor y;  ///< `(n,)`
};

/// Points around three centers, and the numbers of their centers.
Blobs make_blobs(int count);

/// Has `blobs.json`, an architecture with penalties and what it is compiled with; `blobs.npz`, 60
/// samples `x` of two numbers and their classes `y`; `blobs.keras`, trained on them.
class Program : public ::testing::Test {
 protected:
  Program();

  Ended strata(std::vector<std::string> arguments, const std::string& output = {}) const;
  std::string path(const std::string& name) const { return folder_.path(name); }
  /// Expects the code, nothing on the standard output, and one line of errors that holds `text`.
  void expect_refused(const std::vector<std::string>& arguments, int code,
                      const std::string& text) const;

  TemporaryFolder folder_;
  std::shared_ptr<Model> model_;
  Tensor x_;
  Tensor y_;
};

}  // namespace strata::testing
