// A program's own fmt formatters for Strata's types don't change Strata's messages, although the
// linker keeps only one of two definitions of the same function.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string_view>

#include "strata/ops/array.hpp"
#include "strata/ops/linear_algebra.hpp"
#include "strata/tensor/variable.hpp"
#include "support/matchers.hpp"

template <>
struct fmt::formatter<strata::Shape> : fmt::formatter<std::string_view> {
  auto format(const strata::Shape&, fmt::format_context& context) const {
    return fmt::formatter<std::string_view>::format("MINE", context);
  }
};

template <>
struct fmt::formatter<strata::Tensor> : fmt::formatter<std::string_view> {
  auto format(const strata::Tensor&, fmt::format_context& context) const {
    return fmt::formatter<std::string_view>::format("MINE", context);
  }
};

namespace strata::testing {
namespace {

TEST(OwnFormat, IsThePrograms) {
  EXPECT_EQ(fmt::format("{}", Shape{2, 3}), "MINE");
  EXPECT_EQ(fmt::format("{}", Tensor(1.0f)), "MINE");
}

TEST(OwnFormat, IsNotInStratasTexts) {
  EXPECT_EQ(to_string(Tensor({1, 2}, {1, 2})), "Tensor((1, 2), [1, 2])");
  EXPECT_THAT(
      [] {
        Tensor({2, 3}, {1, 2, 3});
      },
      Raises<ShapeError>("Tensor: the number of values must be that of the shape. "
                         "Received: shape=(2, 3), 3 values."));
  EXPECT_THAT(
      [] {
        ops::matmul(ops::ones({2, 3}), ops::ones({2, 3}));
      },
      ::testing::Throws<ShapeError>(::testing::Property(
          &ShapeError::what, ::testing::AllOf(::testing::HasSubstr("(2, 3)"),
                                              ::testing::Not(::testing::HasSubstr("MINE"))))));
}

}  // namespace
}  // namespace strata::testing
