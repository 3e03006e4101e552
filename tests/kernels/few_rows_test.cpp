// Products with few rows, by every set of vector units that this CPU has, against plain loops.
#include "kernels/products/few_rows.hpp"

#include <gtest/gtest.h>

#include <string>

#include "kernels/arrays.hpp"

namespace strata::kernels {
namespace few_rows_test {

class FewRowsOf : public ::testing::TestWithParam<VectorUnits> {
 protected:
  void SetUp() override {
    if (GetParam() > vector_units()) GTEST_SKIP() << "not on this CPU";
    ASSERT_NE(few_row_products(GetParam()), nullptr);
  }
};

// Rows lie apart, and what lies between them must stay as it is.
void expect_product(const FewRowProducts& products, std::int64_t rows, std::int64_t columns,
                    std::int64_t inner, bool transposed, bool add) {
  const std::int64_t a_step = inner + 1;
  const std::int64_t b_step = (transposed ? inner : columns) + 3;
  const std::int64_t y_step = columns + 2;
  const auto a = whole_numbers(rows * a_step, 1);
  const auto b = whole_numbers((transposed ? columns : inner) * b_step, 2);
  auto y = whole_numbers(rows * y_step, 3);
  auto expected = y;
  for (std::int64_t i = 0; i < rows; ++i) {
    for (std::int64_t j = 0; j < columns; ++j) {
      float& sum = expected[static_cast<std::size_t>(i * y_step + j)];
      if (!add) sum = 0.0f;
      for (std::int64_t k = 0; k < inner; ++k) {
        const std::int64_t at = transposed ? j * b_step + k : k * b_step + j;
        sum += a[static_cast<std::size_t>(i * a_step + k)] * b[static_cast<std::size_t>(at)];
      }
    }
  }
  const auto multiply = transposed ? products.multiply_by_transposed : products.multiply;
  multiply({.rows = rows,
            .columns = columns,
            .inner = inner,
            .a = a.data(),
            .a_step = a_step,
            .b = b.data(),
            .b_step = b_step,
            .add = add,
            .y = y.data(),
            .y_step = y_step});
  EXPECT_EQ(y, expected) << rows << " x " << columns << " x " << inner << ", transposed "
                         << transposed << ", adds " << add;
}

// Around the edges of vectors, groups of them and blocks of the summed index.
TEST_P(FewRowsOf, Multiply) {
  for (std::int64_t rows = 1; rows <= kFewRows; ++rows) {
    for (const std::int64_t columns : {1, 3, 4, 7, 8, 10, 15, 16, 23, 33, 100, 133}) {
      for (const std::int64_t inner : {1, 7, 8, 19, 31, 150}) {
        for (const bool transposed : {false, true})
          expect_product(*few_row_products(GetParam()), rows, columns, inner, transposed,
                         (rows + inner) % 2 == 0);
      }
    }
  }
}

TEST_P(FewRowsOf, MultiplyLongRows) {
  for (const std::int64_t rows : {1, 2, 15}) {
    for (const bool add : {false, true})
      expect_product(*few_row_products(GetParam()), rows, 20011, 37, false, add);
  }
}

std::string name_of_units(const ::testing::TestParamInfo<VectorUnits>& units) {
  return name_of(units.param);
}

INSTANTIATE_TEST_SUITE_P(Units, FewRowsOf, ::testing::ValuesIn(kCompiledUnits.subspan<1>()),
                         name_of_units);

}  // namespace few_rows_test
}  // namespace strata::kernels
