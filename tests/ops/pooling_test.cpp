// Pooling against plain loops.
#include "strata/ops/pooling.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "core/parallel.hpp"
#include "ops/naive_windows.hpp"
#include "strata/autodiff/gradient_tape.hpp"
#include "strata/core/threads.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/elementwise.hpp"
#include "strata/ops/reduction.hpp"
#include "strata/tensor/random.hpp"
#include "support/gradient_gap.hpp"
#include "support/matchers.hpp"

namespace strata {
namespace {

using ops::Padding;
using ops::PoolingGeometry;
using testing::gradient_gap;
using testing::IsClose;
using testing::NaiveWindows;
using testing::Raises;

// Whole numbers from a small range, so that windows have several largest cells.
Tensor ties(const Shape& shape, std::uint64_t seed) {
  return ops::round(random::Generator(seed).uniform(shape, -3.0f, 3.0f));
}

struct PoolingCase {
  Shape x;
  PoolingGeometry geometry;

  NaiveWindows windows() const {
    return {x, geometry.window, geometry.strides, {1, 1, 1}, geometry.padding};
  }
  Shape y() const { return windows().output(x.back()); }

  // Calls `visit(index in y, index in x)` for every cell of every window.
  template <class Visit>
  void for_each_cell(Visit visit) const {
    windows().for_each_cell([&](std::int64_t to, std::int64_t, std::int64_t from) {
      for (std::int64_t c = 0; c < x.back(); ++c)
        visit(static_cast<std::size_t>(to * x.back() + c),
              static_cast<std::size_t>(from * x.back() + c));
    });
  }
};

PoolingCase random_pooling(std::mt19937& engine) {
  const auto draw = [&](int low, int high) {
    return low + static_cast<int>(engine() % static_cast<unsigned>(high - low + 1));
  };
  PoolingCase c;
  c.geometry.padding = draw(0, 1) == 0 ? Padding::valid : Padding::same;
  c.x = {draw(1, 3)};
  const int spatial = draw(1, 3);
  for (int i = 0; i < spatial; ++i) {
    const auto axis = static_cast<std::size_t>(i);
    c.geometry.window[axis] = draw(1, 4);
    c.geometry.strides[axis] = draw(1, 5);
    c.x.append(c.geometry.padding == Padding::valid ? c.geometry.window[axis] + draw(0, 6)
                                                    : draw(1, 9));
  }
  c.x.append(draw(1, 40));
  return c;
}

struct Pooled {
  Tensor y, dx;
};

Pooled naive_max(const PoolingCase& c, const Tensor& x, const Tensor& dy) {
  constexpr std::size_t kNone = SIZE_MAX;
  std::vector<std::size_t> first(dy.values().size(), kNone);
  c.for_each_cell([&](std::size_t to, std::size_t from) {
    if (first[to] == kNone || x.values()[from] > x.values()[first[to]]) first[to] = from;
  });
  std::vector<float> y(first.size()), dx(x.values().size(), 0.0f);
  for (std::size_t i = 0; i < first.size(); ++i) {
    y[i] = x.values()[first[i]];
    dx[first[i]] += dy.values()[i];
  }
  return {{dy.shape(), y}, {x.shape(), dx}};
}

Pooled naive_average(const PoolingCase& c, const Tensor& x, const Tensor& dy) {
  std::vector<float> count(dy.values().size()), y(count.size()), dx(x.values().size());
  c.for_each_cell([&](std::size_t to, std::size_t) { count[to] += 1.0f; });
  c.for_each_cell([&](std::size_t to, std::size_t from) {
    y[to] += x.values()[from] / count[to];
    dx[from] += dy.values()[to] / count[to];
  });
  return {{dy.shape(), y}, {x.shape(), dx}};
}

using Pool = Tensor (*)(const Tensor&, const PoolingGeometry&);
Pooled pooled(Pool pool, const PoolingCase& c, const Tensor& x, const Tensor& dy) {
  GradientTape tape;
  const Tensor watched = tape.watch(x);
  const Tensor y = pool(watched, c.geometry);
  return {y, tape.gradient(ops::sum(y * dy), watched)};
}

void expect_pooling(const PoolingCase& c) {
  SCOPED_TRACE(to_string(c.x));
  const Tensor x = ties(c.x, 1);
  const Tensor dy = random::Generator(2).uniform(c.y(), -1.0f, 1.0f);
  const Pooled max = pooled(ops::max_pool, c, x, dy);
  EXPECT_THAT(max.y, IsClose(naive_max(c, x, dy).y, 0.0));
  EXPECT_THAT(max.dx, IsClose(naive_max(c, x, dy).dx, 1e-6));
  const Pooled average = pooled(ops::average_pool, c, x, dy);
  EXPECT_THAT(average.y, IsClose(naive_average(c, x, dy).y));
  EXPECT_THAT(average.dx, IsClose(naive_average(c, x, dy).dx));
}

TEST(Pooling, AgreesWithItsDefinitionOverRandomGeometries) {
  std::mt19937 engine(7);
  for (int i = 0; i < 300 && !::testing::Test::HasFailure(); ++i)
    expect_pooling(random_pooling(engine));
}

const PoolingCase kLargePoolings[] = {
    {{32, 27, 26, 20}, {}},
    {{20, 30, 31, 7}, {.window = {3, 3, 1}, .strides = {2, 1, 1}, .padding = Padding::same}},
    {{6, 12, 14, 13, 5}, {.window = {5, 5, 5}, .strides = {3, 3, 3}}},
};

TEST(Pooling, AgreesWithItsDefinitionOverManyParts) {
  for (const PoolingCase& c : kLargePoolings) expect_pooling(c);
}

TEST(Pooling, IsTheSameToTheBitForAnyNumberOfThreads) {
  const int threads = num_threads();
  const KeepHelpers keep;
  for (const PoolingCase& c : kLargePoolings) {
    for (const Pool pool : {ops::max_pool, ops::average_pool}) {
      const Tensor x = random::Generator(1).normal(c.x);
      const Tensor dy = random::Generator(2).normal(c.y());
      set_num_threads(1);
      const Pooled one = pooled(pool, c, x, dy);
      set_num_threads(2);
      const Pooled two = pooled(pool, c, x, dy);
      EXPECT_THAT(two.y.values(), ::testing::ElementsAreArray(one.y.values()));
      EXPECT_THAT(two.dx.values(), ::testing::ElementsAreArray(one.dx.values()));
    }
  }
  set_num_threads(threads);
}

TEST(Pooling, GradientsMatchCentralDifferences) {
  std::vector<float> values;  // far enough apart for the largest cell to stay so
  for (const std::int64_t place : random::Generator(3).permutation(2 * 5 * 4 * 3))
    values.push_back(0.05f * static_cast<float>(place));
  const Tensor x({2, 5, 4, 3}, values);
  const PoolingGeometry overlapping{
      .window = {3, 2, 1}, .strides = {1, 1, 1}, .padding = Padding::same};
  for (const Pool pool : {ops::max_pool, ops::average_pool}) {
    EXPECT_LT(gradient_gap([&](const Tensor& in) { return pool(in, overlapping); }, x), 2e-3);
    EXPECT_LT(gradient_gap([&](const Tensor& in) { return pool(in, {}) + pool(in, {}); }, x), 2e-3);
  }
}

TEST(MaxPool, LetsNoNaNVanish) {
  const Tensor x({1, 6, 1}, {1.0f, NAN, NAN, 5.0f, 2.0f, 3.0f});
  const Tensor y = ops::max_pool(x, {});
  EXPECT_TRUE(std::isnan(y.values()[0]) && std::isnan(y.values()[1]));
  EXPECT_EQ(y.values()[2], 3.0f);
}

TEST(MaxPool, SendsANaNsGradientToIt) {
  GradientTape tape;
  const Tensor x = tape.watch(Tensor({1, 4, 1}, {1.0f, NAN, 7.0f, NAN}));
  const Tensor y = ops::max_pool(x, {.window = {4, 1, 1}});
  EXPECT_THAT(tape.gradient(y, x).values(), ::testing::ElementsAre(0, 1, 0, 0));
}

TEST(MaxPool, KeepsInfinities) {
  const Tensor y = ops::max_pool(Tensor({1, 4, 1}, {-INFINITY, -INFINITY, INFINITY, 1.0f}), {});
  EXPECT_THAT(y.values(), ::testing::ElementsAre(-INFINITY, INFINITY));
}

TEST(Pooling, TakesAnEmptyBatch) {
  EXPECT_EQ(ops::max_pool(Tensor({0, 4, 4, 3}, std::vector<float>()), {}).shape(),
            (Shape{0, 2, 2, 3}));
}

// keras.md 3.6, on 1 … 5.
struct KerasPooling {
  PoolingGeometry geometry;
  std::vector<float> largest;
  std::vector<float> mean;
};

TEST(Pooling, AgreesWithKeras) {
  const KerasPooling rows[] = {
      {{}, {2, 4}, {1.5f, 3.5f}},
      {{.padding = Padding::same}, {2, 4, 5}, {1.5f, 3.5f, 5}},
      {{.window = {3, 1, 1}, .padding = Padding::same}, {2, 4, 5}, {1.5f, 3, 4.5f}},
      {{.strides = {1, 1, 1}}, {2, 3, 4, 5}, {1.5f, 2.5f, 3.5f, 4.5f}},
      {{.window = {3, 1, 1}, .strides = {1, 1, 1}, .padding = Padding::same},
       {2, 3, 4, 5, 5},
       {1.5f, 2, 3, 4, 4.5f}},
  };
  const Tensor x({1, 5, 1}, {1, 2, 3, 4, 5});
  for (const KerasPooling& row : rows) {
    const Tensor largest = ops::max_pool(x, row.geometry);
    const Tensor mean = ops::average_pool(x, row.geometry);
    EXPECT_THAT(largest.values(), ::testing::ElementsAreArray(row.largest));
    EXPECT_THAT(mean.values(), ::testing::ElementsAreArray(row.mean));
  }
}

TEST(MaxPool, LetsNoPaddingWin) {
  const Tensor y =
      ops::max_pool(Tensor({1, 5, 1}, {-1, -2, -3, -4, -5}), {.padding = Padding::same});
  EXPECT_THAT(y.values(), ::testing::ElementsAre(-1, -3, -5));
}

TEST(AveragePool, IsRightOverLargeWindows) {
  const Tensor x = ops::add(random::Generator(1).uniform({1, 4000, 1}), 1000.0f);
  double sum = 0.0;
  for (const float value : x.values()) sum += double{value};
  const Tensor y = ops::average_pool(x, {.window = {4000, 1, 1}});
  EXPECT_EQ(y.item(), static_cast<float>(sum / 4000.0));
}

TEST(Pooling, RefusesWhatDoesNotFit) {
  const Tensor x = ops::ones({1, 4, 4, 2});
  EXPECT_THAT([&] { ops::max_pool({}, {}); },
              Raises("ops::max_pool: the inputs must be defined. Received: an undefined tensor."));
  EXPECT_THAT(
      [&] {
        ops::average_pool(ops::ones({4, 2}), {});
      },
      Raises("ops::average_pool: the input must have one to three spatial axes between "
             "batch and channels. Received: shape=(4, 2)."));
  EXPECT_THAT(
      [&] {
        ops::max_pool(x, {.window = {2, 0, 1}});
      },
      Raises("ops::max_pool: window must be positive. Received: 0 at spatial axis 1."));
  EXPECT_THAT(
      [&] {
        ops::max_pool(x, {.strides = {-2, 1, 1}});
      },
      Raises("ops::max_pool: strides must be positive. Received: -2 at spatial axis 0."));
  EXPECT_THAT([&] { ops::max_pool(x, {.padding = Padding::causal}); },
              Raises("ops::max_pool: padding must be valid or same. Received: causal."));
  EXPECT_THAT(
      [&] {
        ops::average_pool(x, {.window = {2, 5, 1}});
      },
      Raises("ops::average_pool: nothing would be left: a window of 5 with dilation 1 must "
             "fit the input's spatial axis 1. Received: shape=(1, 4, 4, 2)."));
}

}  // namespace
}  // namespace strata
