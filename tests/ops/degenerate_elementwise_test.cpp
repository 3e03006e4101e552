// Elementwise ops and reductions over degenerate shapes.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "ops/degenerate_shapes.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/elementwise.hpp"
#include "strata/ops/nn.hpp"
#include "strata/ops/reduction.hpp"

namespace strata::testing {
namespace {

struct NamedUnary {
  const char* name;
  Tensor (*op)(const Tensor&);
  bool differentiable = true;
};

constexpr NamedUnary kUnary[] = {{
    "operator-",
    operator- },
    {"negative", ops::negative},
    {"abs", ops::abs},
    {"square", ops::square},
    {"sqrt", ops::sqrt},
    {"rsqrt", ops::rsqrt},
    {"exp", ops::exp},
    {"expm1", ops::expm1},
    {"log", ops::log},
    {"log1p", ops::log1p},
    {"log2", ops::log2},
    {"log10", ops::log10},
    {"asin", ops::asin},
    {"acos", ops::acos},
    {"atan", ops::atan},
    {"sinh", ops::sinh},
    {"cosh", ops::cosh},
    {"sin", ops::sin},
    {"cos", ops::cos},
    {"tanh", ops::tanh},
    {"erf", ops::erf},
    {"clip", [](const Tensor& x) { return ops::clip(x, 0.2f, 0.8f); }},
    {"relu", ops::relu},
    {"sigmoid", ops::sigmoid},
    {"softplus", ops::softplus},
    {"sign", ops::sign, false},
    {"floor", ops::floor, false},
    {"ceil", ops::ceil, false},
    {"trunc", ops::trunc, false},
    {"round", ops::round, false},
    {"logical_not", ops::logical_not, false},
    {"isfinite", ops::isfinite, false},
    {"isnan", ops::isnan, false},
    {"stop_gradient", ops::stop_gradient, false},
    {"zeros_like", ops::zeros_like, false},
    {"ones_like", ops::ones_like, false},
};

struct NamedBinary {
  const char* name;
  Tensor (*op)(const Tensor&, const Tensor&);
  bool differentiable = true;
};

constexpr NamedBinary kBinary[] = {{"operator+", operator+ },
                                    {"operator-", operator- },
                                     {"operator*", operator* },
                                      {
                                          "operator/",
                                          operator/ },
                                          {"add", ops::add},
                                          {"subtract", ops::subtract},
                                          {"multiply", ops::multiply},
                                          {"divide", ops::divide},
                                          {"power", ops::power},
                                          {"maximum", ops::maximum},
                                          {"minimum", ops::minimum},
                                          {"mod", ops::mod},
                                          {"logaddexp", ops::logaddexp},
                                          {"equal", ops::equal, false},
                                          {"not_equal", ops::not_equal, false},
                                          {"less", ops::less, false},
                                          {"less_equal", ops::less_equal, false},
                                          {"greater", ops::greater, false},
                                          {"greater_equal", ops::greater_equal, false},
                                          {"logical_and", ops::logical_and, false},
                                          {"logical_or", ops::logical_or, false},
                                     };

// NumPy's broadcasting rule, compared extent by extent from the last axis.
Expected broadcast_shape(const Shape& a, const Shape& b) {
  std::vector<std::int64_t> extents;
  for (int i = 1; i <= std::max(a.rank(), b.rank()); ++i) {
    const std::int64_t one = i <= a.rank() ? a[a.rank() - i] : 1;
    const std::int64_t other = i <= b.rank() ? b[b.rank() - i] : 1;
    if (one != other && one != 1 && other != 1) return std::nullopt;
    extents.insert(extents.begin(), one == 1 ? other : one);
  }
  return Shape(extents);
}

// The element of `x` at position `index` after `x` is broadcast to `shape`.
float broadcast_element(const Tensor& x, const Shape& shape, std::int64_t index) {
  std::int64_t offset = 0;
  std::int64_t size = 1;
  for (int i = 1; i <= shape.rank(); ++i) {
    const std::int64_t place = index % shape[shape.rank() - i];
    index /= shape[shape.rank() - i];
    if (i > x.rank()) continue;
    const std::int64_t extent = x.shape()[x.rank() - i];
    offset += (extent == 1 ? 0 : place) * size;
    size *= extent;
  }
  return x.values()[static_cast<std::size_t>(offset)];
}

TEST(DegenerateShapes, OfFunctionsOfOneTensor) {
  for (const auto& [name, op, differentiable] : kUnary) {
    for (const Shape& shape : degenerate_shapes()) {
      const Tensor x = sample(shape, 0.1f, 0.9f);
      const Tensor y = output_of(
          name, [f = op](const auto& inputs) { return f(inputs[0]); }, {x}, shape, differentiable);
      for (std::size_t i = 0; i < x.values().size(); ++i)
        EXPECT_EQ(y.values()[i], op(x.values()[i]).item()) << name << to_string(shape);
    }
  }
}

TEST(DegenerateShapes, OfFunctionsOfTwoTensors) {
  for (const auto& [name, op, differentiable] : kBinary) {
    for (const Shape& a_shape : degenerate_shapes_up_to(4)) {
      for (const Shape& b_shape : degenerate_shapes_up_to(4)) {
        const Tensor a = sample(a_shape, 0.1f, 0.9f, 1);
        const Tensor b = sample(b_shape, 0.1f, 0.9f, 2);
        const Expected shape = broadcast_shape(a_shape, b_shape);
        const Tensor y = output_of(
            name, [f = op](const auto& inputs) { return f(inputs[0], inputs[1]); }, {a, b}, shape,
            differentiable);
        for (std::int64_t i = 0; y.defined() && i < y.size(); ++i) {
          const Tensor alone = op(broadcast_element(a, *shape, i), broadcast_element(b, *shape, i));
          EXPECT_EQ(y.values()[static_cast<std::size_t>(i)], alone.item())
              << described(name, {a, b});
        }
      }
    }
  }
}

TEST(DegenerateShapes, OfWhere) {
  for (const Shape& c_shape : degenerate_shapes_up_to(2)) {
    for (const Shape& a_shape : degenerate_shapes_up_to(3)) {
      for (const Shape& b_shape : degenerate_shapes_up_to(2)) {
        const Tensor condition = ops::floor(sample(c_shape, 0.0f, 2.0f, 1));
        const Tensor a = sample(a_shape, 0.1f, 0.9f, 2);
        const Tensor b = sample(b_shape, 0.1f, 0.9f, 3);
        Expected shape = broadcast_shape(a_shape, b_shape);
        if (shape) shape = broadcast_shape(*shape, c_shape);
        const Tensor y = output_of(
            "where",
            [&](const auto& inputs) { return ops::where(condition, inputs[0], inputs[1]); }, {a, b},
            shape);
        for (std::int64_t i = 0; y.defined() && i < y.size(); ++i) {
          const bool first = broadcast_element(condition, *shape, i) != 0.0f;
          EXPECT_EQ(y.values()[static_cast<std::size_t>(i)],
                    broadcast_element(first ? a : b, *shape, i));
        }
      }
    }
  }
}

// The result that NumPy gives for these terms, including an empty list.
using Reference = double (*)(const std::vector<double>&);

double sum_of(const std::vector<double>& terms) {
  double total = 0.0;
  for (const double term : terms) total += term;
  return total;
}
double mean_of(const std::vector<double>& terms) {
  return sum_of(terms) / static_cast<double>(terms.size());
}
double variance_of(const std::vector<double>& terms) {
  double squares = 0.0;
  for (const double term : terms) squares += (term - mean_of(terms)) * (term - mean_of(terms));
  return squares / static_cast<double>(terms.size());
}
double product_of(const std::vector<double>& terms) {
  double product = 1.0;
  for (const double term : terms) product *= term;
  return product;
}
double norm_of(const std::vector<double>& terms) {
  double squares = 0.0;
  for (const double term : terms) squares += term * term;
  return std::sqrt(squares);
}
double log_of_exponentials(const std::vector<double>& terms) {
  double total = 0.0;
  for (const double term : terms) total += std::exp(term);
  return std::log(total);
}
double largest_of(const std::vector<double>& terms) {
  return *std::max_element(terms.begin(), terms.end());
}
double smallest_of(const std::vector<double>& terms) {
  return *std::min_element(terms.begin(), terms.end());
}

struct NamedReduction {
  const char* name;
  Tensor (*op)(const Tensor&, const ops::Axes&, bool);
  Reference reference;
  bool needs_terms = false;
};

constexpr NamedReduction kReductions[] = {
    {"sum", ops::sum, sum_of},
    {"mean", ops::mean, mean_of},
    {"variance", ops::variance, variance_of},
    {"prod", ops::prod, product_of},
    {"logsumexp", ops::logsumexp, log_of_exponentials},
    {"norm", ops::norm, norm_of},
    {"max", ops::max, largest_of, true},
    {"min", ops::min, smallest_of, true},
};

Shape reduced_shape(const Shape& shape, unsigned axes, bool keepdims) {
  Shape result;
  for (int i = 0; i < shape.rank(); ++i) {
    const bool reduced = (axes >> i & 1U) != 0;
    if (!reduced || keepdims) result.append(reduced ? 1 : shape[i]);
  }
  return result;
}

// The terms that each output element is reduced from.
std::vector<std::vector<double>> terms_of(const Tensor& x, unsigned axes) {
  const Shape kept = reduced_shape(x.shape(), axes, true);
  std::vector<std::vector<double>> terms(static_cast<std::size_t>(kept.element_count()));
  std::vector<float> numbers;
  for (std::size_t i = 0; i < terms.size(); ++i) numbers.push_back(static_cast<float>(i));
  const Tensor places(kept, numbers);
  for (std::int64_t i = 0; i < x.size(); ++i) {
    const auto place = static_cast<std::size_t>(broadcast_element(places, x.shape(), i));
    terms[place].push_back(double{x.values()[static_cast<std::size_t>(i)]});
  }
  return terms;
}

void check_reduction(const NamedReduction& reduction, const Tensor& x, unsigned axes,
                     bool keepdims) {
  std::vector<int> named;
  for (int i = 0; i < x.rank(); ++i)
    if ((axes >> i & 1U) != 0) named.push_back(i);
  const auto terms = terms_of(x, axes);
  const Shape shape = reduced_shape(x.shape(), axes, keepdims);
  const bool lacks_terms = reduction.needs_terms && !terms.empty() && terms[0].empty();
  const Tensor y = output_of(
      reduction.name,
      [&](const auto& inputs) { return reduction.op(inputs[0], ops::Axes(named), keepdims); }, {x},
      lacks_terms ? Expected() : Expected(shape));
  for (std::size_t i = 0; y.defined() && i < terms.size(); ++i) {
    const double expected = reduction.reference(terms[i]);
    const double found = double{y.values()[i]};
    EXPECT_TRUE(std::isnan(expected) ? std::isnan(found)
                                     : found == expected || std::abs(found - expected) < 1e-5)
        << reduction.name << to_string(x.shape()) << " over " << axes << ": " << found << ", not "
        << expected;
  }
}

TEST(DegenerateShapes, OfReductions) {
  for (const NamedReduction& reduction : kReductions) {
    for (const Shape& shape : degenerate_shapes()) {
      const Tensor x = sample(shape, 0.1f, 0.9f);
      for (unsigned axes = 0; axes < 1U << shape.rank(); ++axes) {
        check_reduction(reduction, x, axes, false);
        check_reduction(reduction, x, axes, true);
      }
    }
  }
}

TEST(DegenerateShapes, OfSumsOfSeveralTensors) {
  EXPECT_EQ(ops::sum(std::vector<Tensor>()).item(), 0.0f);
  for (const Shape& shape : degenerate_shapes()) {
    const Tensor x = ops::ones(shape);
    const Tensor y = output_of(
        "sum", [](const auto& inputs) { return ops::sum(inputs); }, {x, ops::ones({2}), x},
        Shape());
    EXPECT_EQ(y.item(), static_cast<float>(2 * x.size() + 2));
  }
}

TEST(DegenerateShapes, OfIndicesOfExtremes) {
  for (auto* op : {ops::argmax, ops::argmin}) {
    for (const Shape& shape : degenerate_shapes()) {
      const Tensor x = sample(shape);
      for (int axis = 0; axis < std::max(shape.rank(), 1); ++axis) {
        const bool has_terms = shape.rank() > 0 && shape[axis] > 0;
        const Tensor y = output_of(
            "argmax or argmin", [&](const auto& inputs) { return op(inputs[0], axis); }, {x},
            has_terms ? Expected(shape.without(axis)) : std::nullopt, false);
        if (!y.defined() || y.size() == 0) continue;
        const Tensor extreme = op == ops::argmax ? ops::max(x, axis) : ops::min(x, axis);
        const Tensor rows = ops::one_hot(y, shape[axis]);
        std::vector<int>
            back;  // the permutation that moves the last axis, the new one, to position `axis`
        for (int i = 0; i + 1 < shape.rank(); ++i) back.push_back(i);
        back.insert(back.begin() + axis, shape.rank() - 1);
        EXPECT_TRUE(same_elements(ops::sum(ops::transpose(rows, back) * x, axis), extreme));
      }
    }
  }
}

}  // namespace
}  // namespace strata::testing
