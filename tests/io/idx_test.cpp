// The IDX reader: every type and rank, and every way in which a file can lie.
#include "strata/io/idx.hpp"

#include <sys/stat.h>

#include <cmath>

#include "io/files.hpp"
#include "strata/core/errors.hpp"
#include "support/matchers.hpp"

namespace strata::io {
namespace {

using namespace strata::testing;  // NOLINT: the tests' own vocabulary
using ::testing::ElementsAre;

class Idx : public ::testing::Test {
 protected:
  Tensor read(const Bytes& bytes, const IdxOptions& options = {}) const {
    return read_idx(folder_.write("x", bytes), options);
  }

  /// The bytes are refused with this text, which follows reader and path.
  void expect_refused(const Bytes& bytes, const std::string& text,
                      const IdxOptions& options = {}) const {
    EXPECT_THAT([&] { read(bytes, options); },
                Raises<IoError>("read_idx: " + folder_.path("x") + ": " + text));
  }

  TemporaryFolder folder_;
};

const Bytes kSixBytes("\x00\x01\x02\x7F\x80\xFF", 6);

TEST_F(Idx, ReadsBytes) {
  const Tensor array = read(idx_bytes(0x08, {2, 3}, kSixBytes));
  EXPECT_EQ(array.shape(), Shape({2, 3}));
  EXPECT_THAT(array.values(), ElementsAre(0, 1, 2, 127, 128, 255));
}

TEST_F(Idx, ReadsSignedBytes) {
  EXPECT_THAT(read(idx_bytes(0x09, {6}, kSixBytes)).values(), ElementsAre(0, 1, 2, 127, -128, -1));
}

TEST_F(Idx, ReadsShorts) {
  EXPECT_THAT(read(idx_bytes(0x0B, {3}, kSixBytes)).values(), ElementsAre(1, 639, -32513));
}

TEST_F(Idx, ReadsInts) {
  const Bytes elements = big_endian(0xFFFFFFFE, 4) + big_endian(1 << 24, 4);
  EXPECT_THAT(read(idx_bytes(0x0C, {2}, elements)).values(), ElementsAre(-2, 16777216));
}

TEST_F(Idx, ReadsFloatsInfinitiesAndNaNIncluded) {
  const Bytes elements =
      big_endian(0x3FC00000, 4) + big_endian(0xFF800000, 4) + big_endian(0x7FC00000, 4);
  const Tensor array = read(idx_bytes(0x0D, {3}, elements));
  EXPECT_EQ(array.values()[0], 1.5f);
  EXPECT_EQ(array.values()[1], -INFINITY);
  EXPECT_TRUE(std::isnan(array.values()[2]));
}

TEST_F(Idx, ReadsDoubles) {
  EXPECT_THAT(read(idx_bytes(0x0E, {1}, big_endian(0xC004000000000000, 8))).values(),
              ElementsAre(-2.5f));
}

TEST_F(Idx, ReadsGzip) {
  const Tensor array = read(gzip(idx_bytes(0x08, {3, 2}, kSixBytes)));
  EXPECT_EQ(array.shape(), Shape({3, 2}));
  EXPECT_THAT(array.values(), ElementsAre(0, 1, 2, 127, 128, 255));
}

TEST_F(Idx, ReadsMoreThanOneChunk) {
  Bytes elements(300'001, '\0');
  for (std::size_t i = 0; i < elements.size(); ++i) elements[i] = static_cast<char>(i % 251);
  for (const Bytes& file :
       {idx_bytes(0x08, {300'001}, elements), gzip(idx_bytes(0x08, {300'001}, elements))}) {
    const Tensor array = read(file);
    for (std::size_t i = 0; i < elements.size(); ++i) {
      ASSERT_EQ(array.values()[i], static_cast<float>(i % 251));
    }
  }
}

TEST_F(Idx, ReadsAnArrayWithoutElements) {
  EXPECT_EQ(read(idx_bytes(0x08, {0, 28, 28}, "")).shape(), Shape({0, 28, 28}));
}

TEST_F(Idx, RefusesAFileThatIsNotThere) {
  const std::string path = folder_.path("nowhere");
  EXPECT_THAT([&] { read_idx(path); },
              Raises<IoError>("read_idx: " + path +
                              ": the file can't be opened: No such file or directory."));
}

TEST_F(Idx, RefusesWhatIsNotARegularFile) {
  const std::string rule = ": the path must be that of a regular file. Received: ";
  const std::string pipe = folder_.path("pipe");
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_THAT([&] { read_idx(pipe); }, Raises<IoError>("read_idx: " + pipe + rule + "a pipe."));
  EXPECT_THAT([&] { read_idx(folder_.path()); },
              Raises<IoError>("read_idx: " + folder_.path() + rule + "a directory."));
  EXPECT_THAT([] { read_idx("/dev/zero"); },
              Raises<IoError>("read_idx: /dev/zero" + rule + "a device or socket."));
}

TEST_F(Idx, RefusesOtherMagic) {
  expect_refused("<html></html>",
                 "an IDX file must begin with two zero bytes. Received: 0x3c 0x68.");
}

TEST_F(Idx, RefusesUnknownTypes) {
  expect_refused(idx_bytes(0x0A, {1}, "x"),
                 "the third byte must name an IDX type: 0x08 (uint8), 0x09 (int8), 0x0b (int16), "
                 "0x0c (int32), 0x0d (float32) or 0x0e (float64). Received: 0x0a.");
}

TEST_F(Idx, RefusesRanksBelowOneAndBeyondATensors) {
  expect_refused(Bytes("\0\0\x08\0", 4),
                 "the rank, the fourth byte, must lie in [1, 8]. Received: 0.");
  expect_refused(Bytes("\0\0\x08\xFF", 4),
                 "the rank, the fourth byte, must lie in [1, 8]. Received: 255.");
}

TEST_F(Idx, RefusesHeadersCutShort) {
  expect_refused("", "the IDX magic number must have 4 bytes. Received: 0, then the end.");
  expect_refused(Bytes("\0\0\x08\x02\0\0\0\x01\0", 9),
                 "each extent of the IDX header must have 4 bytes. Received: 1, then the end.");
}

TEST_F(Idx, RefusesSizesBeyondTheFile) {
  expect_refused(idx_bytes(0x08, {3, 3}, kSixBytes),
                 "the elements must be in the file: shape=(3, 3) of uint8 takes 9 bytes. Received: "
                 "at most 6 bytes.");
}

TEST_F(Idx, RefusesSizesBeyond64Bits) {
  expect_refused(idx_bytes(0x08, {0xFFFFFFFF, 0xFFFFFFFF, 2}, kSixBytes),
                 "the elements must be countable in 64 bits. Received: shape=(4294967295, "
                 "4294967295, 2).");
  expect_refused(idx_bytes(0x08, {0, 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF}, ""),
                 "the elements must be countable in 64 bits. Received: shape=(0, 4294967295, "
                 "4294967295, 4294967295).");
  expect_refused(idx_bytes(0x08, {0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0}, ""),
                 "the elements must be countable in 64 bits. Received: shape=(4294967295, "
                 "4294967295, 4294967295, 0).");
}

TEST_F(Idx, RefusesTrailingBytes) {
  const std::string text = "nothing may follow the elements. Received: more bytes.";
  expect_refused(idx_bytes(0x08, {5}, kSixBytes), text);
  expect_refused(gzip(idx_bytes(0x08, {5}, kSixBytes)), text);
}

TEST_F(Idx, RefusesGzipThatHoldsLessThanItsHeaderSays) {
  expect_refused(gzip(idx_bytes(0x08, {7}, kSixBytes)),
                 "shape=(7,) of uint8 takes 7 bytes. Received: 6 bytes, then the end.");
}

TEST_F(Idx, RefusesGzipThatCannotHoldWhatItsHeaderSays) {
  const Bytes packed = gzip(idx_bytes(0x08, {1'000'000}, kSixBytes));
  EXPECT_THAT([&] { read(packed); },
              ::testing::ThrowsMessage<IoError>(::testing::HasSubstr(
                  "the elements must be in the file: shape=(1000000,) of uint8 takes 1000000 "
                  "bytes. Received: at most ")));
}

TEST_F(Idx, RefusesDamagedGzip) {
  const Bytes whole = gzip(idx_bytes(0x08, {6}, kSixBytes));
  Bytes other_crc = whole;
  other_crc[whole.size() - 8] ^= 1;
  expect_refused(other_crc,
                 "the gzip data must be sound. Received: incorrect data check before "
                 "byte " +
                     std::to_string(whole.size() - 4) + ".");
}

TEST_F(Idx, RefusesBytesAfterGzip) {
  const Bytes packed = gzip(idx_bytes(0x08, {6}, kSixBytes));
  expect_refused(packed + "x",
                 "the gzip data must end with the file. Received: more bytes after "
                 "byte " +
                     std::to_string(packed.size()) + ".");
}

TEST_F(Idx, RefusesToUnpackMoreThanTheLimit) {
  const Bytes bomb = gzip(idx_bytes(0x08, {20'000'000}, Bytes(20'000'000, '\0')));
  const std::string limit = std::to_string((64 << 20) + 16 * bomb.size());
  expect_refused(bomb, "the elements must fit the memory limit of " + limit +
                           " bytes; max_bytes sets another. Received: shape=(20000000,), which "
                           "takes 80000000 bytes.");
  EXPECT_EQ(read(bomb, {.max_bytes = 80'000'000}).size(), 20'000'000);
}

TEST_F(Idx, RefusesNumbersThatFloat32CannotHold) {
  const Bytes whole = big_endian(1, 4) + big_endian((1 << 24) + 1, 4);
  expect_refused(idx_bytes(0x0C, {2}, whole),
                 "numbers must fit float32, whole ones exactly. Received: 16777217 at index 1.");
  expect_refused(idx_bytes(0x0E, {1}, big_endian(0x7E37E43C8800759C, 8)),  // 1e300
                 "numbers must fit float32, whole ones exactly. Received: 1e+300 at index 0.");
}

TEST_F(Idx, RefusesTruncationAtEveryOffset) {
  for (const Bytes& whole :
       {idx_bytes(0x0C, {2, 2}, Bytes(16, '\1')), gzip(idx_bytes(0x0C, {2, 2}, Bytes(16, '\1')))}) {
    for (std::size_t length = 0; length < whole.size(); ++length) {
      EXPECT_THROW(read(whole.substr(0, length)), IoError) << length;
    }
  }
}

TEST_F(Idx, RefusesOrReadsEveryFlippedBit) {
  for (const Bytes& whole :
       {idx_bytes(0x0C, {2, 2}, Bytes(16, '\1')), gzip(idx_bytes(0x0C, {2, 2}, Bytes(16, '\1')))}) {
    for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
      Bytes flipped = whole;
      flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
      try {
        EXPECT_LE(read(flipped).size(), 16) << bit;
      } catch (const IoError&) {
      }
    }
  }
}

}  // namespace
}  // namespace strata::io
