// Sorts along an axis by indices; values are picked by these, so that gradients go back.
#include "strata/ops/sorting.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <vector>

#include "core/check.hpp"
#include "core/parallel.hpp"
#include "kernels/reduction/axis_view.hpp"
#include "ops/inputs.hpp"
#include "ops/last_axes.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/elementwise.hpp"
#include "tensor/format.hpp"

namespace strata::ops {
namespace {

// The first `count` indices of each line along `axis`, in the order of `ahead(value, other)`, where
// neither is ahead the smaller one first.
template <class Ahead>
Tensor ordered(const char* who, const Tensor& x, int axis, std::int64_t count, Ahead ahead) {
  constexpr std::int64_t kCompare = 32;
  const kernels::AxisView view = kernels::axis_view(x.shape(), axis);
  check<ShapeError>(view.extent <= std::int64_t{1} << 24, who,
                    "the axis must be at most 2^24 long. Received: shape={}.", x.shape());
  Tensor result = TensorAccess::uninitialized(x.shape().with(axis, count));
  float* to = TensorAccess::data(result);
  const float* from = x.data();
  parallel_for(view.outer * view.inner, kCompare * view.extent,
               [=](std::int64_t begin, std::int64_t end) {
                 std::vector<std::int64_t> order(static_cast<std::size_t>(view.extent));
                 for (std::int64_t line = begin; line < end; ++line) {
                   const std::int64_t outer = line / view.inner;
                   const std::int64_t column = line % view.inner;
                   const float* first = from + outer * view.extent * view.inner + column;
                   std::iota(order.begin(), order.end(), 0);
                   const auto before = [=](std::int64_t i, std::int64_t j) {
                     const float a = first[i * view.inner];
                     const float b = first[j * view.inner];
                     if (ahead(a, b)) return true;
                     return !ahead(b, a) && i < j;
                   };
                   if (count == view.extent) {
                     std::sort(order.begin(), order.end(), before);
                   } else {
                     std::partial_sort(order.begin(), order.begin() + count, order.end(), before);
                   }
                   float* out = to + outer * count * view.inner + column;
                   for (std::int64_t i = 0; i < count; ++i)
                     out[i * view.inner] = static_cast<float>(order[static_cast<std::size_t>(i)]);
                 }
               });
  return result;
}

// A total order with NaN behind all numbers.
bool is_less(float a, float b) { return a < b || (std::isnan(b) && !std::isnan(a)); }

// Where a quantile lies: `weight` is how far from element `low` to element `high`.
struct Place {
  std::int64_t low;
  std::int64_t high;
  float weight;
};

Place place_of(double q, std::int64_t count, const std::string& method) {
  const double position = q * static_cast<double>(count - 1);
  const auto low = static_cast<std::int64_t>(std::floor(position));
  const auto high = static_cast<std::int64_t>(std::ceil(position));
  if (method == "lower") return {low, low, 0.0f};
  if (method == "higher") return {high, high, 0.0f};
  if (method == "midpoint") return {low, high, 0.5f};
  if (method == "nearest") {
    const auto nearest = static_cast<std::int64_t>(std::nearbyint(position));
    return {nearest, nearest, 0.0f};
  }
  return {low, high, static_cast<float>(position - static_cast<double>(low))};
}

}  // namespace

Tensor argsort(const Tensor& x, std::optional<int> axis) {
  constexpr const char* kWho = "ops::argsort";
  check_defined(kWho, x);
  if (!axis) return argsort(reshape(x, {-1}), 0);
  const int at = x.shape().axis(*axis, kWho);
  return ordered(kWho, x, at, x.shape()[at], is_less);
}

Tensor sort(const Tensor& x, std::optional<int> axis) {
  constexpr const char* kWho = "ops::sort";
  check_defined(kWho, x);
  if (!axis) return sort(reshape(x, {-1}), 0);
  const int at = x.shape().axis(*axis, kWho);
  return take_along_axis(x, ordered(kWho, x, at, x.shape()[at], is_less), at);
}

TopK top_k(const Tensor& x, std::int64_t k) {
  constexpr const char* kWho = "ops::top_k";
  check_defined(kWho, x);
  const int at = x.shape().axis(-1, kWho);
  check<ShapeError>(k >= 0 && k <= x.shape().back(), kWho,
                    "k must lie in [0, {}]. Received: k={}, shape={}.", x.shape().back(), k,
                    x.shape());
  const Tensor indices = ordered(kWho, x, at, k, [](float a, float b) { return is_less(b, a); });
  return {take_along_axis(x, indices, at), indices};
}

Tensor median(const Tensor& x, const Axes& axes, bool keepdims) {
  return quantile(x, 0.5f, axes, "linear", keepdims);
}

Tensor quantile(const Tensor& x, const Tensor& q, const Axes& axes, const std::string& method,
                bool keepdims) {
  constexpr const char* kWho = "ops::quantile";
  constexpr std::array kMethods = {"linear", "lower", "higher", "midpoint", "nearest"};
  check_defined(kWho, x);
  check_defined(kWho, q);
  check(std::find(kMethods.begin(), kMethods.end(), method) != kMethods.end(), kWho,
        "method must be one of {}. Received: method={}.", fmt::join(kMethods, ", "), method);
  check<ShapeError>(q.rank() <= 1, kWho, "q must be a scalar or a vector. Received: q.shape={}.",
                    q.shape());
  for (const float share : q.values())
    check(share >= 0.0f && share <= 1.0f, kWho, "q must lie in [0, 1]. Received: {}.", share);
  const std::vector<bool> reduced = axes.of(x.shape(), kWho);
  const LastAxes last(x.shape(), reduced);
  Shape kept;
  for (int i = 0; i < x.rank(); ++i) {
    const bool is_reduced = reduced[static_cast<std::size_t>(i)];
    if (keepdims || !is_reduced) kept.append(is_reduced ? 1 : x.shape()[i]);
  }
  const std::int64_t count = last.columns();
  check<ShapeError>(count > 0, kWho, "there must be elements. Received: shape={}.", x.shape());
  const Tensor sorted = sort(reshape(last.arrange(x), {last.rows(), count}), 1);
  const auto element = [&](std::int64_t i) { return slice(sorted, {0, i}, {-1, 1}); };
  const Tensor largest = stop_gradient(element(count - 1));
  std::vector<Tensor> quantiles;
  for (const float share : q.values()) {
    const auto [low, high, weight] = place_of(double{share}, count, method);
    Tensor value = element(low);
    if (high != low) value = value * (1.0f - weight) + element(high) * weight;
    quantiles.push_back(reshape(where(isnan(largest), largest, value), kept));
  }
  if (q.rank() == 0) return quantiles.front();
  if (!quantiles.empty()) return stack(quantiles, 0);
  Shape none = {0};
  for (const std::int64_t extent : kept) none.append(extent);
  return zeros(none);
}

}  // namespace strata::ops
