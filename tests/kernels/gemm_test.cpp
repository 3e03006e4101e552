// Matrix products against plain loops, on both sides of every threshold.
#include "kernels/products/gemm.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/parallel.hpp"
#include "kernels/arrays.hpp"
#include "kernels/products/tiled_gemm.hpp"
#include "strata/core/threads.hpp"
#include "support/matchers.hpp"

namespace strata::kernels {
namespace {

struct Extents {
  std::int64_t rows;
  std::int64_t columns;
  std::int64_t inner;
};

// Few rows, few columns, one panel and several, more than a block of depth, several parts; few rows
// whose panels end with a vector of 8 or 16, so that the right factor is read where it lies; one
// row, and a few that several parts multiply.
constexpr Extents kExtents[] = {{1, 7, 9},       {15, 33, 8},    {16, 1, 3},     {17, 40, 11},
                                {17, 48, 11},    {32, 64, 20},   {64, 64, 64},   {65, 96, 130},
                                {130, 72, 1100}, {20, 10, 2500}, {600, 20, 400}, {130, 300, 130},
                                {1, 2100, 33},   {3, 2100, 700}};

std::vector<float> plain_product(const Extents& extents, const Matrix& a, const Matrix& b,
                                 std::vector<float> c) {
  for (std::int64_t i = 0; i < extents.rows; ++i) {
    for (std::int64_t j = 0; j < extents.columns; ++j) {
      for (std::int64_t k = 0; k < extents.inner; ++k) {
        c[static_cast<std::size_t>(i * extents.columns + j)] +=
            a.data[a.transposed ? k * a.stride + i : i * a.stride + k] *
            b.data[b.transposed ? j * b.stride + k : k * b.stride + j];
      }
    }
  }
  return c;
}

TEST(Gemm, AgreesWithPlainLoops) {
  const KeepHelpers keep;
  for (const Extents& extents : kExtents) {
    const auto [rows, columns, inner] = extents;
    const auto a_values = whole_numbers((rows + 3) * (inner + 3), 1);
    const auto b_values = whole_numbers((columns + 3) * (inner + 3), 2);
    for (int transposed = 0; transposed < 4; ++transposed) {
      const bool of_a = transposed % 2 == 1;
      const bool of_b = transposed / 2 == 1;
      const Matrix a{a_values.data(), (of_a ? rows : inner) + 3, of_a};
      const Matrix b{b_values.data(), (of_b ? inner : columns) + 3, of_b};
      for (const bool add : {false, true}) {
        std::vector<float> c = whole_numbers(rows * columns, 3);
        const std::vector<float> start = add ? c : std::vector<float>(c.size());
        gemm({rows, columns, inner, a, b, c.data(), columns, add});
        EXPECT_EQ(c, plain_product(extents, a, b, start))
            << rows << " x " << columns << " x " << inner << ", " << transposed;
      }
    }
  }
}

TEST(Gemm, AddsABiasAndFinishes) {
  const KeepHelpers keep;
  for (const Extents& extents : kExtents) {
    const auto [rows, columns, inner] = extents;
    const auto a = whole_numbers(rows * inner, 1);
    const auto b = whole_numbers(inner * columns, 2);
    const auto bias = whole_numbers(columns, 3);
    std::vector<float> c(static_cast<std::size_t>(rows * columns), NAN);
    gemm_with_epilogue(
        {rows, columns, inner, {a.data(), inner}, {b.data(), columns}, c.data(), columns},
        bias.data(), ops::FusedActivation::relu);
    auto expected = plain_product(extents, {a.data(), inner}, {b.data(), columns},
                                  std::vector<float>(c.size()));
    for (std::size_t i = 0; i < expected.size(); ++i)
      expected[i] = std::max(0.0f, expected[i] + bias[i % static_cast<std::size_t>(columns)]);
    EXPECT_EQ(c, expected) << rows << " x " << columns << " x " << inner;
  }
}

// Odd extents, all four combinations of transposed factors, with and without bias and ReLU.
TEST(Gemm, TilesAddABiasAndReluWhereverTheFactorsLie) {
  const KeepHelpers keep;
  for (const Extents& extents : {Extents{33, 19, 7}, {17, 1, 1}, {71, 37, 1031}, {129, 65, 131}}) {
    const auto [rows, columns, inner] = extents;
    const auto a_values = whole_numbers((rows + 3) * (inner + 3), 1);
    const auto b_values = whole_numbers((columns + 3) * (inner + 3), 2);
    const auto bias = whole_numbers(columns, 3);
    for (unsigned bits = 0; bits < 32; ++bits) {
      const bool of_a = (bits & 1U) != 0;
      const bool of_b = (bits & 2U) != 0;
      const bool add = (bits & 4U) != 0;
      const bool biased = (bits & 8U) != 0;
      const bool relu = (bits & 16U) != 0;
      std::vector<float> c = whole_numbers(rows * columns, 4);
      const Product product{rows,
                            columns,
                            inner,
                            {a_values.data(), (of_a ? rows : inner) + 3, of_a},
                            {b_values.data(), (of_b ? inner : columns) + 3, of_b},
                            c.data(),
                            columns,
                            add};
      if (!tiles_gain(product)) continue;
      auto expected =
          plain_product(extents, product.a, product.b, add ? c : std::vector<float>(c.size()));
      for (std::size_t i = 0; i < expected.size(); ++i) {
        if (biased) expected[i] += bias[i % static_cast<std::size_t>(columns)];
        if (relu) expected[i] = std::max(0.0f, expected[i]);
      }
      tiled_gemm(product, {.bias = biased ? bias.data() : nullptr, .relu = relu});
      EXPECT_EQ(c, expected) << rows << " x " << columns << " x " << inner << ", " << bits;
    }
  }
}

TEST(Gemm, FinishesProductsOfTransposedFactors) {
  const Extents extents{33, 19, 7};
  const auto [rows, columns, inner] = extents;
  const auto a_values = whole_numbers(rows * inner, 1);
  const auto b_values = whole_numbers(columns * inner, 2);
  const auto bias = whole_numbers(columns, 3);
  for (unsigned bits = 0; bits < 4; ++bits) {
    const Matrix a{a_values.data(), (bits & 1U) != 0 ? rows : inner, (bits & 1U) != 0};
    const Matrix b{b_values.data(), (bits & 2U) != 0 ? inner : columns, (bits & 2U) != 0};
    std::vector<float> c(static_cast<std::size_t>(rows * columns), NAN);
    gemm_with_epilogue({rows, columns, inner, a, b, c.data(), columns}, bias.data(),
                       ops::FusedActivation::relu);
    auto expected = plain_product(extents, a, b, std::vector<float>(c.size()));
    for (std::size_t i = 0; i < expected.size(); ++i)
      expected[i] = std::max(0.0f, expected[i] + bias[i % static_cast<std::size_t>(columns)]);
    EXPECT_EQ(c, expected) << bits;
  }
}

// As if a BLAS could represent integers up to 5 only.
TEST(Gemm, IsCutWhereExtentsOrStridesAreTooLong) {
  constexpr std::int64_t kLongest = 5;
  for (const Extents& extents :
       {Extents{2, 3, 4}, {13, 3, 2}, {2, 13, 3}, {3, 2, 13}, {7, 11, 6}}) {
    const auto [rows, columns, inner] = extents;
    const auto a_values = whole_numbers((rows + 3) * (inner + 3), 1);
    const auto b_values = whole_numbers((columns + 3) * (inner + 3), 2);
    for (unsigned bits = 0; bits < 8; ++bits) {
      const bool of_a = (bits & 1U) != 0;
      const bool of_b = (bits & 2U) != 0;
      const bool add = (bits & 4U) != 0;
      const Matrix a{a_values.data(), (of_a ? rows : inner) + 3, of_a};
      const Matrix b{b_values.data(), (of_b ? inner : columns) + 3, of_b};
      std::vector<float> c = whole_numbers(rows * columns, 3);
      const std::vector<float> start = add ? c : std::vector<float>(c.size());
      multiply_in_pieces({rows, columns, inner, a, b, c.data(), columns, add}, kLongest,
                         [&](const Product& piece) {
                           EXPECT_TRUE(fits(piece, kLongest));
                           gemm_serial(piece);
                         });
      EXPECT_EQ(c, plain_product(extents, a, b, start))
          << rows << " x " << columns << " x " << inner << ", " << bits;
    }
  }
}

TEST(Gemm, PiecesReachBeyond32Bits) {
  constexpr std::int64_t kLongest = std::numeric_limits<std::int32_t>::max();
  constexpr std::int64_t kInner = 2 * kLongest + 3;
  const auto* const memory = reinterpret_cast<const float*>(4096);  // an address that is never read
  std::vector<std::int64_t> inner;
  multiply_in_pieces({1, 1, kInner, {memory, kInner}, {memory, 1}, nullptr, 1}, kLongest,
                     [&](const Product& piece) {
                       EXPECT_TRUE(fits(piece, kLongest));
                       EXPECT_EQ(piece.a.data - memory,
                                 kLongest * static_cast<std::int64_t>(inner.size()));
                       EXPECT_EQ(piece.add, !inner.empty());
                       inner.push_back(piece.inner);
                     });
  EXPECT_EQ(inner, (std::vector<std::int64_t>{kLongest, kLongest, 3}));
}

// Again and again, since a race shows only where threads happen to meet.
void expect_same_for_any_number_of_threads(std::int64_t rows, std::int64_t extent) {
  ASSERT_GT(product_parts(rows * extent * extent, extent / 64, kMostParts), 1);
  const auto values = whole_numbers((rows + extent) * extent, 1);
  const int before = num_threads();
  const KeepHelpers keep;
  for (int transposed = 0; transposed < 4; ++transposed) {
    const bool of_a = transposed % 2 == 1;
    const Matrix a{values.data(), of_a ? rows : extent, of_a};
    const Matrix b{values.data() + rows * extent, extent, transposed / 2 == 1};
    const auto product = [&](int threads) {
      set_num_threads(threads);
      std::vector<float> c(static_cast<std::size_t>(rows * extent), NAN);
      gemm({rows, extent, extent, a, b, c.data(), extent});
      return c;
    };
    const std::vector<float> alone = product(1);
    for (const int threads : {2, 3, 2, 3, 2, 3}) EXPECT_EQ(product(threads), alone) << transposed;
  }
  set_num_threads(before);
}

TEST(Gemm, IsTheSameForAnyNumberOfThreads) {
  expect_same_for_any_number_of_threads(400, 400);
  expect_same_for_any_number_of_threads(5, 1100);
}

TEST(Gemm, KeepsNaN) {
  std::vector<float> a(32 * 4, 1.0f);
  a[5] = NAN;
  const std::vector<float> b(4 * 8, 1.0f);
  std::vector<float> c(32 * 8);
  gemm_with_epilogue({32, 8, 4, {a.data(), 4}, {b.data(), 8}, c.data(), 8}, nullptr,
                     ops::FusedActivation::relu);
  EXPECT_EQ(c[0], 4.0f);
  EXPECT_TRUE(std::isnan(c[8]));
}

}  // namespace
}  // namespace strata::kernels
