// CSVLogger: the bytes of Keras's for the same logs.
#include "strata/saving/csv_logger.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <limits>

#include "io/files.hpp"
#include "strata/config.hpp"
#include "support/matchers.hpp"

namespace strata {
namespace {

using callbacks::CSVLogger;
using callbacks::CSVLoggerOptions;
using testing::Raises;
using testing::RaisesWith;
using testing::TemporaryFolder;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::string text_of(const std::string& path) { return testing::read_bytes(path); }

void log(CSVLogger& logger, const std::vector<Logs>& epochs) {
  logger.on_train_begin({});
  for (std::size_t i = 0; i < epochs.size(); ++i) {
    logger.on_epoch_end(static_cast<int>(i), epochs[i]);
  }
  logger.on_train_end({});
}

TEST(CSVLogger, WritesKerassBytes) {
  const TemporaryFolder folder;
  const std::string path = folder.path("log.csv");
  CSVLogger logger(path);
  const std::vector<Logs> epochs = {
      {{"loss", 0.5},
       {"accuracy", 1.0},
       {"val_loss", 1e-05},
       {"learning_rate", 0.0010000000474974513}},
      {{"loss", kNaN}, {"accuracy", kInfinity}, {"learning_rate", 123456789012345680.0}}};
  const std::string expected =
      "epoch,accuracy,learning_rate,loss,val_loss\r\n"
      "0,1.0,0.0010000000474974513,0.5,1e-05\r\n"
      "1,inf,1.2345678901234568e+17,nan,NA\r\n";
  log(logger, epochs);
  EXPECT_EQ(text_of(path), expected);
  log(logger, epochs);  // another fit begins the file anew
  EXPECT_EQ(text_of(path), expected);
}

TEST(CSVLogger, AppendsWithoutAnotherHeader) {
  const TemporaryFolder folder;
  const std::string path = folder.path("log.csv");
  const CSVLoggerOptions options{.filename = path, .separator = ";", .append = true};
  CSVLogger first(options);
  log(first, {{{"loss", 0.1}, {"a;\"b", 2.0}}});
  CSVLogger second(options);
  log(second, {{{"loss", 1.0 / 3.0}}});
  EXPECT_EQ(text_of(path),
            "epoch;\"a;\"\"b\";loss;\"val_a;\"\"b\";val_loss\r\n0;2.0;0.1;NA;NA\r\n"
            "0;0.3333333333333333;NA\r\n");
}

TEST(CSVLogger, GoesOnBehindTheLinesOfABackup) {
  const TemporaryFolder folder;
  const std::string path = folder.path("log.csv");
  CSVLogger killed(path);
  killed.on_train_begin({});
  killed.on_epoch_end(0, {{"loss", 1.0}});
  const Config state = *killed.get_state();
  killed.on_epoch_end(1, {{"loss", 2.0}});
  CSVLogger again(path);
  again.on_train_begin({});
  again.set_state(state, {});
  again.on_epoch_end(1, {{"loss", 2.0}});
  again.on_train_end({});
  EXPECT_EQ(text_of(path), "epoch,loss,val_loss\r\n0,1.0,NA\r\n1,2.0,NA\r\n");
  std::filesystem::resize_file(path, 3);
  EXPECT_THAT([&] { again.set_state(state, {}); },
              RaisesWith<IoError>("the file must hold the 31 bytes"));
}

TEST(CSVLogger, RefusesWhatItCantWrite) {
  EXPECT_THAT([] { CSVLogger logger{std::string()}; },
              Raises("CSVLogger: filename must not be empty. Received: filename=."));
  EXPECT_THAT(([] { CSVLogger({.filename = "log.csv", .separator = ", "}); }),
              RaisesWith("CSVLogger: separator must be one character"));
  CSVLogger nowhere("no-such-folder/log.csv");
  EXPECT_THAT([&] { nowhere.on_train_begin({}); },
              RaisesWith<IoError>("CSVLogger: no-such-folder/log.csv: the file can't be written"));
}

}  // namespace
}  // namespace strata
