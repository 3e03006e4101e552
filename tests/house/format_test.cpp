// How the public types print: by std::ostream, and by fmt where <strata/format.hpp> is included.
#include "strata/format.hpp"

#include <gtest/gtest.h>

#include <iomanip>
#include <sstream>

namespace strata::testing {
namespace {

template <class T>
std::string streamed(const T& value) {
  std::ostringstream text;
  text << value;
  return text.str();
}

const Tensor kRow({1, 2}, {1, -0.5f});

TEST(Printing, ByStreams) {
  EXPECT_EQ(streamed(Shape{2, Shape::kUnknown}), "(2, None)");
  EXPECT_EQ(streamed(Shape()), "()");
  EXPECT_EQ(streamed(kRow), "Tensor((1, 2), [1, -0.5])");
  EXPECT_EQ(streamed(Tensor()), "Tensor(undefined)");
  EXPECT_EQ(streamed(Variable("row", kRow)), "Tensor((1, 2), [1, -0.5])");
}

TEST(Printing, ByFmt) {
  EXPECT_EQ(fmt::format("{}", Shape{2, 3}), "(2, 3)");
  EXPECT_EQ(fmt::format("{}", kRow), "Tensor((1, 2), [1, -0.5])");
  EXPECT_EQ(fmt::format("{}", Variable("row", kRow)), "Tensor((1, 2), [1, -0.5])");
}

TEST(Printing, InAWidth) {
  EXPECT_EQ(fmt::format("[{:>6}|{:<6}]", Shape{2}, Shape{3}), "[  (2,)|(3,)  ]");
  std::ostringstream text;
  text << std::setw(6) << Shape{2};
  EXPECT_EQ(text.str(), "  (2,)");
}

}  // namespace
}  // namespace strata::testing
