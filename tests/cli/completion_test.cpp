// The completion script for bash offers what --help lists: the same commands, the same options.
#include <regex>
#include <set>

#include "cli/program.hpp"

namespace strata::testing {
namespace {

using Words = std::set<std::string>;

class Completion : public Program {
 protected:
  // What bash offers for the last of these words.
  Words completed(const std::vector<std::string>& words) const {
    std::vector<std::string> arguments = {
        "bash", "-c",
        "source \"$0\"; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); _strata; "
        "printf '%s\\n' \"${COMPREPLY[@]}\"",
        STRATA_SOURCE_DIR "/src/cli/strata.bash"};
    arguments.insert(arguments.end(), words.begin(), words.end());
    const Ended ended = run_program(folder_.path(), arguments);
    EXPECT_EQ(ended.code, 0);
    EXPECT_EQ(ended.errors, "");
    return matches_in(ended.output, "([^\n]+)\n");
  }

  static Words matches_in(const std::string& text, const std::string& pattern) {
    const std::regex regex(pattern);
    Words words;
    for (auto match = std::sregex_iterator(text.begin(), text.end(), regex);
         match != std::sregex_iterator(); ++match)
      words.insert((*match)[1].str());
    return words;
  }

  Words options_of(const std::vector<std::string>& help) const {
    return matches_in(strata(help).output, "\n  (?:-h,)?(--[a-z-]+)");
  }

  Words commands() const {
    const std::string help = strata({"--help"}).output;
    return matches_in(help.substr(help.find("Subcommands:")), "\n  ([a-z]+) ");
  }
};

TEST_F(Completion, OffersTheCommands) {
  Words expected = commands();
  EXPECT_EQ(expected.size(), 10U);
  const Words options = options_of({"--help"});
  expected.insert(options.begin(), options.end());
  EXPECT_EQ(completed({"strata", ""}), expected);
  EXPECT_EQ(completed({"strata", "ev"}), Words{"evaluate"});
}

TEST_F(Completion, OffersTheOptionsOfEachCommand) {
  for (const std::string& command : commands())
    EXPECT_EQ(completed({"strata", command, "-"}), options_of({command, "--help"})) << command;
}

TEST_F(Completion, OffersFilesThatFit) {
  folder_.write("notes.txt", "");
  EXPECT_EQ(completed({"strata", "summary", ""}), (Words{"blobs.json", "blobs.keras"}));
  EXPECT_EQ(completed({"strata", "train", "blobs.json", "--data", ""}), Words{"blobs.npz"});
}

}  // namespace
}  // namespace strata::testing
