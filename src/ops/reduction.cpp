// Reductions as recorded ops: the reduced axes become the axis of a view.
#include "strata/ops/reduction.hpp"

#include <algorithm>
#include <cmath>

#include "core/check.hpp"
#include "kernels/moving/strided.hpp"
#include "kernels/reduction/reduction.hpp"
#include "ops/inputs.hpp"
#include "ops/sum_to.hpp"
#include "strata/autodiff/record.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/elementwise.hpp"
#include "tensor/format.hpp"

namespace strata::ops {
namespace {

using autodiff::InputGradients;

// A reduction of one input: the shapes of its result, and the view that the kernel reduces.
struct Plan {
  Shape kept;    // the output's shape with reduced axes of extent 1
  Shape result;  // the output's shape
  kernels::AxisView view;
  Tensor x;  // the input, or a copy in which the reduced axes are neighbours

  Plan(const char* who, const Tensor& input, const Axes& axes, bool keepdims);

  std::int64_t count() const { return view.extent; }

  template <class Kernel>
  Tensor run(Kernel kernel) const {
    Tensor output = TensorAccess::uninitialized(result);
    kernel(view, x.data(), TensorAccess::data(output));
    return output;
  }
};

// Whether the reduced axes are neighbours; axes of extent 1 don't matter.
bool reduced_are_neighbours(const Shape& shape, const std::vector<bool>& reduced) {
  int changes = 0;
  bool inside = false;
  for (int i = 0; i < shape.rank(); ++i) {
    if (shape[i] == 1 || reduced[static_cast<std::size_t>(i)] == inside) continue;
    inside = !inside;
    ++changes;
  }
  return changes <= 2;
}

// Copied so that the kept axes come first and the reduced ones last.
Tensor reduced_last(const Tensor& x, const std::vector<bool>& reduced) {
  const kernels::Strides strides = kernels::strides_of(x.shape());
  Shape shape;
  kernels::Strides from{};
  for (const bool wanted : {false, true}) {
    for (int i = 0; i < x.rank(); ++i) {
      if (reduced[static_cast<std::size_t>(i)] != wanted) continue;
      from[static_cast<std::size_t>(shape.rank())] = strides[static_cast<std::size_t>(i)];
      shape.append(x.shape()[i]);
    }
  }
  Tensor result = TensorAccess::uninitialized(shape);
  kernels::copy(shape, {x.data(), from}, {TensorAccess::data(result), kernels::strides_of(shape)});
  return result;
}

Plan::Plan(const char* who, const Tensor& input, const Axes& axes, bool keepdims) {
  check_defined(who, input);
  const Shape& shape = input.shape();
  const std::vector<bool> reduced = axes.of(shape, who);
  const bool in_place = reduced_are_neighbours(shape, reduced);
  bool passed = false;
  for (int i = 0; i < shape.rank(); ++i) {
    const bool is_reduced = reduced[static_cast<std::size_t>(i)];
    kept.append(is_reduced ? 1 : shape[i]);
    if (!is_reduced || keepdims) result.append(kept[i]);
    if (is_reduced) {
      view.extent *= shape[i];
      passed = passed || shape[i] != 1;
    } else {
      (passed && in_place ? view.inner : view.outer) *= shape[i];
    }
  }
  x = in_place ? input : reduced_last(input, reduced);
}

// One of `max` and `min`. The gradient is shared by all elements that equal the output.
template <class Kernel>
Tensor extreme(const char* who, const Tensor& x, const Axes& axes, bool keepdims, Kernel kernel) {
  const Plan plan(who, x, axes, keepdims);
  check<ShapeError>(plan.count() > 0 || plan.view.outer * plan.view.inner == 0, who,
                    "there must be elements along the reduced axes. Received: shape={}.",
                    x.shape());
  const Tensor y = plan.run(kernel);
  return record_unary(who, y, x, [x, y, kept = plan.kept](const Tensor& gradient) {
    const Tensor winners = equal(x, TensorAccess::reshaped(y, kept));
    const Tensor share = TensorAccess::reshaped(gradient, kept) / sum_to(winners, kept);
    return winners * share;
  });
}

template <class Kernel>
Tensor index_of(const char* who, const Tensor& x, int axis, Kernel kernel) {
  constexpr std::int64_t kExact = 1 << 24;
  const Plan plan(who, x, Axes(axis), false);
  check<ShapeError>(plan.count() > 0 && plan.count() <= kExact, who,
                    "the axis must have between 1 and {} elements. Received: axis={}, shape={}.",
                    kExact, axis, x.shape());
  return plan.run(kernel);
}

// sum and mean: `factor` times the sum.
Tensor scaled_sum(const char* who, const Tensor& x, const Plan& plan, double factor) {
  const auto kernel = [factor](const kernels::AxisView& view, const float* from, float* to) {
    kernels::sum(view, from, factor, to);
  };
  const auto scale = static_cast<float>(factor);
  return record_unary(who, plan.run(kernel), x,
                      [shape = x.shape(), kept = plan.kept, scale](const Tensor& gradient) {
                        const Tensor each = scale == 1.0f ? gradient : gradient * scale;
                        return repeated(TensorAccess::reshaped(each, kept), shape);
                      });
}

}  // namespace

std::vector<bool> Axes::of(const Shape& shape, const char* who) const {
  std::vector<bool> reduced(static_cast<std::size_t>(shape.rank()), all_);
  for (const int axis : axes_) {
    const auto at = static_cast<std::size_t>(shape.axis(axis, who));
    check<ShapeError>(!reduced[at], who,
                      "an axis must not be named twice. Received: axes=[{}], shape={}.",
                      fmt::join(axes_, ", "), shape);
    reduced[at] = true;
  }
  return reduced;
}

Tensor repeated(const Tensor& x, const Shape& shape) {
  if (x.shape() == shape) return TensorAccess::traced(x, {});
  Tensor result = TensorAccess::uninitialized(shape);
  kernels::copy(shape, {x.data(), kernels::broadcast_strides(x.shape(), shape)},
                {TensorAccess::data(result), kernels::strides_of(shape)});
  return result;
}

Tensor sum_to(const Tensor& x, const Shape& shape) {
  if (x.shape() == shape) return TensorAccess::traced(x, {});
  std::vector<int> axes;
  const int offset = x.rank() - shape.rank();
  for (int i = 0; i < x.rank(); ++i) {
    if (i < offset || (shape[i - offset] == 1 && x.shape()[i] != 1)) axes.push_back(i);
  }
  const Plan plan("ops::sum_to", x, Axes(axes), true);
  const Tensor total = plan.run([](const kernels::AxisView& view, const float* from, float* to) {
    kernels::sum(view, from, 1.0, to);
  });
  return TensorAccess::reshaped(total, shape);
}

Tensor sum(const Tensor& x, const Axes& axes, bool keepdims) {
  const Plan plan("ops::sum", x, axes, keepdims);
  return scaled_sum("ops::sum", x, plan, 1.0);
}

Tensor mean(const Tensor& x, const Axes& axes, bool keepdims) {
  const Plan plan("ops::mean", x, axes, keepdims);
  return scaled_sum("ops::mean", x, plan, 1.0 / static_cast<double>(plan.count()));
}

Tensor sum(const std::vector<Tensor>& tensors) {
  constexpr const char* kWho = "ops::sum";
  double total = 0.0;
  std::vector<const Tensor*> inputs;
  std::vector<Shape> shapes;
  for (const Tensor& tensor : tensors) {
    check_defined(kWho, tensor);
    float part = 0.0f;
    kernels::sum({1, tensor.size(), 1}, tensor.data(), 1.0, &part);
    total += static_cast<double>(part);
    inputs.push_back(&tensor);
    shapes.push_back(tensor.shape());
  }
  return autodiff::record(
      kWho, Tensor(static_cast<float>(total)), inputs,
      [shapes = std::move(shapes)](const Tensor& gradient, InputGradients& gradients) {
        for (std::size_t i = 0; i < shapes.size(); ++i) {
          const int input = static_cast<int>(i);
          if (gradients.wanted(input)) gradients.add(input, repeated(gradient, shapes[i]));
        }
      });
}

// The mean's own gradient cancels out: sum(x - mean) = 0.
Tensor variance(const Tensor& x, const Axes& axes, bool keepdims) {
  check_defined("ops::variance", x);
  axes.of(x.shape(), "ops::variance");
  const Tensor center = mean(stop_gradient(x), axes, true);
  return mean(square(x - center), axes, keepdims);
}

Tensor std(const Tensor& x, const Axes& axes, bool keepdims) {
  return sqrt(variance(x, axes, keepdims));
}

Tensor max(const Tensor& x, const Axes& axes, bool keepdims) {
  return extreme("ops::max", x, axes, keepdims, kernels::max);
}

Tensor min(const Tensor& x, const Axes& axes, bool keepdims) {
  return extreme("ops::min", x, axes, keepdims, kernels::min);
}

// d/dx_i = the product of the others, which is prod / x_i unless an element is 0.
Tensor prod(const Tensor& x, const Axes& axes, bool keepdims) {
  const Plan plan("ops::prod", x, axes, keepdims);
  const auto pull_back = [x, axes, kept = plan.kept](const Tensor& gradient) {
    const Tensor zero = equal(x, 0.0f);
    const Tensor zero_count = sum_to(zero, kept);
    const Tensor others = where(zero, 1.0f, x);
    const Tensor slope = where(equal(zero_count, zero), prod(others, axes, true) / others, 0.0f);
    return slope * TensorAccess::reshaped(gradient, kept);
  };
  return record_unary("ops::prod", plan.run(kernels::prod), x, pull_back);
}

// Shifted by the largest element where that is finite.   d/dx = exp(x - logsumexp)
Tensor logsumexp(const Tensor& x, const Axes& axes, bool keepdims) {
  const Plan plan("ops::logsumexp", x, axes, keepdims);
  const Tensor constant = stop_gradient(x);
  Tensor top = TensorAccess::reshaped(plan.run(kernels::max), plan.kept);
  top = where(isfinite(top), top, 0.0f);
  const Tensor value = log(sum_to(exp(constant - top), plan.kept)) + top;
  const auto pull_back = [constant, value, kept = plan.kept](const Tensor& gradient) {
    return exp(constant - value) * TensorAccess::reshaped(gradient, kept);
  };
  return record_unary("ops::logsumexp", TensorAccess::reshaped(value, plan.result), x, pull_back);
}

// d/dx = x / norm(x), and 0 where all are 0
Tensor norm(const Tensor& x, const Axes& axes, bool keepdims) {
  const Plan plan("ops::norm", x, axes, keepdims);
  const Tensor y = plan.run(kernels::norm);
  return record_unary("ops::norm", y, x, [x, y, kept = plan.kept](const Tensor& gradient) {
    const Tensor length = TensorAccess::reshaped(y, kept);
    const Tensor ratio = TensorAccess::reshaped(gradient, kept) / length;
    return x * where(equal(length, 0.0f), 0.0f, ratio);
  });
}

Tensor argmax(const Tensor& x, int axis) {
  return index_of("ops::argmax", x, axis, kernels::argmax);
}

Tensor argmin(const Tensor& x, int axis) {
  return index_of("ops::argmin", x, axis, kernels::argmin);
}

}  // namespace strata::ops
