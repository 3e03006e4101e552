// What show_config prints.
#include "strata/show_config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "core/unoptimized.hpp"
#include "strata/core/threads.hpp"
#include "strata/version.hpp"

namespace strata {
namespace {

using ::testing::AnyOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Eq;
using ::testing::Field;
using ::testing::Gt;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

std::string shown() {
  std::ostringstream output;
  show_config(output);
  return output.str();
}

TEST(RuntimeConfig, IsOfThisStrata) {
  EXPECT_EQ(runtime_config().version, kVersion);
  EXPECT_EQ(runtime_config().optimized, kOptimized);
}

TEST(RuntimeConfig, TellsTheThreadsOfNow) {
  const int before = num_threads();
  set_num_threads(3);
  EXPECT_EQ(runtime_config().threads, 3);
  set_num_threads(before);
}

TEST(RuntimeConfig, NamesTheBlasAndItsCore) {
  const RuntimeConfig config = runtime_config();
  EXPECT_THAT(config.blas, StartsWith("OpenBLAS "));
  EXPECT_THAT(config.blas, Not(HasSubstr("  ")));
  EXPECT_NE(config.blas_core, "");
}

TEST(RuntimeConfig, VectorUnitsHaveAWidthThatExists) {
  EXPECT_THAT(runtime_config().vector_bits, AnyOf(Eq(128), Eq(256), Eq(512)));
}

TEST(RuntimeConfig, NamesTheVectorUnitsAndThreeCaches) {
  const RuntimeConfig config = runtime_config();
  EXPECT_THAT(config.vector_units, AnyOf(Eq("none"), Eq("neon"), Eq("avx2"), Eq("avx512")));
  EXPECT_THAT(config.cache_bytes, ElementsAre(Gt(0), Gt(0), Gt(0)));
}

TEST(RuntimeConfig, ListsTheLibrariesWithTheirVersions) {
  const auto named = [](const char* name) { return Field(&LibraryVersion::name, name); };
  RuntimeConfig config = runtime_config();
  // These two are there in a build that reads and writes their files; then a test of the HDF5 writer
  // looks for HDF5.
  const auto erased = [&](const char* name) {
    return std::erase_if(config.libraries,
                         [&](const LibraryVersion& each) { return each.name == name; });
  };
  EXPECT_EQ(erased("libzip"), erased("HDF5"));
  EXPECT_THAT(config.libraries, ElementsAre(named("fmt"), named("nlohmann-json"), named("xtensor"),
                                            named("xtensor-blas"), named("zlib")));
  EXPECT_THAT(config.libraries,
              Each(Field(&LibraryVersion::version, ::testing::MatchesRegex("[0-9]+[.][0-9.]+"))));
}

TEST(ShowConfig, PrintsEachFact) {
  const RuntimeConfig config = runtime_config();
  const std::string text = shown();
  EXPECT_THAT(text, StartsWith("Strata " + config.version + "\n"));
  for (const std::string& fact : {config.compiler, config.blas, config.blas_core,
                                  config.vector_units, std::to_string(config.vector_bits),
                                  std::to_string(config.cache_bytes.front() / 1024) + " KiB"}) {
    EXPECT_THAT(text, HasSubstr(" " + fact));
  }
  for (const LibraryVersion& library : config.libraries)
    EXPECT_THAT(text, HasSubstr(library.name + " " + library.version));
}

TEST(ShowConfig, GoesToTheStandardOutputUnlessToldOtherwise) {
  ::testing::internal::CaptureStdout();
  show_config();
  EXPECT_EQ(::testing::internal::GetCapturedStdout(), shown());
}

TEST(UnoptimizedWarning, IsSaidOnce) {
  std::atomic<bool> said = false;
  std::ostringstream output;
  warn_if_unoptimized(false, said, output);
  EXPECT_EQ(output.str(),
            "strata: built without optimization, so training and prediction are many times slower "
            "than they could be; configure with -DCMAKE_BUILD_TYPE=Release.\n");
  output.str("");
  warn_if_unoptimized(false, said, output);
  EXPECT_EQ(output.str(), "");
}

TEST(UnoptimizedWarning, IsNotSaidOfAnOptimizedLibrary) {
  std::atomic<bool> said = false;
  std::ostringstream output;
  warn_if_unoptimized(true, said, output);
  EXPECT_EQ(output.str(), "");
}

}  // namespace
}  // namespace strata
