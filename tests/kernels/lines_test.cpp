// Ops along one axis, compared with plain loops in double: every axis, extents that aren't a
// multiple of a vector's, and the shapes at which the ops switch to another way of processing
// lines.
#include <gtest/gtest.h>

#include <algorithm>
#include <cfenv>
#include <cmath>
#include <functional>
#include <limits>
#include <vector>

#include "core/parallel.hpp"
#include "kernels/arrays.hpp"
#include "kernels/moving/transpose.hpp"
#include "kernels/normalization/l2_normalize.hpp"
#include "kernels/normalization/softmax.hpp"
#include "kernels/reduction/reduction.hpp"
#include "strata/core/threads.hpp"

namespace strata::kernels {
namespace {

using Values = std::vector<float>;
using Line = std::vector<double>;

std::vector<AxisView> views() {
  return {{1, 1, 1},     {3, 4, 1},      {1000, 4, 1}, {37, 5, 3},    {517, 7, 1},   {9, 16, 16},
          {130, 33, 7},  {3, 257, 1},    {2, 256, 1},  {5, 100, 3},   {4, 9, 31},    {4, 9, 32},
          {3, 4, 600},   {2, 1000, 257}, {1, 5000, 3}, {1, 70001, 1}, {2, 40000, 2}, {1, 3000, 40},
          {20, 1030, 5}, {7, 3, 2},      {100, 1, 6},  {600, 1, 1},   {1, 4, 5},     {17, 600, 1},
          {6, 9, 31},    {5, 4, 39},     {3, 10, 30},  {4, 8, 300},   {70, 8, 1},    {33, 3, 1},
          {300, 2, 1},   {40, 5, 1},     {5, 6, 33},   {3, 7, 45},    {2, 3, 37},    {3, 2, 35},
          {2, 1, 41}};
}

std::string name_of(const AxisView& view) {
  return std::to_string(view.outer) + " x " + std::to_string(view.extent) + " x " +
         std::to_string(view.inner);
}

Values numbers(std::int64_t count, std::uint32_t seed) {
  Values values = whole_numbers(count, seed);
  const Values fine = whole_numbers(count, seed + 1);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = 0.3f * values[i] + 0.017f * fine[i];
  return values;
}

std::int64_t size_of(const AxisView& view) { return view.outer * view.extent * view.inner; }

/// Calls `visit(line, first, stride)` with the index of each line's first element.
template <class Visit>
void for_lines(const AxisView& view, Visit visit) {
  for (std::int64_t line = 0; line < view.outer * view.inner; ++line)
    visit(line, line / view.inner * view.extent * view.inner + line % view.inner, view.inner);
}

Line line_of(const AxisView& view, const Values& x, std::int64_t first) {
  Line line;
  for (std::int64_t k = 0; k < view.extent; ++k)
    line.push_back(static_cast<double>(x[static_cast<std::size_t>(first + k * view.inner)]));
  return line;
}

void expect_close(const Values& found, const std::vector<double>& expected, double gap,
                  const std::string& what) {
  ASSERT_EQ(found.size(), expected.size()) << what;
  for (std::size_t i = 0; i < found.size(); ++i) {
    ASSERT_NEAR(static_cast<double>(found[i]), expected[i], gap * (1.0 + std::abs(expected[i])))
        << what << ", at " << i;
  }
}

using Reduce = std::function<void(const AxisView&, const float*, float*)>;
using Reference = std::function<double(const Line&)>;

Values reduced(const AxisView& view, const Reduce& reduce, const Values& x) {
  Values out(static_cast<std::size_t>(view.outer * view.inner), NAN);
  reduce(view, x.data(), out.data());
  return out;
}

void expect_reduction(const Reduce& reduce, const Reference& reference, double gap) {
  for (const AxisView& view : views()) {
    const Values x = numbers(size_of(view), 3);
    std::vector<double> expected;
    for_lines(view, [&](std::int64_t, std::int64_t first, std::int64_t) {
      expected.push_back(reference(line_of(view, x, first)));
    });
    expect_close(reduced(view, reduce, x), expected, gap, name_of(view));
  }
}

double sum_of(const Line& line) {
  double sum = 0.0;
  for (const double value : line) sum += value;
  return sum;
}

double product_of(const Line& a, const Line& b) {
  double sum = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

TEST(Lines, SumsAreThoseOfAPlainLoop) {
  expect_reduction([](const AxisView& view, const float* x, float* out) { sum(view, x, 0.5, out); },
                   [](const Line& line) { return 0.5 * sum_of(line); }, 2e-6);
}

TEST(Lines, NormsAreThoseOfAPlainLoop) {
  expect_reduction(
      norm, [](const Line& line) { return std::sqrt(product_of(line, line)); }, 1e-6);
}

TEST(Lines, NormsOfSquaresBeyondFloatAreFinite) {
  for (const AxisView& view : {AxisView{50, 3, 1}, AxisView{1, 3, 50}}) {
    const Values x(150, 1.5e19f);
    for (const float value : reduced(view, norm, x)) EXPECT_FLOAT_EQ(value, 2.5980762e19f);
  }
}

TEST(Lines, ExtremesAreThoseOfAPlainLoop) {
  expect_reduction(
      max, [](const Line& line) { return *std::max_element(line.begin(), line.end()); }, 0.0);
  expect_reduction(
      min, [](const Line& line) { return *std::min_element(line.begin(), line.end()); }, 0.0);
}

TEST(Lines, ProductsAreThoseOfAPlainLoop) {
  for (const AxisView& view : views()) {
    Values x = whole_numbers(size_of(view), 5);
    for (float& value : x) value = value < 0.0f ? -1.0f : 1.0f;  // so that products are exact
    std::vector<double> expected;
    for_lines(view, [&](std::int64_t, std::int64_t first, std::int64_t) {
      double product = 1.0;
      for (const double value : line_of(view, x, first)) product *= value;
      expected.push_back(product);
    });
    expect_close(reduced(view, prod, x), expected, 0.0, name_of(view));
  }
}

TEST(Lines, IndicesAreThoseOfTheFirstBestElement) {
  for (const AxisView& view : views()) {
    const Values x =
        whole_numbers(size_of(view), 7);  // few distinct values, so that many elements are equal
    std::vector<double> largest, smallest;
    for_lines(view, [&](std::int64_t, std::int64_t first, std::int64_t) {
      const Line line = line_of(view, x, first);
      const auto index = [&](auto at) { return static_cast<double>(at - line.begin()); };
      largest.push_back(index(std::max_element(line.begin(), line.end())));
      smallest.push_back(index(std::min_element(line.begin(), line.end())));
    });
    expect_close(reduced(view, argmax, x), largest, 0.0, name_of(view));
    expect_close(reduced(view, argmin, x), smallest, 0.0, name_of(view));
  }
}

TEST(Lines, TheFirstNanIsBest) {
  for (const AxisView& view : views()) {
    Values x = whole_numbers(size_of(view), 9);
    std::vector<double> expected;
    for_lines(view, [&](std::int64_t line, std::int64_t first, std::int64_t stride) {
      const std::int64_t place = line * 7 % view.extent;
      for (std::int64_t k = place; k < view.extent; k += 3)
        x[static_cast<std::size_t>(first + k * stride)] = NAN;
      expected.push_back(static_cast<double>(place));
    });
    expect_close(reduced(view, argmax, x), expected, 0.0, name_of(view));
    expect_close(reduced(view, argmin, x), expected, 0.0, name_of(view));
    for (const float value : reduced(view, max, x)) ASSERT_TRUE(std::isnan(value)) << name_of(view);
    for (const float value : reduced(view, min, x)) ASSERT_TRUE(std::isnan(value)) << name_of(view);
  }
}

TEST(Lines, WhereAllAreInfiniteTheFirstIsBest) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  for (const AxisView& view : views()) {
    const auto size = static_cast<std::size_t>(size_of(view));
    for (const float index : reduced(view, argmax, Values(size, -kInfinity)))
      ASSERT_EQ(index, 0.0f);
    for (const float index : reduced(view, argmin, Values(size, kInfinity))) ASSERT_EQ(index, 0.0f);
  }
}

/// An op over lines of one or two arrays: the kernel in float, and the reference for one line in
/// double.
struct LineOp {
  const char* name;
  std::function<void(const AxisView&, const float*, const float*, float*)> run;
  std::function<Line(const Line&, const Line&)> reference;
};

Line mapped(const Line& line, const std::function<double(double)>& f) {
  Line result;
  for (const double value : line) result.push_back(f(value));
  return result;
}

Line softmax_of(const Line& x) {
  const double largest = *std::max_element(x.begin(), x.end());
  const Line exps = mapped(x, [&](double v) { return std::exp(v - largest); });
  const double sum = sum_of(exps);
  return mapped(exps, [&](double v) { return v / sum; });
}

Line combined(const Line& a, const Line& b, const std::function<double(double, double)>& f) {
  Line result;
  for (std::size_t i = 0; i < a.size(); ++i) result.push_back(f(a[i], b[i]));
  return result;
}

std::vector<LineOp> line_ops() {
  constexpr float kEpsilon =
      0.5f;  // large enough that some lines have a smaller norm and some a larger one
  const auto length = [](const Line& x) { return std::sqrt(product_of(x, x)); };
  return {
      {"softmax",
       [](const AxisView& view, const float* x, const float*, float* y) { softmax(view, x, y); },
       [](const Line& x, const Line&) { return softmax_of(x); }},
      {"softmax_gradient", softmax_gradient,
       [](const Line& y, const Line& dy) {
         const double dot = product_of(y, dy);
         return combined(y, dy, [&](double v, double d) { return v * (d - dot); });
       }},
      {"log_softmax",
       [](const AxisView& view, const float* x, const float*, float* y) {
         log_softmax(view, x, y);
       },
       [](const Line& x, const Line&) {
         return mapped(softmax_of(x), [](double v) { return std::log(v); });
       }},
      {"log_softmax_gradient", log_softmax_gradient,
       [](const Line& y, const Line& dy) {
         const double sum = sum_of(dy);
         return combined(y, dy, [&](double v, double d) { return d - std::exp(v) * sum; });
       }},
      {"l2_normalize",
       [](const AxisView& view, const float* x, const float*, float* y) {
         l2_normalize(view, x, kEpsilon, y);
       },
       [=](const Line& x, const Line&) {
         const double scale = 1.0 / std::max(length(x), double{kEpsilon});
         return mapped(x, [&](double v) { return v * scale; });
       }},
      {"l2_normalize_gradient",
       [](const AxisView& view, const float* x, const float* dy, float* dx) {
         l2_normalize_gradient(view, x, dy, kEpsilon, dx);
       },
       [=](const Line& x, const Line& dy) {
         const bool is_short = length(x) <= double{kEpsilon};
         const double along = is_short ? 0.0 : product_of(x, dy) / product_of(x, x);
         const double scale = 1.0 / std::max(length(x), double{kEpsilon});
         return combined(x, dy, [&](double v, double d) { return (d - v * along) * scale; });
       }},
  };
}

TEST(Lines, MappedLinesAreThoseOfAPlainLoop) {
  for (const LineOp& op : line_ops()) {
    for (const AxisView& view : views()) {
      const Values a = numbers(size_of(view), 11);
      const Values b = numbers(size_of(view), 13);
      std::vector<double> expected(a.size());
      for_lines(view, [&](std::int64_t, std::int64_t first, std::int64_t stride) {
        const Line line = op.reference(line_of(view, a, first), line_of(view, b, first));
        for (std::int64_t k = 0; k < view.extent; ++k) {
          expected[static_cast<std::size_t>(first + k * stride)] =
              line[static_cast<std::size_t>(k)];
        }
      });
      Values found(a.size(), NAN);
      op.run(view, a.data(), b.data(), found.data());
      expect_close(found, expected, 2e-5, op.name + (" " + name_of(view)));
    }
  }
}

// A host may have floating-point exceptions trapped.
TEST(Lines, OrdinaryLinesDivideNothingByZero) {
  for (const LineOp& op : line_ops()) {
    for (const AxisView& view : {AxisView{1, 4, 1}, AxisView{1, 1, 4}, AxisView{3, 5, 1},
                                 AxisView{1, 3, 5}, AxisView{300, 7, 1}, AxisView{1, 300, 7},
                                 AxisView{1, 7, 300}, AxisView{2, 5, 100}, AxisView{1, 4, 90000}}) {
      const Values a = numbers(size_of(view), 11);
      const Values b = numbers(size_of(view), 13);
      Values found(a.size(), NAN);
      std::feclearexcept(FE_ALL_EXCEPT);
      op.run(view, a.data(), b.data(), found.data());
      EXPECT_EQ(std::fetestexcept(FE_DIVBYZERO | FE_INVALID), 0) << op.name << " " << name_of(view);
    }
  }
}

TEST(Lines, LinesOfZerosHaveNoLengthToDivideBy) {
  const AxisView view{5, 4, 3};
  const Values zeros(60, 0.0f);
  Values found(zeros.size(), NAN);
  std::feclearexcept(FE_ALL_EXCEPT);
  l2_normalize(view, zeros.data(), 1e-6f, found.data());
  EXPECT_EQ(found, zeros);
  l2_normalize_gradient(view, zeros.data(), zeros.data(), 1e-6f, found.data());
  EXPECT_EQ(found, zeros);
  EXPECT_EQ(std::fetestexcept(FE_DIVBYZERO | FE_INVALID), 0);
}

TEST(Lines, SumsOfNoElementsAreZero) {
  for (const AxisView& view : {AxisView{5, 0, 1}, AxisView{2, 0, 40}})
    EXPECT_EQ(reduced(view, norm, {}),
              Values(static_cast<std::size_t>(view.outer * view.inner), 0.0f));
}

TEST(Lines, ProbabilitiesNearOneKeepTheirSmallLogarithms) {
  for (const AxisView& view : {AxisView{40, 4, 1}, AxisView{1, 4, 40}, AxisView{1, 1600, 1}}) {
    Values x(static_cast<std::size_t>(size_of(view)), -40.0f);
    for_lines(view, [&](std::int64_t, std::int64_t first, std::int64_t stride) {
      x[static_cast<std::size_t>(first)] = 0.0f;
      x[static_cast<std::size_t>(first + stride)] = -20.0f;
    });
    Values y(x.size(), NAN);
    log_softmax(view, x.data(), y.data());
    for_lines(view, [&](std::int64_t, std::int64_t first, std::int64_t) {
      const double rest = std::exp(-20.0) + static_cast<double>(view.extent - 2) * std::exp(-40.0);
      ASSERT_NEAR(static_cast<double>(y[static_cast<std::size_t>(first)]) / -std::log1p(rest), 1.0,
                  1e-6);
    });
  }
}

TEST(Lines, BitsAreTheSameForAnyNumberOfThreads) {
  const int before = num_threads();
  const KeepHelpers keep(7);
  for (const AxisView& view : {AxisView{1, 300000, 1}, AxisView{5, 70000, 2}, AxisView{3, 40, 3000},
                               AxisView{50000, 5, 1}, AxisView{2, 5000, 40}, AxisView{900, 3, 70},
                               AxisView{1, 1100, 700}, AxisView{12, 512, 256}}) {
    const Values a = numbers(size_of(view), 17);
    const Values b = numbers(size_of(view), 19);
    const auto results = [&](int threads) {
      set_num_threads(threads);
      std::vector<Values> all;
      for (const Reduce& reduce : {Reduce(norm), Reduce(prod), Reduce(max), Reduce(argmax)})
        all.push_back(reduced(view, reduce, a));
      for (const LineOp& op : line_ops()) {
        all.emplace_back(a.size(), NAN);
        op.run(view, a.data(), b.data(), all.back().data());
      }
      return all;
    };
    const std::vector<Values> alone = results(1);
    EXPECT_EQ(alone, results(3)) << name_of(view);
    EXPECT_EQ(alone, results(7)) << name_of(view);
  }
  set_num_threads(before);
}

TEST(Transpose, PutsEachElementInItsPlace) {
  for (std::int64_t rows = 1; rows < 20; ++rows) {
    for (std::int64_t columns = 1; columns < 20; ++columns) {
      const std::int64_t from_step = columns + 2;
      const std::int64_t to_step = rows + 3;
      const Values from = whole_numbers(rows * from_step, 23);
      Values to(static_cast<std::size_t>(columns * to_step), 99.0f);
      transpose({rows, columns, from.data(), from_step, to.data(), to_step});
      Values by_fours(to.size(), 99.0f);
      transpose_by_fours({rows, columns, from.data(), from_step, by_fours.data(), to_step});
      for (std::int64_t j = 0; j < columns; ++j) {
        for (std::int64_t i = 0; i < to_step; ++i) {
          const float expected =
              i < rows ? from[static_cast<std::size_t>(i * from_step + j)] : 99.0f;
          const auto place = static_cast<std::size_t>(j * to_step + i);
          ASSERT_EQ(to[place], expected) << rows << " x " << columns;
          ASSERT_EQ(by_fours[place], expected) << rows << " x " << columns;
        }
      }
    }
  }
}

}  // namespace
}  // namespace strata::kernels
