// The version stands in CMakeLists.txt and in a header; here they are held together.
#include "strata/version.hpp"

#include <gtest/gtest.h>

#include <string>

namespace strata {
namespace {

TEST(Version, IsTheProjects) { EXPECT_EQ(kVersion, STRATA_PROJECT_VERSION); }

TEST(Version, HasItsThreeNumbers) {
  EXPECT_EQ(kVersion, std::to_string(kVersionMajor) + "." + std::to_string(kVersionMinor) + "." +
                          std::to_string(kVersionPatch));
}

}  // namespace
}  // namespace strata
