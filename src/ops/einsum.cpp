// Products over named axes: outer, tensordot and einsum, written as matrix products.
#include <algorithm>
#include <cctype>
#include <functional>
#include <map>
#include <numeric>
#include <string>

#include "core/check.hpp"
#include "ops/inputs.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/elementwise.hpp"
#include "strata/ops/linear_algebra.hpp"
#include "strata/ops/reduction.hpp"
#include "tensor/format.hpp"

namespace strata::ops {
namespace {

constexpr const char* kEinsum = "ops::einsum";

// A letter, or, from kEllipsis on, an axis that an ellipsis stands for, counted from the last.
using Label = int;
using Labels = std::vector<Label>;
constexpr Label kEllipsis = 256;

struct Term {
  Tensor x;
  Labels labels;  // of its axes
};

bool has(const Labels& labels, Label label) {
  return std::find(labels.begin(), labels.end(), label) != labels.end();
}

int place(const Labels& labels, Label label) {
  return static_cast<int>(std::find(labels.begin(), labels.end(), label) - labels.begin());
}

Labels selected(const Labels& labels, const std::function<bool(Label)>& holds) {
  Labels result;
  std::copy_if(labels.begin(), labels.end(), std::back_inserter(result), holds);
  return result;
}

Labels joined(const Labels& a, const Labels& b, const Labels& c = {}) {
  Labels result = a;
  result.insert(result.end(), b.begin(), b.end());
  result.insert(result.end(), c.begin(), c.end());
  return result;
}

/// The term with its axes in this order.
Tensor arranged(const Term& term, const Labels& order) {
  if (order == term.labels) return term.x;
  std::vector<int> axes;
  for (const Label label : order) axes.push_back(place(term.labels, label));
  return transpose(term.x, axes);
}

std::int64_t extent_of(const Term& term, Label label) {
  return term.x.shape()[place(term.labels, label)];
}

std::int64_t count_of(const Term& term, const Labels& labels) {
  std::int64_t count = 1;
  for (const Label label : labels) count *= extent_of(term, label);
  return count;
}

Term summed(Term term, const std::function<bool(Label)>& keeps) {
  const Labels kept = selected(term.labels, keeps);
  if (kept.size() == term.labels.size()) return term;
  std::vector<int> axes;
  for (int axis = 0; axis < term.x.rank(); ++axis) {
    if (!keeps(term.labels[static_cast<std::size_t>(axis)])) axes.push_back(axis);
  }
  return {sum(term.x, axes), kept};
}

/// The term with one axis in place of all that share a label: a diagonal.
Term with_diagonals(Term term) {
  for (std::size_t i = 0; i < term.labels.size(); ++i) {
    const Label label = term.labels[i];
    const auto again = std::find(term.labels.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                                 term.labels.end(), label);
    if (again == term.labels.end()) continue;
    const int first = static_cast<int>(i);
    const int second = static_cast<int>(again - term.labels.begin());
    const std::int64_t extent = term.x.shape()[first];
    std::vector<int> order;
    Labels others;
    Shape shape;
    for (int axis = 0; axis < term.x.rank(); ++axis) {
      if (axis == first || axis == second) continue;
      order.push_back(axis);
      others.push_back(term.labels[static_cast<std::size_t>(axis)]);
      shape.append(term.x.shape()[axis]);
    }
    order.insert(order.end(), {first, second});
    const Tensor square = transpose(term.x, order);
    return with_diagonals({sum(where(eye(extent), square, 0.0f), -1), joined(others, {label})});
  }
  return term;
}

Shape shape_of(const Labels& labels, const Term& a, const Term& b) {
  Shape shape;
  for (const Label label : labels) shape.append(extent_of(has(a.labels, label) ? a : b, label));
  return shape;
}

/// The product of two terms, summed over what is not needed any more.
Term product(Term a, Term b, const std::function<bool(Label)>& needed) {
  a = summed(a, [&](Label label) { return needed(label) || has(b.labels, label); });
  b = summed(b, [&](Label label) { return needed(label) || has(a.labels, label); });
  const Labels batch =
      selected(a.labels, [&](Label label) { return has(b.labels, label) && needed(label); });
  const Labels inner =
      selected(a.labels, [&](Label label) { return has(b.labels, label) && !needed(label); });
  const Labels left = selected(a.labels, [&](Label label) { return !has(b.labels, label); });
  const Labels right = selected(b.labels, [&](Label label) { return !has(a.labels, label); });
  const Labels all = joined(batch, left, right);
  const std::int64_t batches = count_of(a, batch);
  const std::int64_t rows = count_of(a, left);
  const std::int64_t columns = count_of(b, right);
  const Tensor from_a = arranged(a, joined(batch, left, inner));
  const Tensor from_b = arranged(b, joined(batch, inner, right));
  const Shape shape = shape_of(all, a, b);
  if (inner.empty()) {
    const Tensor outer =
        reshape(from_a, {batches, rows, 1}) * reshape(from_b, {batches, 1, columns});
    return {reshape(outer, shape), all};
  }
  const std::int64_t terms = count_of(a, inner);
  const Tensor matrices =
      batch.empty() ? matmul(reshape(from_a, {rows, terms}), reshape(from_b, {terms, columns}))
                    : matmul(reshape(from_a, {batches, rows, terms}),
                             reshape(from_b, {batches, terms, columns}));
  return {reshape(matrices, shape), all};
}

/// The labels of one operand, or of the result; an ellipsis stands for `ellipsis` axes.
Labels labels_in(const std::string& text, const std::string& subscripts, int ellipsis) {
  Labels labels;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.compare(i, 3, "...") == 0) {
      for (int axis = ellipsis; axis > 0; --axis) labels.push_back(kEllipsis + axis);
      i += 2;
      continue;
    }
    check(std::isalpha(static_cast<unsigned char>(text[i])) != 0, kEinsum,
          "subscripts must be letters, commas, one `->` and `...`. Received: subscripts={}.",
          subscripts);
    labels.push_back(text[i]);
  }
  return labels;
}

int letters_in(const std::string& text) {
  return static_cast<int>(std::count_if(text.begin(), text.end(),
                                        [](unsigned char c) { return std::isalpha(c) != 0; }));
}

std::vector<std::string> comma_separated(const std::string& text) {
  std::vector<std::string> parts = {""};
  for (const char c : text) {
    if (c == ',') {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

/// Without `->`: what an ellipsis stands for, then the letters that stand once, in order.
Labels implicit_result(const std::vector<Term>& terms) {
  std::map<Label, int> counts;
  for (const Term& term : terms) {
    for (const Label label : term.labels) ++counts[label];
  }
  Labels of_ellipsis;
  Labels letters;
  for (const auto& [label, count] : counts) {
    if (label >= kEllipsis) {
      of_ellipsis.insert(of_ellipsis.begin(), label);
    } else if (count == 1) {
      letters.push_back(label);
    }
  }
  return joined(of_ellipsis, letters);
}

/// Checks that a label has one extent everywhere; of an ellipsis, drops axes of 1 that broadcast.
void agree_on_extents(std::vector<Term>& terms, const std::string& subscripts) {
  std::map<Label, std::int64_t> extents;
  for (const Term& term : terms) {
    for (std::size_t i = 0; i < term.labels.size(); ++i) {
      const std::int64_t extent = term.x.shape()[static_cast<int>(i)];
      const auto [known, is_new] = extents.emplace(term.labels[i], extent);
      const bool broadcasts = term.labels[i] >= kEllipsis && (known->second == 1 || extent == 1);
      check<ShapeError>(is_new || known->second == extent || broadcasts, kEinsum,
                        "an axis must be equally long in all operands. Received: {} and {} for the "
                        "same one, subscripts={}.",
                        known->second, extent, subscripts);
      known->second = known->second == 1 ? extent : known->second;
    }
  }
  for (Term& term : terms) {
    for (std::size_t i = term.labels.size(); i-- > 0;) {
      const int axis = static_cast<int>(i);
      if (term.x.shape()[axis] == extents.at(term.labels[i])) continue;
      term.x = squeeze(term.x, axis);
      term.labels.erase(term.labels.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }
}

}  // namespace

Tensor outer(const Tensor& a, const Tensor& b) {
  check_defined("ops::outer", a);
  check_defined("ops::outer", b);
  return reshape(a, {-1, 1}) * reshape(b, {1, -1});
}

Tensor tensordot(const Tensor& a, const Tensor& b, int axes) {
  constexpr const char* kWho = "ops::tensordot";
  check_defined(kWho, a);
  check_defined(kWho, b);
  check<ShapeError>(axes >= 0 && axes <= a.rank() && axes <= b.rank(), kWho,
                    "axes must be a number of axes that both have. Received: axes={}, shapes {} "
                    "and {}.",
                    axes, a.shape(), b.shape());
  std::vector<int> of_a(static_cast<std::size_t>(axes));
  std::vector<int> of_b(static_cast<std::size_t>(axes));
  std::iota(of_a.begin(), of_a.end(), a.rank() - axes);
  std::iota(of_b.begin(), of_b.end(), 0);
  return tensordot(a, b, of_a, of_b);
}

Tensor tensordot(const Tensor& a, const Tensor& b, const std::vector<int>& axes_of_a,
                 const std::vector<int>& axes_of_b) {
  constexpr const char* kWho = "ops::tensordot";
  check_defined(kWho, a);
  check_defined(kWho, b);
  check<ShapeError>(axes_of_a.size() == axes_of_b.size(), kWho,
                    "there must be as many axes of either tensor. Received: {} and {}.",
                    axes_of_a.size(), axes_of_b.size());
  Axes(axes_of_a).of(a.shape(), kWho);  // each there, and only once
  Axes(axes_of_b).of(b.shape(), kWho);
  Labels of_a(static_cast<std::size_t>(a.rank()));
  std::iota(of_a.begin(), of_a.end(), 0);
  Labels of_b(static_cast<std::size_t>(b.rank()));
  std::iota(of_b.begin(), of_b.end(), a.rank());
  for (std::size_t i = 0; i < axes_of_a.size(); ++i) {
    const int left = a.shape().axis(axes_of_a[i], kWho);
    const int right = b.shape().axis(axes_of_b[i], kWho);
    check<ShapeError>(a.shape()[left] == b.shape()[right], kWho,
                      "axes that are summed over must be equally long. Received: shapes {} and {}, "
                      "axes {} and {}.",
                      a.shape(), b.shape(), axes_of_a[i], axes_of_b[i]);
    of_b[static_cast<std::size_t>(right)] = left;
  }
  const auto needed = [&](Label label) { return !(has(of_a, label) && has(of_b, label)); };
  return product({a, of_a}, {b, of_b}, needed).x;
}

Tensor einsum(const std::string& subscripts, const std::vector<Tensor>& operands) {
  std::string text = subscripts;
  text.erase(std::remove(text.begin(), text.end(), ' '), text.end());
  const std::size_t arrow = text.find("->");
  const std::vector<std::string> parts = comma_separated(text.substr(0, arrow));
  check(!operands.empty() && parts.size() == operands.size(), kEinsum,
        "subscripts must name the axes of each operand. Received: subscripts={}, {} operands.",
        subscripts, operands.size());
  std::vector<Term> terms;
  int longest = 0;
  for (std::size_t i = 0; i < operands.size(); ++i) {
    check_defined(kEinsum, operands[i]);
    const int ellipsis = parts[i].find("...") == std::string::npos
                             ? 0
                             : std::max(operands[i].rank() - letters_in(parts[i]), 0);
    terms.push_back({operands[i], labels_in(parts[i], subscripts, ellipsis)});
    check<ShapeError>(static_cast<int>(terms[i].labels.size()) == operands[i].rank(), kEinsum,
                      "subscripts must name each axis of an operand. Received: {} for shape {}, "
                      "subscripts={}.",
                      parts[i], operands[i].shape(), subscripts);
    longest = std::max(longest, ellipsis);
  }
  const Labels result = arrow == std::string::npos
                            ? implicit_result(terms)
                            : labels_in(text.substr(arrow + 2), subscripts, longest);
  agree_on_extents(terms, subscripts);
  for (std::size_t i = 0; i < result.size(); ++i) {
    const bool known = std::any_of(terms.begin(), terms.end(),
                                   [&](const Term& term) { return has(term.labels, result[i]); });
    check(known && place(result, result[i]) == static_cast<int>(i), kEinsum,
          "the result must name axes of the operands, each once. Received: subscripts={}.",
          subscripts);
  }
  for (Term& term : terms) term = with_diagonals(term);
  Term gathered = terms.front();
  for (std::size_t i = 1; i < terms.size(); ++i) {
    const auto needed = [&](Label label) {
      return has(result, label) ||
             std::any_of(terms.begin() + static_cast<std::ptrdiff_t>(i) + 1, terms.end(),
                         [&](const Term& later) { return has(later.labels, label); });
    };
    gathered = product(gathered, terms[i], needed);
  }
  return arranged(summed(gathered, [&](Label label) { return has(result, label); }), result);
}

}  // namespace strata::ops
