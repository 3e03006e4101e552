// Arrays of NumPy: what it writes of all types and orders, and what it reads of ours.
#include "strata/io/npy.hpp"

#include <cmath>
#include <cstring>

#include "io/files.hpp"
#include "strata/core/errors.hpp"
#include "support/matchers.hpp"

namespace strata::io {
namespace {

using namespace strata::testing;  // NOLINT: the tests' own vocabulary
using ::testing::ElementsAre;

class Npy : public ::testing::Test {
 protected:
  Tensor read(const std::string& type, const std::string& shape, const Bytes& elements,
              bool column_major = false, const NpyOptions& options = {}) const {
    const std::string order = column_major ? "True" : "False";
    return read_npy(folder_.write("x.npy", npy_bytes("{'descr': '" + type + "', 'fortran_order': " +
                                                         order + ", 'shape': " + shape + ", }\n",
                                                     elements)),
                    options);
  }
  void expect_refused(const Bytes& bytes, const std::string& text) const {
    const std::string path = folder_.write("x.npy", bytes);
    EXPECT_THAT([&] { read_npy(path); }, Raises<IoError>("read_npy: " + path + ": " + text));
  }

  TemporaryFolder folder_;
};

// numpy.save of [[1, 2, 3], [4, 5, 6]], float32.
const Bytes kMatrix = Bytes(
    "\x93NUMPY\x01\x00v\x00{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }        "
    "                                                  \x0a\x00\x00\x80?\x00\x00\x00@\x00\x00@"
    "@\x00\x00\x80@\x00\x00\xa0@\x00\x00\xc0@",
    152);

TEST_F(Npy, ReadsWhatNumpySaves) {
  const Tensor x = read_npy(folder_.write("x.npy", kMatrix));
  EXPECT_EQ(x.shape(), Shape({2, 3}));
  EXPECT_THAT(x.values(), ElementsAre(1, 2, 3, 4, 5, 6));
}

TEST_F(Npy, WritesWhatNumpySaves) {
  write_npy(folder_.path("y.npy"), Tensor({2, 3}, {1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(read_bytes(folder_.path("y.npy")), kMatrix);
}

TEST_F(Npy, ReadsBackEveryShapeToTheBit) {
  const std::vector<float> values{-0.0f, 1e-40f, INFINITY, -INFINITY, 0.1f, NAN};
  for (const Shape& shape : {Shape{6}, Shape{2, 3}, Shape{1, 2, 1, 3},
                             Shape{1, 1, 1, 1, 1, 1, 2, 3}, Shape{0}, Shape{3, 0, 2}, Shape{}}) {
    const auto count = static_cast<std::size_t>(shape.element_count());
    const Tensor x(shape, std::span(values).first(count));
    write_npy(folder_.path("y.npy"), x);
    EXPECT_EQ(read_bytes(folder_.path("y.npy")).size() - 4 * count, 128u);
    const Tensor y = read_npy(folder_.path("y.npy"));
    EXPECT_EQ(y.shape(), shape);
    EXPECT_EQ(std::memcmp(x.data(), y.data(), 4 * count), 0);
  }
}

TEST_F(Npy, ReadsTruthValues) {
  EXPECT_THAT(read("|b1", "(3,)", Bytes("\0\1\1", 3)).values(), ElementsAre(0, 1, 1));
  EXPECT_THAT([&] { read("|b1", "(2,)", "\1\2"); },
              Raises<IoError>("read_npy: " + folder_.path("x.npy") +
                              ": truth values must be 0 or 1. Received: 2 at index 1."));
}

TEST_F(Npy, ReadsEveryHalf) {
  Bytes elements;
  for (std::uint32_t bits = 0; bits < 65536; ++bits) elements += little_endian(bits, 2);
  const Tensor halves = read("<f2", "(65536,)", elements);
  for (int bits = 0; bits < 65536; ++bits) {
    const int exponent = bits >> 10 & 0x1F;
    const int fraction = bits & 0x3FF;
    const float value = halves.values()[static_cast<std::size_t>(bits)];
    EXPECT_EQ(std::signbit(value), bits >= 0x8000) << bits;
    if (exponent == 0x1F) {
      EXPECT_EQ(std::isnan(value), fraction != 0) << bits;
      EXPECT_EQ(std::isinf(value), fraction == 0) << bits;
    } else {
      const double size =
          exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024 + fraction, exponent - 25);
      EXPECT_EQ(std::abs(value), size) << bits;
    }
  }
}

TEST_F(Npy, ReadsBigEndianNumbers) {
  EXPECT_THAT(read(">f4", "(2,)", big_endian(0x3FC00000, 4) + big_endian(0xC0000000, 4)).values(),
              ElementsAre(1.5f, -2.0f));
  EXPECT_THAT(read(">f8", "(1,)", big_endian(0xC004000000000000, 8)).values(), ElementsAre(-2.5f));
  EXPECT_THAT(read(">f2", "(1,)", big_endian(0x3C00, 2)).values(), ElementsAre(1.0f));
  EXPECT_THAT(read(">i2", "(1,)", big_endian(0xFFFE, 2)).values(), ElementsAre(-2.0f));
  EXPECT_THAT(read(">u8", "(1,)", big_endian(300, 8)).values(), ElementsAre(300.0f));
}

TEST_F(Npy, ReadsColumnMajorArraysTransposed) {
  EXPECT_THAT(read("|u1", "(2, 3)", "adbecf", true).values(),
              ElementsAre('a', 'b', 'c', 'd', 'e', 'f'));
  const Tensor cube = read("|u1", "(2, 3, 2)", "agcieKbhdjfL", true);
  EXPECT_EQ(cube.shape(), Shape({2, 3, 2}));
  EXPECT_THAT(cube.values(),
              ElementsAre('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'K', 'L'));
  EXPECT_THAT(read("<f4", "(1, 2)", little_endian(0x3FC00000, 4) + Bytes(4, '\0'), true).values(),
              ElementsAre(1.5f, 0.0f));
  EXPECT_EQ(read("|u1", "(0, 3)", "", true).shape(), Shape({0, 3}));
  EXPECT_EQ(read("|u1", "()", "a", true).item(), 'a');
}

TEST_F(Npy, ReadsColumnMajorArraysOfMoreThanOneChunk) {
  constexpr std::int64_t kRows = 311;
  constexpr std::int64_t kColumns = 401;
  Bytes elements;
  for (std::int64_t column = 0; column < kColumns; ++column) {
    for (std::int64_t row = 0; row < kRows; ++row) {
      elements += little_endian(static_cast<std::uint64_t>(row * 1000 + column), 4);
    }
  }
  const Tensor x = read("<i4", "(311, 401)", elements, true);
  for (std::int64_t i = 0; i < kRows * kColumns; ++i) {
    ASSERT_EQ(x.values()[static_cast<std::size_t>(i)],
              static_cast<float>(i / kColumns * 1000 + i % kColumns));
  }
}

TEST_F(Npy, RefusesFilesThatHoldNoArrayOfNumbers) {
  expect_refused("", "the npy magic and version must have 8 bytes. Received: 0, then the end.");
  expect_refused("<html></html>", "an array must begin with \\x93NUMPY. Received: other bytes.");
  expect_refused(
      npy_bytes("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }\n", "\x80\x04."),
      "the element type must be one of b1 u1 i1 u2 i2 u4 i4 u8 i8 f2 f4 f8. Received: "
      "Python objects, '|O'.");
}

TEST_F(Npy, RefusesMoreThanTheLimit) {
  EXPECT_THAT([&] { read("|u1", "(3,)", "abc", false, {.max_bytes = 8}); },
              Raises<IoError>("read_npy: " + folder_.path("x.npy") +
                              ": the elements must fit the memory limit of 8 bytes; max_bytes sets "
                              "another. Received: shape=(3,), which takes 12 bytes."));
}

TEST_F(Npy, RefusesTrailingBytes) {
  expect_refused(kMatrix + "x", "nothing may follow the elements. Received: more bytes.");
}

TEST_F(Npy, RefusesTruncationAtEveryOffset) {
  for (std::size_t length = 0; length < kMatrix.size(); ++length) {
    const std::string path = folder_.write("x.npy", kMatrix.substr(0, length));
    EXPECT_THROW(read_npy(path), IoError) << length;
  }
}

TEST_F(Npy, IsNotWrittenOfNothingOrToAFolder) {
  EXPECT_THAT([&] { write_npy(folder_.path("y.npy"), Tensor()); },
              Raises<InvalidArgument>(
                  "write_npy: the tensor must be defined. Received: an undefined one."));
  EXPECT_THAT([&] { write_npy(folder_.path(), Tensor(1.0f)); },
              Raises<IoError>("write_npy: " + folder_.path() +
                              ": the path must be that of a regular file, or of none. Received: a "
                              "directory."));
}

}  // namespace
}  // namespace strata::io
