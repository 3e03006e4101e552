// What the program's tables are made of: figures of tensors, columns, text without control
// characters.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "cli/plain_text.hpp"
#include "cli/tensor_figures.hpp"

namespace strata::cli {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

TEST(TensorFigures, AreThoseOfTheElements) {
  const TensorFigures figures = figures_of(Tensor({4}, {-1, 0, 0, 5}));
  EXPECT_EQ(figures.min, -1);
  EXPECT_EQ(figures.max, 5);
  EXPECT_EQ(figures.mean, 1);
  EXPECT_EQ(figures.zeros, 0.5);
  EXPECT_EQ(figures.not_finite, 0);
}

TEST(TensorFigures, LeaveOutWhatIsNotFinite) {
  const TensorFigures figures = figures_of(Tensor({4}, {NAN, kInfinity, 1, 3}));
  EXPECT_EQ(figures.min, 1);
  EXPECT_EQ(figures.max, 3);
  EXPECT_EQ(figures.mean, 2);
  EXPECT_EQ(figures.not_finite, 2);
}

TEST(TensorFigures, OfNoElementsAreZero) {
  EXPECT_EQ(figures_of(Tensor(Shape{0}, std::vector<float>{})).max, 0);
  EXPECT_EQ(figures_of(Tensor({1}, {kInfinity})).min, 0);
}

TEST(PlainText, HasNoControlCharacters) {
  EXPECT_EQ(plain("a\x1b[31m\nb\x7f"), "a?[31m b?");
  EXPECT_EQ(plain("caf\xC3\xA9"), "caf\xC3\xA9");
  EXPECT_EQ(plain("\xC2\x9B[m"), "??[m");
  EXPECT_TRUE(is_plain("dense_1"));
  EXPECT_FALSE(is_plain("a\rb"));
}

TEST(Columns, AlignByWhatShows) {
  EXPECT_EQ(columns_of({{"", "n"}, {"\xC3\xA9", "10"}, {"abc", "2"}}),
            "        n\n  \xC3\xA9    10\n  abc   2\n");
}

}  // namespace
}  // namespace strata::cli
