// Sizes from untrusted files: arithmetic that can't wrap around.
#include "io/checked_size.hpp"

#include <gtest/gtest.h>

#include "support/matchers.hpp"

namespace strata::io {
namespace {

using strata::testing::Raises;

constexpr std::uint64_t kLargest = UINT64_MAX;
const Origin kOrigin{"read_npz", "a.npz"};

TEST(CheckedSize, AddsAndMultiplies) {
  const CheckedSize size = CheckedSize(3) * 4u + 5L;
  EXPECT_TRUE(size.is(17));
  EXPECT_FALSE(size.is(16));
  EXPECT_EQ(size.as<std::int64_t>(kOrigin, "the size"), 17);
  EXPECT_EQ(size.text(), "17");
}

TEST(CheckedSize, FitsWhatIsPresent) {
  EXPECT_TRUE(CheckedSize(7).fits(7));
  EXPECT_FALSE(CheckedSize(8).fits(7));
  EXPECT_FALSE(CheckedSize(0).fits(-1));
  EXPECT_TRUE(CheckedSize(kLargest).fits(kLargest));
}

TEST(CheckedSize, StaysUnknownOnceItHasOverflowed) {
  EXPECT_TRUE((CheckedSize(kLargest) + 0).fits(kLargest));
  for (const CheckedSize size :
       {CheckedSize(kLargest) + 1, CheckedSize(1) + kLargest, CheckedSize(1L << 32) * (1L << 32),
        (CheckedSize(kLargest) + 1) * 0, CheckedSize(0) * (CheckedSize(kLargest) * 2),
        CheckedSize(-1), CheckedSize(-1) * 0}) {
    EXPECT_FALSE(size.fits(kLargest));
    EXPECT_FALSE(size.is(0));
    EXPECT_THAT([&] { size.as<std::uint64_t>(kOrigin, "the size of x"); },
                Raises<IoError>("read_npz: a.npz: the size of x must be at most "
                                "18446744073709551615. Received: not countable in 64 bits."));
  }
}

TEST(CheckedSize, ConvertsOnlyToTypesThatHoldIt) {
  EXPECT_EQ(CheckedSize(255).as<std::uint8_t>(kOrigin, "the count"), 255);
  EXPECT_THAT([] { CheckedSize(256).as<std::uint8_t>(kOrigin, "the count"); },
              Raises<IoError>("read_npz: a.npz: the count must be at most 255. Received: 256."));
  EXPECT_THAT(
      [] { CheckedSize(kLargest).as<std::int64_t>(kOrigin, "the count"); },
      Raises<IoError>("read_npz: a.npz: the count must be at most 9223372036854775807. Received: "
                      "18446744073709551615."));
}

TEST(CheckedSize, PrintsInErrors) {
  EXPECT_THAT([] { kOrigin.raise("too much. Received: {}.", CheckedSize(5) + 6); },
              Raises<IoError>("read_npz: a.npz: too much. Received: 11."));
}

}  // namespace
}  // namespace strata::io
