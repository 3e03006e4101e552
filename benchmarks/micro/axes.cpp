// Ops along an axis, along each axis and over short rows: none should take more than twice the time
// of the fastest case.
#include "micro/micro.hpp"

namespace strata::micro {
namespace {

using AxisOp = Tensor (*)(const Tensor&, int);

struct Case {
  Shape shape;
  int axis;
};

std::string text_of(const Case& where) {
  std::string text;
  for (const std::int64_t extent : where.shape)
    text.append(text.empty() ? "" : "x").append(std::to_string(extent));
  return text.append("/axis").append(std::to_string(where.axis));
}

// All cases have about the same number of elements.
std::vector<Case> cases() {
  return {{{1024, 1024}, 0},  {{1024, 1024}, 1},  {{262144, 4}, 0},    {{262144, 4}, 1},
          {{4, 262144}, 0},   {{16384, 64}, 1},   {{64, 64, 256}, 1},  {{4096, 9, 31}, 0},
          {{4096, 9, 31}, 1}, {{8192, 4, 39}, 1}, {{2048, 10, 30}, 1}, {{200000, 5}, 1},
          {{4000, 257}, 1}};
}

void add_op(const std::string& name, AxisOp op, bool with_gradient) {
  for (const Case& where : cases()) {
    const Work work = items(static_cast<double>(where.shape.element_count()));
    const std::string title = name + "/" + text_of(where);
    add(title, work,
        [=] { return [=, x = random::normal(where.shape)] { return op(x, where.axis); }; });
    if (!with_gradient) continue;
    add(title + "/backward", work, [=] {
      return Backward({random::normal(where.shape)},
                      [=](const auto& of) { return op(of[0], where.axis); });
    });
  }
}

}  // namespace

void add_axes() {
  add_op(
      "sum_along", [](const Tensor& x, int axis) { return ops::sum(x, axis); }, false);
  add_op(
      "max_along", [](const Tensor& x, int axis) { return ops::max(x, axis); }, false);
  add_op(
      "prod_along", [](const Tensor& x, int axis) { return ops::prod(x, axis); }, false);
  add_op(
      "norm_along", [](const Tensor& x, int axis) { return ops::norm(x, axis); }, false);
  add_op(
      "argmax_along", [](const Tensor& x, int axis) { return ops::argmax(x, axis); }, false);
  add_op(
      "softmax_along", [](const Tensor& x, int axis) { return ops::softmax(x, axis); }, true);
  add_op(
      "log_softmax_along", [](const Tensor& x, int axis) { return ops::log_softmax(x, axis); },
      true);
  add_op(
      "l2_normalize_along", [](const Tensor& x, int axis) { return ops::l2_normalize(x, axis); },
      true);
  add_op(
      "concatenate_along",
      [](const Tensor& x, int axis) {
        return ops::concatenate({x, x}, axis);
      },
      false);
  add_op(
      "gather_along",
      [](const Tensor& x, int axis) {
        return ops::gather(x, ops::arange(0.0f, static_cast<float>(x.shape()[axis])), axis);
      },
      true);
  for (const bool columns : {false, true}) {
    const std::string mode = columns ? "columns" : "rows";
    add(std::string("orthogonal/").append(mode), items(4096 * 512), [=] {
      const Shape shape = columns ? Shape{4096, 512} : Shape{512, 4096};
      const regularizers::OrthogonalRegularizer rule({.factor = 0.01f, .mode = mode});
      return [=, x = random::normal(shape)] { return rule(x); };
    });
  }
}

}  // namespace strata::micro
