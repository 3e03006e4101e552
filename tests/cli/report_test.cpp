// `strata report`: pages of models and of logs.
#include "cli/program.hpp"

namespace strata::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class ReportCommand : public Program {};

TEST_F(ReportCommand, DrawsAModel) {
  const Ended ended = strata({"report", "blobs.keras", "blobs.html"});
  EXPECT_EQ(ended.code, 0) << ended.errors;
  EXPECT_EQ(ended.output, "");
  EXPECT_THAT(read_bytes(path("blobs.html")), HasSubstr("hidden/kernel"));
}

TEST_F(ReportCommand, DrawsWhatCsvLoggerWrote) {
  model_->fit(x_, y_,
              {.epochs = 3,
               .verbose = 0,
               .callbacks = {std::make_shared<callbacks::CSVLogger>(path("run.csv"))}});
  const Ended ended = strata({"report", "run.csv", "run.html"});
  EXPECT_EQ(ended.code, 0) << ended.errors;
  const std::string page = read_bytes(path("run.html"));
  EXPECT_THAT(page, HasSubstr("3 epochs"));
  EXPECT_THAT(page, HasSubstr("reg_loss"));
  EXPECT_THAT(page, Not(HasSubstr("val_loss")));  // a column of NA
}

TEST_F(ReportCommand, ReadsQuotedFieldsAndOtherSeparators) {
  folder_.write("run.csv", "epoch;\"a;b\";loss\r\n0;1.5;nan\r\n1;NA;2e-05\r\n");
  EXPECT_EQ(strata({"report", "run.csv", "run.svg", "--separator", ";"}).code, 0);
  EXPECT_THAT(read_bytes(path("run.svg")), HasSubstr("a;b"));
}

TEST_F(ReportCommand, RefusesWhatIsNoLog) {
  const auto refused = [&](const std::string& text, const std::string& error) {
    folder_.write("run.csv", text);
    expect_refused({"report", "run.csv", "run.html"}, 1, error);
  };
  refused("", "the first line must name the columns, `epoch` first. Received: .");
  refused("loss\n1\n", "`epoch` first. Received: loss.");
  refused("epoch,loss\n", "a line for each epoch is needed. Received: none.");
  refused("epoch,loss\n0,1,2\n", "line 2 must have 2 fields, as the first line. Received: 3.");
  refused("epoch,loss\nx,1\n", "the epoch in line 2 must be a whole number. Received: x.");
  refused("epoch,loss\n0,1,\n", "line 2 must have 2 fields");
  refused("epoch,loss\n0,one\n", "loss in line 2 must be a number or NA. Received: one.");
  expect_refused({"report", "none.csv", "run.html"}, 1, "none.csv: the file can't be read.");
}

TEST_F(ReportCommand, RefusesPathsThatItCantWrite) {
  expect_refused({"report", "blobs.keras", "blobs.pdf"}, 1, "blobs.pdf");
  expect_refused({"report", "blobs.keras", "none/blobs.html"}, 3, "none/blobs.html");
  expect_refused({"report", "blobs.json", "blobs.html"}, 2, "--weights");
}

}  // namespace
}  // namespace strata::testing
