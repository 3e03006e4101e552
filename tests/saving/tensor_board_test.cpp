// TensorBoard: the frames of its files, and the figures in them.
#include "strata/saving/tensor_board.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "io/event_file.hpp"
#include "io/files.hpp"
#include "strata/config.hpp"
#include "strata/layers/dense.hpp"
#include "strata/layers/input.hpp"
#include "strata/models/sequential.hpp"
#include "strata/optimizers/sgd.hpp"
#include "strata/regularizers/l2.hpp"
#include "support/matchers.hpp"

namespace strata {
namespace {

using callbacks::TensorBoard;
using callbacks::TensorBoardOptions;
using testing::Bytes;
using testing::little_endian;
using testing::Raises;
using testing::TemporaryFolder;

// The records of the only file in a folder, whose lengths and checksums are right.
std::vector<Bytes> records_in(const std::string& folder) {
  const std::vector<std::string> names = testing::names_in(folder);
  EXPECT_EQ(names.size(), 1U);
  EXPECT_TRUE(names.at(0).starts_with("events.out.tfevents.")) << names[0];
  const Bytes bytes = testing::read_bytes(folder + "/" + names[0]);
  std::vector<Bytes> records;
  for (std::size_t at = 0; at + 16 <= bytes.size();) {
    std::size_t length = 0;
    for (std::size_t i = 8; i-- > 0;)
      length = length << 8 | static_cast<unsigned char>(bytes[at + i]);
    EXPECT_EQ(bytes.substr(at + 8, 4), little_endian(io::masked_crc32c(bytes.substr(at, 8)), 4));
    records.push_back(bytes.substr(at + 12, length));
    EXPECT_EQ(bytes.substr(at + 12 + length, 4),
              little_endian(io::masked_crc32c(records.back()), 4));
    at += 16 + length;
  }
  return records;
}

bool any_has(const std::vector<Bytes>& records, const std::string& text) {
  for (const Bytes& record : records) {
    if (record.find(text) != Bytes::npos) return true;
  }
  return false;
}

TEST(EventFile, HasTheChecksumsOfTfRecords) {
  EXPECT_EQ(io::masked_crc32c("123456789"), 0xc78ab0e5U);
}

// A float in a protocol buffer: field 5, its 4 bytes.
TEST(EventFile, HoldsAScalarAsATensor) {
  const TemporaryFolder folder;
  {
    io::EventFile file("test", folder.path("events"));
    file.scalar("epoch_loss", 1.5, 300);
  }
  const std::vector<Bytes> records = records_in(folder.path("events"));
  ASSERT_EQ(records.size(), 2U);
  EXPECT_TRUE(
      records[0].ends_with("\x1a\x0d"
                           "brain.Event:2"));
  const Bytes tensor = Bytes("\x08\x01\x12\x00\x2a\x04\x00\x00\xc0\x3f", 10);
  const Bytes value =
      "\x0a\x0a"
      "epoch_loss"
      "\x4a\x0b\x0a\x09\x0a\x07"
      "scalars"
      "\x42\x0a" +
      tensor;
  const Bytes summary = "\x0a" + Bytes(1, static_cast<char>(value.size())) + value;
  EXPECT_TRUE(records[1].ends_with("\x10\xac\x02\x2a" +
                                   Bytes(1, static_cast<char>(summary.size())) + summary));
}

TEST(TensorBoard, WritesFiguresOfEpochsBatchesAndWeights) {
  const TemporaryFolder folder;
  const Tensor x({2, 1}, {1, 2});
  Sequential model(
      {layers::Input({1}),
       layers::Dense({.units = 1, .kernel_regularizer = regularizers::L2(0.1f), .name = "dense"})});
  model.compile({.optimizer = optimizers::SGD(0.1f), .loss = "mse"});
  model.fit(x, x,
            {.batch_size = 1,
             .epochs = 2,
             .verbose = 0,
             .callbacks = {std::make_shared<TensorBoard>(TensorBoardOptions{
                 .log_dir = folder.path("logs"), .histogram_freq = 1, .update_freq = 2})},
             .validation_data = {.x = x, .y = x}});
  const std::vector<Bytes> training = records_in(folder.path("logs/train"));
  for (const char* tag : {"epoch_loss", "epoch_reg_loss", "epoch_learning_rate", "batch_loss",
                          "dense/kernel/histogram", "reg_loss/dense/kernel", "reg_loss/histogram"})
    EXPECT_TRUE(any_has(training, tag)) << tag;
  EXPECT_FALSE(any_has(training, "val_"));
  const std::vector<Bytes> validation = records_in(folder.path("logs/validation"));
  for (const char* tag : {"epoch_loss", "evaluation_loss_vs_iterations"})
    EXPECT_TRUE(any_has(validation, tag)) << tag;
}

TEST(TensorBoard, RefusesWhatItCantWrite) {
  EXPECT_THAT([] { TensorBoard({.log_dir = ""}); },
              Raises("TensorBoard: log_dir must not be empty. Received: log_dir=."));
  EXPECT_THAT([] { TensorBoard({.histogram_freq = -1}); },
              Raises("TensorBoard: histogram_freq must not be negative. Received: "
                     "histogram_freq=-1."));
}

}  // namespace
}  // namespace strata
