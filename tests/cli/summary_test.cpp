// `strata summary`: the library's own table, and each penalty with its rule.
#include <fmt/format.h>

#include "cli/program.hpp"

namespace strata::testing {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

class Summary : public Program {};

TEST_F(Summary, PrintsTheTableOfTheLibrary) {
  std::string table;
  model_->summary({.line_length = 80,
                   .show_regularizers = true,
                   .print_fn = [&](const std::string& text) { table = text; }});
  const Ended ended = strata({"summary", "blobs.keras", "--width", "80"});
  EXPECT_EQ(ended.code, 0) << ended.errors;
  EXPECT_EQ(ended.output.substr(0, table.size()), table);
  EXPECT_EQ(ended.errors, "");
}

TEST_F(Summary, ListsEachPenaltyWithItsRuleAndValue) {
  const std::string value =
      fmt::format("{:f}", model_->penalties().back().value.item()).substr(0, 5);
  const std::string output = strata({"summary", "blobs.keras"}).output;
  EXPECT_THAT(output, ContainsRegex("hidden kernel +L2\\(l2=0.01\\) +" + value));
  EXPECT_THAT(output, ContainsRegex("hidden activity +L1\\(l1=0.001\\) +by the data"));
}

TEST_F(Summary, OfAModelWithoutPenaltiesListsNone) {
  Sequential plain({layers::Input({2}), layers::Dense({.units = 1})});
  plain.save(path("plain.keras"));
  EXPECT_THAT(strata({"summary", "plain.keras"}).output, Not(HasSubstr("Penalties")));
}

TEST_F(Summary, ReadsAnArchitecture) {
  EXPECT_THAT(strata({"summary", "blobs.json"}).output, HasSubstr("Total params: 51"));
}

TEST_F(Summary, ShowsMoreOnRequest) {
  EXPECT_THAT(strata({"summary", "blobs.keras", "--show-trainable"}).output, HasSubstr("Trai"));
  Sequential outer({layers::Input({2}), model_});
  outer.save(path("outer.keras"));
  EXPECT_THAT(strata({"summary", "outer.keras"}).output, Not(HasSubstr("hidden (Dense)")));
  EXPECT_THAT(strata({"summary", "outer.keras", "--expand-nested"}).output,
              HasSubstr("hidden (Dense)"));
}

TEST_F(Summary, RefusesAFileThatIsNoModel) {
  folder_.write("bad.keras", "<html>");
  expect_refused({"summary", "bad.keras"}, 1, "strata summary: bad.keras: ");
  expect_refused({"summary", "none.keras"}, 1, "No such file");
  folder_.write("bad.json", "{");
  expect_refused({"summary", "bad.json"}, 1, "strata summary: bad.json: ");
  expect_refused({"summary", "blobs.txt"}, 2, "must end in one of .keras");
  expect_refused({"summary"}, 2, "FILE is required");
}

// What a file says must not steer the terminal it is shown on.
TEST_F(Summary, RefusesNamesWithControlCharacters) {
  std::string json = model_->to_json();
  const std::string name = "\"name\":\"hidden\"";
  ASSERT_NE(json.find(name), std::string::npos);
  json.replace(json.find(name), name.size(), "\"name\":\"\\u001b[2J\"");
  folder_.write("hostile.json", json);
  expect_refused({"summary", "hostile.json"}, 1, "control characters");
  EXPECT_THAT(strata({"summary", "hostile.json"}).errors, Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace strata::testing
