// How the program is asked: help, version, unknown commands, exit codes, outputs that fail.
#include <unistd.h>

#include "cli/program.hpp"

namespace strata::testing {
namespace {

using ::testing::HasSubstr;

class Usage : public Program {};

const std::vector<std::string> kCommands = {"summary", "inspect",  "convert",
                                            "predict", "evaluate", "train"};

TEST_F(Usage, HelpNamesCommandsAndExitCodes) {
  const Ended ended = strata({"--help"});
  EXPECT_EQ(ended.code, 0);
  for (const std::string& command : kCommands) EXPECT_THAT(ended.output, HasSubstr("  " + command));
  EXPECT_THAT(ended.output, HasSubstr("Exit codes: 0 done"));
}

TEST_F(Usage, EachCommandHasHelpWithAnExample) {
  for (const std::string& command : kCommands) {
    const Ended ended = strata({command, "--help"});
    EXPECT_EQ(ended.code, 0);
    EXPECT_THAT(ended.output, HasSubstr("Example: strata " + command + " "));
    EXPECT_EQ(ended.errors, "");
  }
}

TEST_F(Usage, VersionIsTheLibrarys) {
  EXPECT_EQ(strata({"--version"}).output, "strata " + std::string(kVersion) + "\n");
}

TEST_F(Usage, WithoutACommandIsRefused) { expect_refused({}, 2, "See: strata --help"); }

TEST_F(Usage, AnUnknownCommandIsRefusedWithTheNearest) {
  expect_refused({"sumary", "blobs.keras"}, 2, "sumary is no command; did you mean summary?");
}

TEST_F(Usage, AnUnknownOptionIsRefused) {
  expect_refused({"summary", "blobs.keras", "--wide"}, 2,
                 "strata summary: The following argument was not expected: --wide");
  expect_refused({"summary", "blobs.keras", "more.keras"}, 2, "more.keras");
}

TEST_F(Usage, ADirectoryOrPipeIsNoFile) {
  EXPECT_EQ(run_program(folder_.path(), {"mkdir", "folder.keras"}).code, 0);
  expect_refused({"summary", "folder.keras"}, 1, "a directory");
  EXPECT_EQ(run_program(folder_.path(), {"mkfifo", "pipe.keras"}).code, 0);
  expect_refused({"summary", "pipe.keras"}, 1, "a pipe");
}

TEST_F(Usage, AFullDiskIsReported) {
  const Ended ended = strata({"summary", "blobs.keras"}, "/dev/full");
  EXPECT_EQ(ended.code, 3);
  EXPECT_EQ(ended.errors,
            "strata: the standard output can't be written: No space left on device.\n");
}

TEST_F(Usage, APipeThatClosesIsNoError) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  close(ends[0]);
  const pid_t child =
      start_program(folder_.path(), {STRATA_PROGRAM, "inspect", "blobs.keras"}, ends[1]);
  close(ends[1]);
  EXPECT_EQ(wait_for(child), 0);
}

// Otherwise a file would be opened as the standard output, and printed into.
TEST_F(Usage, AClosedOutputIsNotMistakenForAFile) {
  const Ended ended = run_program(
      folder_.path(),
      {"sh", "-c", "exec \"$0\" convert blobs.keras new.keras <&- >&-", STRATA_PROGRAM});
  EXPECT_EQ(ended.code, 0) << ended.errors;
  EXPECT_NO_THROW(load_model(path("new.keras")));
}

}  // namespace
}  // namespace strata::testing
