// Register tiles of every set of vector units that this CPU has, against plain loops.
#include "kernels/products/tile_products.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "kernels/arrays.hpp"

namespace strata::kernels {
namespace tile_products_test {

struct Case {
  std::int64_t rows;
  std::int64_t columns;
  std::int64_t depth;
};

class TileProductsOf : public ::testing::TestWithParam<VectorUnits> {
 protected:
  void SetUp() override {
    if (GetParam() > vector_units()) GTEST_SKIP() << "not on this CPU";
    ASSERT_NE(tile_products(GetParam()), nullptr);
  }
  const TileProducts& tiles() const { return *tile_products(GetParam()); }

  // Shapes around the edges of tiles and panels: up to several tiles of each of two heights.
  std::vector<Case> cases() const {
    std::vector<Case> all;
    for (std::int64_t rows = 1; rows <= 4 * tiles().tile_rows + 1; ++rows) {
      for (const std::int64_t columns : {1, 3, tiles().lanes, tiles().lanes + 1, 2 * tiles().lanes})
        all.push_back({rows, columns, 5});
    }
    return all;
  }
};

// What goes into a row's sums besides products, and what becomes of them.
struct Finish {
  bool starts;
  bool add;
  bool relu;
};

std::vector<Finish> finishes() {
  std::vector<Finish> all;
  for (const bool starts : {false, true}) {
    for (const bool add : {false, true}) {
      for (const bool relu : {false, true}) all.push_back({starts, add, relu});
    }
  }
  return all;
}

void expect_rows(const TileProducts& tiles, const Case& c, const Finish& finish) {
  const auto& [rows, columns, depth] = c;
  const bool wide = columns > tiles.lanes;
  const std::int64_t width = (wide ? 2 : 1) * tiles.lanes;
  const auto a = whole_numbers(rows * 20, 1);
  const auto panel = whole_numbers(2 * depth * width, 2);
  const auto start = whole_numbers(width, 3);
  auto y = whole_numbers(rows * (columns + 2), 4);
  auto expected = y;
  const std::int64_t offsets[] = {0, 9};
  for (std::int64_t i = 0; i < rows; ++i) {
    for (std::int64_t j = 0; j < columns; ++j) {
      float& to = expected[static_cast<std::size_t>(i * (columns + 2) + j)];
      float sum = finish.starts ? start[static_cast<std::size_t>(j)] : 0.0f;
      if (finish.add) sum += to;
      for (std::int64_t k = 0; k < 2 * depth; ++k) {
        const std::int64_t at = i * 20 + offsets[k / depth] + k % depth;
        sum += a[static_cast<std::size_t>(at)] * panel[static_cast<std::size_t>(k * width + j)];
      }
      to = finish.relu ? std::max(0.0f, sum) : sum;
    }
  }
  tiles.multiply_rows({.rows = rows,
                       .a = a.data(),
                       .a_step = 20,
                       .runs = {offsets, 2, depth},
                       .panel = panel.data(),
                       .panel_step = width,
                       .two_vectors = wide,
                       .start = finish.starts ? start.data() : nullptr,
                       .relu = finish.relu,
                       .add = finish.add,
                       .y = y.data(),
                       .y_step = columns + 2,
                       .columns = columns});
  EXPECT_EQ(y, expected) << rows << " x " << columns << ", starts " << finish.starts << ", adds "
                         << finish.add << ", relu " << finish.relu;
}

TEST_P(TileProductsOf, MultiplyRows) {
  for (const Case& c : cases()) {
    for (const Finish& finish : finishes()) expect_rows(tiles(), c, finish);
  }
}

TEST_P(TileProductsOf, AddProducts) {
  for (const auto& [rows, columns, depth] : cases()) {
    const bool wide = columns > tiles().lanes;
    const std::int64_t width = (wide ? 2 : 1) * tiles().lanes;
    const std::int64_t step = rows + 1;
    const auto x = whole_numbers(2 * depth * step, 5);
    const auto dz = whole_numbers(2 * depth * width, 6);
    for (const bool fresh : {false, true}) {
      auto sums = whole_numbers(rows * (columns + 2), 7);
      auto expected = sums;
      for (std::int64_t i = 0; i < rows; ++i) {
        for (std::int64_t j = 0; j < columns; ++j) {
          float& sum = expected[static_cast<std::size_t>(i * (columns + 2) + j)];
          if (fresh) sum = 0.0f;
          for (std::int64_t p = 0; p < 2 * depth; ++p)
            sum += x[static_cast<std::size_t>(p * step + i)] *
                   dz[static_cast<std::size_t>(p * width + j)];
        }
      }
      tiles().add_products({.rows = rows,
                            .x = x.data(),
                            .dz = dz.data(),
                            .two_vectors = wide,
                            .extents = {2, depth},
                            .x_steps = {depth * step, step},
                            .dz_steps = {depth * width, width},
                            .fresh = fresh,
                            .sums = sums.data(),
                            .sums_step = columns + 2,
                            .columns = columns});
      EXPECT_EQ(sums, expected) << rows << " x " << columns;
    }
  }
}

std::string name_of_units(const ::testing::TestParamInfo<VectorUnits>& units) {
  return name_of(units.param);
}

INSTANTIATE_TEST_SUITE_P(Units, TileProductsOf, ::testing::ValuesIn(kCompiledUnits.subspan<1>()),
                         name_of_units);

}  // namespace tile_products_test
}  // namespace strata::kernels
