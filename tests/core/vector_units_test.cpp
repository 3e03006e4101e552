// What STRATA_VECTOR_UNITS narrows, and the caches that the system names.
#include "core/vector_units.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "core/cache_sizes.hpp"
#include "strata/core/errors.hpp"
#include "support/matchers.hpp"

namespace strata {
namespace {

TEST(VectorUnits, AreTheCpusUnlessNarrowed) {
  EXPECT_EQ(narrowed(VectorUnits::avx512, nullptr, kX86Units), VectorUnits::avx512);
  EXPECT_EQ(narrowed(VectorUnits::none, nullptr, kX86Units), VectorUnits::none);
  EXPECT_EQ(narrowed(VectorUnits::neon, nullptr, kArmUnits), VectorUnits::neon);
}

TEST(VectorUnits, AreNarrowedByName) {
  EXPECT_EQ(narrowed(VectorUnits::avx512, "none", kX86Units), VectorUnits::none);
  EXPECT_EQ(narrowed(VectorUnits::avx512, "avx2", kX86Units), VectorUnits::avx2_fma);
  EXPECT_EQ(narrowed(VectorUnits::avx512, "avx512", kX86Units), VectorUnits::avx512);
  EXPECT_EQ(narrowed(VectorUnits::neon, "none", kArmUnits), VectorUnits::none);
  EXPECT_EQ(narrowed(VectorUnits::neon, "neon", kArmUnits), VectorUnits::neon);
}

TEST(VectorUnits, AreNeverWidened) {
  EXPECT_EQ(narrowed(VectorUnits::avx2_fma, "avx512", kX86Units), VectorUnits::avx2_fma);
  EXPECT_EQ(narrowed(VectorUnits::none, "avx2", kX86Units), VectorUnits::none);
}

TEST(VectorUnits, HaveNoOtherNames) {
  for (const char* name : {"", "AVX2", "avx", "avx2 ", "1", "neon"})
    EXPECT_THROW(narrowed(VectorUnits::avx512, name, kX86Units), InvalidArgument) << name;
  EXPECT_THAT([] { narrowed(VectorUnits::avx512, "sse", kX86Units); },
              testing::Raises<InvalidArgument>(
                  "STRATA_VECTOR_UNITS: must be none, avx2 or avx512. Received: 'sse'."));
  EXPECT_THAT([] { narrowed(VectorUnits::neon, "avx2", kArmUnits); },
              testing::Raises<InvalidArgument>(
                  "STRATA_VECTOR_UNITS: must be none or neon. Received: 'avx2'."));
}

TEST(VectorUnits, OfThisProcessAreThoseOfTheEnvironment) {
  EXPECT_EQ(vector_units(), units_of_this_process());
  EXPECT_LE(vector_units(), narrowed(kCompiledUnits.back(), std::getenv("STRATA_VECTOR_UNITS")));
}

TEST(VectorUnits, AreAlwaysThereOn64BitArm) {
  if (kCompiledUnits.back() != VectorUnits::neon) GTEST_SKIP() << "not 64-bit Arm";
  EXPECT_EQ(vector_units(), narrowed(VectorUnits::neon, std::getenv("STRATA_VECTOR_UNITS")));
  EXPECT_EQ(vector_bits(), 128);
}

TEST(CacheSizes, GrowWithTheLevel) {
  const CacheSizes& sizes = cache_sizes();
  EXPECT_GE(sizes.first, 4 << 10);
  EXPECT_GE(sizes.second, sizes.first);
  EXPECT_GT(sizes.last, 0);
}

}  // namespace
}  // namespace strata
