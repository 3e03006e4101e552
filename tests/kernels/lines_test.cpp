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
#include "kernels/reduction.hpp"
#include "kernels/softmax.hpp"
#include "kernels/transpose.hpp"
#include "strata/core/threads.hpp"

namespace strata::kernels {
namespace {

using Values = std::vector<float>;
using Line = std::vector<double>;

std::vector<Layout> layouts() {
  return {{1, 1, 1},     {3, 4, 1},      {1000, 4, 1}, {37, 5, 3},    {517, 7, 1},   {9, 16, 16},
          {130, 33, 7},  {3, 257, 1},    {2, 256, 1},  {5, 100, 3},   {4, 9, 31},    {4, 9, 32},
          {3, 4, 600},   {2, 1000, 257}, {1, 5000, 3}, {1, 70001, 1}, {2, 40000, 2}, {1, 3000, 40},
          {20, 1030, 5}, {7, 3, 2},      {100, 1, 6},  {600, 1, 1},   {1, 4, 5},     {17, 600, 1},
          {6, 9, 31},    {5, 4, 39},     {3, 10, 30},  {4, 8, 300},   {70, 8, 1},    {33, 3, 1},
          {300, 2, 1},   {40, 5, 1},     {5, 6, 33},   {3, 7, 45},    {2, 3, 37},    {3, 2, 35},
          {2, 1, 41}};
}

std::string name_of(const Layout& l) {
  return std::to_string(l.outer) + " x " + std::to_string(l.extent) + " x " +
         std::to_string(l.inner);
}

Values numbers(std::int64_t count, std::uint32_t seed) {
  Values values = whole_numbers(count, seed);
  const Values fine = whole_numbers(count, seed + 1);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = 0.3f * values[i] + 0.017f * fine[i];
  return values;
}

std::int64_t size_of(const Layout& l) { return l.outer * l.extent * l.inner; }

/// Calls `visit(line, first, stride)` with the index of each line's first element.
template <class Visit>
void for_lines(const Layout& l, Visit visit) {
  for (std::int64_t line = 0; line < l.outer * l.inner; ++line)
    visit(line, line / l.inner * l.extent * l.inner + line % l.inner, l.inner);
}

Line line_of(const Layout& l, const Values& x, std::int64_t first) {
  Line line;
  for (std::int64_t k = 0; k < l.extent; ++k)
    line.push_back(static_cast<double>(x[static_cast<std::size_t>(first + k * l.inner)]));
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

using Reduce = std::function<void(const Layout&, const float*, float*)>;
using Reference = std::function<double(const Line&)>;

Values reduced(const Layout& l, const Reduce& reduce, const Values& x) {
  Values out(static_cast<std::size_t>(l.outer * l.inner), NAN);
  reduce(l, x.data(), out.data());
  return out;
}

void expect_reduction(const Reduce& reduce, const Reference& reference, double gap) {
  for (const Layout& l : layouts()) {
    const Values x = numbers(size_of(l), 3);
    std::vector<double> expected;
    for_lines(l, [&](std::int64_t, std::int64_t first, std::int64_t) {
      expected.push_back(reference(line_of(l, x, first)));
    });
    expect_close(reduced(l, reduce, x), expected, gap, name_of(l));
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
  expect_reduction([](const Layout& l, const float* x, float* out) { sum(l, x, 0.5, out); },
                   [](const Line& line) { return 0.5 * sum_of(line); }, 2e-6);
}

TEST(Lines, NormsAreThoseOfAPlainLoop) {
  expect_reduction(
      norm, [](const Line& line) { return std::sqrt(product_of(line, line)); }, 1e-6);
}

TEST(Lines, NormsOfSquaresBeyondFloatAreFinite) {
  for (const Layout& l : {Layout{50, 3, 1}, Layout{1, 3, 50}}) {
    const Values x(150, 1.5e19f);
    for (const float value : reduced(l, norm, x)) EXPECT_FLOAT_EQ(value, 2.5980762e19f);
  }
}

TEST(Lines, ExtremesAreThoseOfAPlainLoop) {
  expect_reduction(
      max, [](const Line& line) { return *std::max_element(line.begin(), line.end()); }, 0.0);
  expect_reduction(
      min, [](const Line& line) { return *std::min_element(line.begin(), line.end()); }, 0.0);
}

TEST(Lines, ProductsAreThoseOfAPlainLoop) {
  for (const Layout& l : layouts()) {
    Values x = whole_numbers(size_of(l), 5);
    for (float& value : x) value = value < 0.0f ? -1.0f : 1.0f;  // so that products are exact
    std::vector<double> expected;
    for_lines(l, [&](std::int64_t, std::int64_t first, std::int64_t) {
      double product = 1.0;
      for (const double value : line_of(l, x, first)) product *= value;
      expected.push_back(product);
    });
    expect_close(reduced(l, prod, x), expected, 0.0, name_of(l));
  }
}

TEST(Lines, IndicesAreThoseOfTheFirstBestElement) {
  for (const Layout& l : layouts()) {
    const Values x =
        whole_numbers(size_of(l), 7);  // few distinct values, so that many elements are equal
    std::vector<double> largest, smallest;
    for_lines(l, [&](std::int64_t, std::int64_t first, std::int64_t) {
      const Line line = line_of(l, x, first);
      const auto index = [&](auto at) { return static_cast<double>(at - line.begin()); };
      largest.push_back(index(std::max_element(line.begin(), line.end())));
      smallest.push_back(index(std::min_element(line.begin(), line.end())));
    });
    expect_close(reduced(l, argmax, x), largest, 0.0, name_of(l));
    expect_close(reduced(l, argmin, x), smallest, 0.0, name_of(l));
  }
}

TEST(Lines, TheFirstNanIsBest) {
  for (const Layout& l : layouts()) {
    Values x = whole_numbers(size_of(l), 9);
    std::vector<double> expected;
    for_lines(l, [&](std::int64_t line, std::int64_t first, std::int64_t stride) {
      const std::int64_t place = line * 7 % l.extent;
      for (std::int64_t k = place; k < l.extent; k += 3)
        x[static_cast<std::size_t>(first + k * stride)] = NAN;
      expected.push_back(static_cast<double>(place));
    });
    expect_close(reduced(l, argmax, x), expected, 0.0, name_of(l));
    expect_close(reduced(l, argmin, x), expected, 0.0, name_of(l));
    for (const float value : reduced(l, max, x)) ASSERT_TRUE(std::isnan(value)) << name_of(l);
    for (const float value : reduced(l, min, x)) ASSERT_TRUE(std::isnan(value)) << name_of(l);
  }
}

TEST(Lines, WhereAllAreInfiniteTheFirstIsBest) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  for (const Layout& l : layouts()) {
    const auto size = static_cast<std::size_t>(size_of(l));
    for (const float index : reduced(l, argmax, Values(size, -kInfinity))) ASSERT_EQ(index, 0.0f);
    for (const float index : reduced(l, argmin, Values(size, kInfinity))) ASSERT_EQ(index, 0.0f);
  }
}

/// An op over lines of one or two arrays: the kernel in float, and the reference for one line in
/// double.
struct LineOp {
  const char* name;
  std::function<void(const Layout&, const float*, const float*, float*)> run;
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
      {"softmax", [](const Layout& l, const float* x, const float*, float* y) { softmax(l, x, y); },
       [](const Line& x, const Line&) { return softmax_of(x); }},
      {"softmax_gradient", softmax_gradient,
       [](const Line& y, const Line& dy) {
         const double dot = product_of(y, dy);
         return combined(y, dy, [&](double v, double d) { return v * (d - dot); });
       }},
      {"log_softmax",
       [](const Layout& l, const float* x, const float*, float* y) { log_softmax(l, x, y); },
       [](const Line& x, const Line&) {
         return mapped(softmax_of(x), [](double v) { return std::log(v); });
       }},
      {"log_softmax_gradient", log_softmax_gradient,
       [](const Line& y, const Line& dy) {
         const double sum = sum_of(dy);
         return combined(y, dy, [&](double v, double d) { return d - std::exp(v) * sum; });
       }},
      {"l2_normalize",
       [](const Layout& l, const float* x, const float*, float* y) {
         l2_normalize(l, x, kEpsilon, y);
       },
       [=](const Line& x, const Line&) {
         const double scale = 1.0 / std::max(length(x), double{kEpsilon});
         return mapped(x, [&](double v) { return v * scale; });
       }},
      {"l2_normalize_gradient",
       [](const Layout& l, const float* x, const float* dy, float* dx) {
         l2_normalize_gradient(l, x, dy, kEpsilon, dx);
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
    for (const Layout& l : layouts()) {
      const Values a = numbers(size_of(l), 11);
      const Values b = numbers(size_of(l), 13);
      std::vector<double> expected(a.size());
      for_lines(l, [&](std::int64_t, std::int64_t first, std::int64_t stride) {
        const Line line = op.reference(line_of(l, a, first), line_of(l, b, first));
        for (std::int64_t k = 0; k < l.extent; ++k) {
          expected[static_cast<std::size_t>(first + k * stride)] =
              line[static_cast<std::size_t>(k)];
        }
      });
      Values found(a.size(), NAN);
      op.run(l, a.data(), b.data(), found.data());
      expect_close(found, expected, 2e-5, op.name + (" " + name_of(l)));
    }
  }
}

// A host may have floating-point exceptions trapped.
TEST(Lines, OrdinaryLinesDivideNothingByZero) {
  for (const LineOp& op : line_ops()) {
    for (const Layout& l :
         {Layout{1, 4, 1}, Layout{1, 1, 4}, Layout{3, 5, 1}, Layout{1, 3, 5}, Layout{300, 7, 1},
          Layout{1, 300, 7}, Layout{1, 7, 300}, Layout{2, 5, 100}, Layout{1, 4, 90000}}) {
      const Values a = numbers(size_of(l), 11);
      const Values b = numbers(size_of(l), 13);
      Values found(a.size(), NAN);
      std::feclearexcept(FE_ALL_EXCEPT);
      op.run(l, a.data(), b.data(), found.data());
      EXPECT_EQ(std::fetestexcept(FE_DIVBYZERO | FE_INVALID), 0) << op.name << " " << name_of(l);
    }
  }
}

TEST(Lines, LinesOfZerosHaveNoLengthToDivideBy) {
  const Layout l{5, 4, 3};
  const Values zeros(60, 0.0f);
  Values found(zeros.size(), NAN);
  std::feclearexcept(FE_ALL_EXCEPT);
  l2_normalize(l, zeros.data(), 1e-6f, found.data());
  EXPECT_EQ(found, zeros);
  l2_normalize_gradient(l, zeros.data(), zeros.data(), 1e-6f, found.data());
  EXPECT_EQ(found, zeros);
  EXPECT_EQ(std::fetestexcept(FE_DIVBYZERO | FE_INVALID), 0);
}

TEST(Lines, SumsOfNoElementsAreZero) {
  for (const Layout& l : {Layout{5, 0, 1}, Layout{2, 0, 40}})
    EXPECT_EQ(reduced(l, norm, {}), Values(static_cast<std::size_t>(l.outer * l.inner), 0.0f));
}

TEST(Lines, ProbabilitiesNearOneKeepTheirSmallLogarithms) {
  for (const Layout& l : {Layout{40, 4, 1}, Layout{1, 4, 40}, Layout{1, 1600, 1}}) {
    Values x(static_cast<std::size_t>(size_of(l)), -40.0f);
    for_lines(l, [&](std::int64_t, std::int64_t first, std::int64_t stride) {
      x[static_cast<std::size_t>(first)] = 0.0f;
      x[static_cast<std::size_t>(first + stride)] = -20.0f;
    });
    Values y(x.size(), NAN);
    log_softmax(l, x.data(), y.data());
    for_lines(l, [&](std::int64_t, std::int64_t first, std::int64_t) {
      const double rest = std::exp(-20.0) + static_cast<double>(l.extent - 2) * std::exp(-40.0);
      ASSERT_NEAR(static_cast<double>(y[static_cast<std::size_t>(first)]) / -std::log1p(rest), 1.0,
                  1e-6);
    });
  }
}

TEST(Lines, BitsAreTheSameForAnyNumberOfThreads) {
  const int before = num_threads();
  const KeepHelpers keep(7);
  for (const Layout& l :
       {Layout{1, 300000, 1}, Layout{5, 70000, 2}, Layout{3, 40, 3000}, Layout{50000, 5, 1},
        Layout{2, 5000, 40}, Layout{900, 3, 70}, Layout{1, 1100, 700}, Layout{12, 512, 256}}) {
    const Values a = numbers(size_of(l), 17);
    const Values b = numbers(size_of(l), 19);
    const auto results = [&](int threads) {
      set_num_threads(threads);
      std::vector<Values> all;
      for (const Reduce& reduce : {Reduce(norm), Reduce(prod), Reduce(max), Reduce(argmax)})
        all.push_back(reduced(l, reduce, a));
      for (const LineOp& op : line_ops()) {
        all.emplace_back(a.size(), NAN);
        op.run(l, a.data(), b.data(), all.back().data());
      }
      return all;
    };
    const std::vector<Values> alone = results(1);
    EXPECT_EQ(alone, results(3)) << name_of(l);
    EXPECT_EQ(alone, results(7)) << name_of(l);
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
