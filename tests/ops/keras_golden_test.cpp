// What Keras computes for the ops that rearrange, sort, accumulate and multiply over named axes, and
// their gradients.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "strata/core/errors.hpp"
#include "strata/ops/ops.hpp"
#include "support/golden.hpp"
#include "support/gradient_gap.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace {

using Inputs = std::vector<Tensor>;
using Call = std::function<Inputs(const Inputs&)>;

Call one(const std::function<Tensor(const Tensor&)>& op) {
  return [op](const Inputs& x) { return Inputs{op(x[0])}; };
}

Call two(const std::function<Tensor(const Tensor&, const Tensor&)>& op) {
  return [op](const Inputs& x) { return Inputs{op(x[0], x[1])}; };
}

// By the labels of tests/golden/make_golden.py.
const std::map<std::string, Call>& calls() {
  static const std::map<std::string, Call> table = {
      {"tile 2,3", one([](auto& x) { return ops::tile(x, {2, 3}); })},
      {"tile 2,1,2", one([](auto& x) { return ops::tile(x, {2, 1, 2}); })},
      {"tile 2", one([](auto& x) { return ops::tile(x, {2}); })},
      {"repeat 2", one([](auto& x) { return ops::repeat(x, 2); })},
      {"repeat 3 along 0", one([](auto& x) { return ops::repeat(x, 3, 0); })},
      {"repeat 1,0,2 along 0", one([](auto& x) { return ops::repeat(x, {1, 0, 2}, 0); })},
      {"flip", one([](auto& x) { return ops::flip(x); })},
      {"flip along 1", one([](auto& x) { return ops::flip(x, 1); })},
      {"flip along 0,-1", one([](auto& x) { return ops::flip(x, {0, -1}); })},
      {"roll 2", one([](auto& x) { return ops::roll(x, 2); })},
      {"roll -1 along 1", one([](auto& x) { return ops::roll(x, -1, 1); })},
      {"roll 7 along 0", one([](auto& x) { return ops::roll(x, 7, 0); })},
      {"split 2 along 1", [](const Inputs& x) { return ops::split(x[0], 2, 1); }},
      {"split at 1,3 along -1", [](const Inputs& x) { return ops::split(x[0], {1, 3}, -1); }},
      {"unstack along 1", [](const Inputs& x) { return ops::unstack(x[0], {}, 1); }},
      {"tril", one([](auto& x) { return ops::tril(x); })},
      {"tril 1", one([](auto& x) { return ops::tril(x, 1); })},
      {"triu", one([](auto& x) { return ops::triu(x); })},
      {"triu -1", one([](auto& x) { return ops::triu(x, -1); })},
      {"cumsum", one([](auto& x) { return ops::cumsum(x); })},
      {"cumsum along 1", one([](auto& x) { return ops::cumsum(x, 1); })},
      {"cumsum along -1", one([](auto& x) { return ops::cumsum(x, -1); })},
      {"diff", one([](auto& x) { return ops::diff(x); })},
      {"diff 2 along 0", one([](auto& x) { return ops::diff(x, 2, 0); })},
      {"take_along_axis", two([](auto& x, auto& i) { return ops::take_along_axis(x, i, 1); })},
      {"segment_sum", two([](auto& x, auto& i) { return ops::segment_sum(x, i); })},
      {"segment_sum 5", two([](auto& x, auto& i) { return ops::segment_sum(x, i, 5); })},
      {"sort", one([](auto& x) { return ops::sort(x); })},
      {"sort along 0", one([](auto& x) { return ops::sort(x, 0); })},
      {"argsort", one([](auto& x) { return ops::argsort(x); })},
      {"argsort along 0", one([](auto& x) { return ops::argsort(x, 0); })},
      {"top_k 2",
       [](const Inputs& x) {
         const auto [values, indices] = ops::top_k(x[0], 2);
         return Inputs{values, indices};
       }},
      {"median", one([](auto& x) { return ops::median(x); })},
      {"median along 1", one([](auto& x) { return ops::median(x, 1); })},
      {"median along 0,2", one([](auto& x) { return ops::median(x, {0, 2}, true); })},
      {"std", one([](auto& x) { return ops::std(x); })},
      {"std along 1", one([](auto& x) { return ops::std(x, 1, true); })},
      {"outer", two([](auto& a, auto& b) { return ops::outer(a, b); })},
      {"tensordot 0", two([](auto& a, auto& b) { return ops::tensordot(a, b, 0); })},
      {"tensordot 1", two([](auto& a, auto& b) { return ops::tensordot(a, b, 1); })},
      {"tensordot 2", two([](auto& a, auto& b) { return ops::tensordot(a, b); })},
      {"tensordot 2,1 with 1,0",
       two([](auto& a, auto& b) { return ops::tensordot(a, b, {2, 1}, {0, 1}); })},
      {"logaddexp", two([](auto& a, auto& b) { return ops::logaddexp(a, b); })},
      {"mod", two([](auto& a, auto& b) { return ops::mod(a, b); })}};
  return table;
}

Call call_of(const std::string& label) {
  const std::string argument = label.substr(label.find(' ') + 1);
  if (label.starts_with("einsum "))
    return [argument](const Inputs& x) { return Inputs{ops::einsum(argument, x)}; };
  if (label.starts_with("quantile ")) {
    return one([argument](const Tensor& x) {
      return ops::quantile(x, Tensor({5}, {0, 0.3f, 0.5f, 0.9f, 1}), 1, argument);
    });
  }
  return calls().at(label);
}

Inputs inputs_of(const Config& entry) {
  Inputs inputs;
  for (const Config& input : entry.at("inputs")) inputs.push_back(golden_tensor(input));
  return inputs;
}

TEST(OpGolden, ValuesAgreeWithKeras) {
  EXPECT_GT(golden_cases("ops").size(), calls().size());
  for (const Config& entry : golden_cases("ops")) {
    const auto label = entry.at("op").get<std::string>();
    SCOPED_TRACE(label);
    const Inputs values = call_of(label)(inputs_of(entry));
    ASSERT_EQ(values.size(), entry.at("values").size());
    for (std::size_t i = 0; i < values.size(); ++i)
      EXPECT_THAT(values[i], IsClose(golden_tensor(entry.at("values")[i]), 1e-5));
  }
}

// The sum of all outputs, unevenly weighted, that depend on the inputs without jumps.
TEST(OpGolden, GradientsMatchCentralDifferences) {
  for (const Config& entry : golden_cases("ops")) {
    const auto label = entry.at("op").get<std::string>();
    if (label.starts_with("argsort") || label == "mod" || label == "sort" || label == "top_k 2")
      continue;
    SCOPED_TRACE(label);
    const Inputs inputs = inputs_of(entry);
    const bool by_indices = label.starts_with("take") || label.starts_with("segment");
    const auto function = [&](const Inputs& x) {
      const Inputs arguments = by_indices ? Inputs{x[0], inputs[1]} : x;
      const Inputs outputs = call_of(label)(arguments);
      Tensor total = ops::sum(ops::square(outputs[0]));
      for (std::size_t i = 1; i < outputs.size(); ++i)
        total = total + static_cast<float>(i + 1) * ops::sum(outputs[i] * outputs[i]);
      return total;
    };
    EXPECT_LT(gradient_gap(function, by_indices ? Inputs{inputs[0]} : inputs, 5e-3f), 5e-3);
  }
}

TEST(Sort, PutsNaNLast) {
  const Tensor x({4}, {NAN, 2, -INFINITY, 1});
  EXPECT_THAT(ops::argsort(x), IsClose(Tensor({4}, {2, 3, 1, 0})));
  EXPECT_EQ(ops::top_k(x, 1).indices.item(), 0.0f);
  EXPECT_THAT(ops::sort(Tensor({2, 2}, {4, 3, 2, 1}), std::nullopt),
              IsClose(Tensor({4}, {1, 2, 3, 4})));
}

TEST(Quantile, OfNaNIsNaN) {
  const Tensor x({2, 3}, {1, 2, NAN, 1, 2, 3});
  const Tensor middle = ops::median(x, 1);
  EXPECT_TRUE(std::isnan(middle.values()[0]));
  EXPECT_EQ(middle.values()[1], 2.0f);
}

TEST(Logaddexp, HandlesInfinities) {
  const Tensor low(-INFINITY);
  EXPECT_EQ(ops::logaddexp(low, low).item(), -INFINITY);
  EXPECT_EQ(ops::logaddexp(low, 3.0f).item(), 3.0f);
  EXPECT_EQ(ops::logaddexp(INFINITY, 3.0f).item(), INFINITY);
  EXPECT_EQ(ops::logaddexp(1000.0f, 1000.0f).item(), 1000.0f + std::log(2.0f));
}

TEST(Mod, HasTheSignOfTheDivisor) {
  const Tensor a({4}, {5, -5, 5, -5});
  const Tensor b({4}, {3, 3, -3, -3});
  EXPECT_THAT(ops::mod(a, b), IsClose(Tensor({4}, {2, 1, -1, -2})));
  EXPECT_LT(
      gradient_gap([](const Inputs& x) { return ops::mod(x[0], x[1]); }, {a + 0.5f, b}, 1e-2f),
      1e-3);
}

TEST(Trunc, GoesTowardsZero) {
  EXPECT_THAT(ops::trunc(Tensor({4}, {-1.7f, -0.2f, 0.2f, 1.7f})),
              IsClose(Tensor({4}, {-1, 0, 0, 1})));
}

TEST(Tril, LetsNoNaNThroughWhereItIsZero) {
  EXPECT_THAT(ops::tril(Tensor({2, 2}, {1, NAN, 2, 3})), IsClose(Tensor({2, 2}, {1, 0, 2, 3})));
}

TEST(OpErrors, NameTheRule) {
  const Tensor x = ops::zeros({3, 4});
  EXPECT_THAT([&] { ops::split(x, 3, 1); },
              Raises<ShapeError>("ops::split: the axis must be a multiple of the sections, > 0. "
                                 "Received: sections=3, shape=(3, 4), axis=1."));
  EXPECT_THAT(
      [&] {
        ops::split(x, {2, 1});
      },
      Raises<ShapeError>("ops::split: indices must ascend within the axis. Received: index 1 "
                         "after 2, shape=(3, 4), axis=0."));
  EXPECT_THAT(
      [&] { ops::unstack(x, 4); },
      Raises<ShapeError>("ops::unstack: num must be the extent of the axis. Received: num=4, "
                         "shape=(3, 4), axis=0."));
  EXPECT_THAT([&] { ops::tile(x, {-1}); },
              Raises<InvalidArgument>("ops::tile: repeats must not be negative. Received: -1."));
  EXPECT_THAT(
      [&] {
        ops::repeat(x, {1, 2}, 0);
      },
      Raises<ShapeError>("ops::repeat: repeats must be a number, or one for each index of the "
                         "axis. Received: 2 numbers, shape=(3, 4), axis=0."));
  EXPECT_THAT([&] { ops::tril(ops::zeros({3})); },
              Raises<ShapeError>("ops::tril: x must be matrices, of rank 2 or more. Received: "
                                 "shape=(3,)."));
  EXPECT_THAT([&] { ops::diff(x, 5); },
              Raises<ShapeError>("ops::diff: the axis must be at least n long. Received: n=5, "
                                 "shape=(3, 4), axis=-1."));
  EXPECT_THAT([&] { ops::top_k(x, 5); },
              Raises<ShapeError>("ops::top_k: k must lie in [0, 4]. Received: k=5, shape=(3, 4)."));
  EXPECT_THAT([&] { ops::quantile(x, 1.5f); },
              Raises<InvalidArgument>("ops::quantile: q must lie in [0, 1]. Received: 1.5."));
  EXPECT_THAT([&] { ops::quantile(x, 0.5f, {}, "cubic"); },
              Raises<InvalidArgument>("ops::quantile: method must be one of linear, lower, higher, "
                                      "midpoint, nearest. Received: method=cubic."));
  EXPECT_THAT(
      [&] {
        ops::take_along_axis(x, ops::full({3, 1}, 4.0f));
      },
      Raises<InvalidArgument>("ops::take_along_axis: indices must be whole numbers in [0, "
                              "4). Received: 4 at position 0."));
  EXPECT_THAT([&] { ops::segment_sum(x, ops::zeros({2})); },
              Raises<ShapeError>("ops::segment_sum: there must be one id for each row of data. "
                                 "Received: data.shape=(3, 4), segment_ids.shape=(2,)."));
  EXPECT_THAT([&] { ops::tensordot(x, x, {0}, {1}); },
              Raises<ShapeError>("ops::tensordot: axes that are summed over must be equally long. "
                                 "Received: shapes (3, 4) and (3, 4), axes 0 and 1."));
  EXPECT_THAT(
      [&] {
        ops::einsum("ij,jk->ik", {x, x});
      },
      Raises<ShapeError>("ops::einsum: an axis must be equally long in all operands. "
                         "Received: 4 and 3 for the same one, subscripts=ij,jk->ik."));
  EXPECT_THAT(
      [&] { ops::einsum("ij->ik", {x}); },
      Raises<InvalidArgument>("ops::einsum: the result must name axes of the operands, each "
                              "once. Received: subscripts=ij->ik."));
  EXPECT_THAT([&] { ops::einsum("ij,jk", {x}); },
              Raises<InvalidArgument>("ops::einsum: subscripts must name the axes of each operand. "
                                      "Received: subscripts=ij,jk, 1 operands."));
  EXPECT_THAT([&] { ops::einsum("i", {x}); },
              Raises<ShapeError>("ops::einsum: subscripts must name each axis of an operand. "
                                 "Received: i for shape (3, 4), subscripts=i."));
}

}  // namespace
}  // namespace strata::testing
